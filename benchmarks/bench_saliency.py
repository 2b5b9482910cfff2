"""What more and more saliency learning does on YELP-HAT: do marked words speak for the label?

For each λ, means over seeds on reviews that were not learned from: the share of marked tokens with
s = e · ∂(log p of the label)/∂e above 0, which the term raises; Σ|s| of a review; AUROC of attention
and of s against the majority's marks; and the task AUC. The same share on the training part says
whether the term was learned at all.

Run it: `python benchmarks/bench_saliency.py [--kind NAME] [--weights λ …] [--seeds N]`, with the data
in ../shared/data. It prints a table and judges nothing.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from bench_teach import REVIEWS, SHARED, reviews_in
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from db.records import Instance, Marks
from db.store import campaigns
from pipeline.models.batches import TOKEN_BUDGET, exact_batches
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit, parts_of
from pipeline.objectives.base import Weighted
from pipeline.objectives.saliency_learning import SaliencyLearning
from pipeline.teaching.experiment import marks_of_labelled
from pipeline.teaching.human import soft_rationales
from pipeline.train import labelled

TERM = SaliencyLearning()


class Looked(NamedTuple):
    """`share`: of marked tokens that speak for the label; `size`: Σ|s| of a review; AUROCs."""

    share: float
    size: float
    attention: float
    saliency: float


def looked(model: TrainedModel, some: Sequence[Instance], marks: Marks) -> Looked:
    """Means over the reviews, or over those of which some tokens are marked and others not."""
    human = soft_rationales(marks, [one.id for one in some], "mean")
    speaks: list[np.ndarray] = []
    sizes: list[float] = []
    ranked: list[tuple[float, float]] = []
    for _, batch in exact_batches(model.encode(some, human), TOKEN_BUDGET):
        with frozen(model) as module, torch.enable_grad():
            embeddings = module.embed(batch).detach().requires_grad_()
            output = module(batch, embeddings=embeddings)
            slope = TERM.saliency(output, batch).detach().numpy()
        marked, attention = batch.marks.numpy() >= TERM.threshold, output.attention.detach().numpy()
        speaks.append(slope[marked] > 0)
        sizes += np.abs(slope).sum(axis=1).tolist()
        ranked += [
            (roc_auc_score(m, a), roc_auc_score(m, s))
            for m, a, s in zip(marked, attention, slope, strict=True)
            if 0 < m.sum() < len(m)
        ]
    by_attention, by_saliency = np.mean(ranked, axis=0).tolist()
    return Looked(
        float(np.concatenate(speaks).mean()), float(np.mean(sizes)), by_attention, by_saliency
    )


def row(
    data: Mapping[str, Instance], marks: Marks, settings: Settings, weight: float, seeds: int
) -> list[float]:
    """The numbers of one λ: means over seeds."""
    instances, found = list(data.values()), []
    terms = (Weighted(TERM.name, weight),) if weight else ()
    for seed in range(seeds):
        parts = parts_of(instances, settings, seed)
        human = soft_rationales(marks, parts.train, "mean")
        done = fit(instances, settings=settings, objectives=terms, human=human, seed=seed)
        learned = looked(done.model, [data[name] for name in parts.train], marks)
        tested = looked(done.model, [data[name] for name in parts.test], marks)
        found.append([learned.share, *tested, done.metrics["test_auc"]])
    means: list[float] = np.mean(found, axis=0).tolist()
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kind", default="cnn_attention")
    parser.add_argument("--weights", nargs="+", type=float, default=[0, 1, 10, 100], metavar="λ")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    if not (SHARED / "yelp_hat").is_dir():
        print("left out: yelp_hat is not in ../shared/data")
        return
    settings = Settings(kind=given.kind, embedding_dim=128, hidden_dim=64, epochs=30)
    with tempfile.TemporaryDirectory() as made:
        project = reviews_in(Path(made), "")
        data = labelled(project, given.kind)
        marks = marks_of_labelled(project, campaigns.find(project.engine, REVIEWS), data)
        project.engine.dispose()
    print(f"{given.kind}, {given.seeds} seeds; test reviews but for the first column\n")
    columns = ("speak, train", "speak", "Σ|s|", "attention", "saliency", "task AUC")
    print(f"{'λ':>5}" + "".join(f"{name:>14}" for name in columns))
    for weight in given.weights:
        numbers = row({one.id: one for one in data}, marks, settings, weight, given.seeds)
        print(f"{weight:5g}" + "".join(f"{value:14.3f}" for value in numbers), flush=True)


if __name__ == "__main__":
    main()
