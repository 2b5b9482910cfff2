"""Measure the health of a trained model, on training instances drawn by a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.health.base import Health
from analysis.health.correlation import feature_correlation
from analysis.health.distance import class_distance
from analysis.health.gap import gaps, plain_gap
from analysis.health.sharpness import largest_eigenvalue, sharpness, unmeasured
from db.records import Estimate, Instance
from pipeline.health.jacobian import Jacobian, ready
from pipeline.health.layers import SUMMARY, Layers, layers
from pipeline.models.batches import Row
from pipeline.models.metrics import classification_metrics
from pipeline.models.splits import Split
from pipeline.models.threads import threads_for, weights
from pipeline.models.trained import TrainedModel

MOST = 256
FEWEST = 16
WORK = 2e10
"""Weights times units of all instances drawn, at most: large models are measured on fewer."""
Probabilities = Mapping[str, NDArray[np.float32]]


def measure(
    model: TrainedModel,
    instances: Sequence[Instance],
    split: Split,
    predicted: Probabilities,
    seed: int,
    most: int = MOST,
) -> Health:
    """Sharpness, class distances, feature correlation and generalisation gaps.

    `predicted`: class probabilities (C,) of every instance of `split`, by its id. At most `most`
    training instances are drawn; fewer, but 16 where there are as many, for a large model.
    """
    by_id = {one.id: one for one in instances}
    drawn = _drawn(model, [by_id[name] for name in split.train], seed, most)
    rows = model.encode(drawn)
    told = {"n_units": len(rows)}
    with threads_for(model.module, model.device):
        steep = _sharpness(model, rows, seed, told)
        made = layers(model, rows)
    estimates = [*steep, *_distances(made, np.array([row.label for row in rows]))]
    excluded: dict[str, int] = {}
    if SUMMARY in made.tables:
        correlated, constant = feature_correlation(made.tables[SUMMARY])
        estimates.append(correlated)
        excluded = {"feature that never varies": constant} if constant else {}
    estimates += _gaps(model, by_id, split, predicted)
    return Health(tuple(estimates), len(rows), len(split.train), excluded, made.notes)


def _drawn(
    model: TrainedModel, learning: Sequence[Instance], seed: int, most: int
) -> list[Instance]:
    """By the seed, in the order of their ids, whatever the order of import."""
    known = sorted(learning, key=lambda one: one.id)
    order = np.random.default_rng(seed).permutation(len(known))[:most].tolist()
    chosen = [known[place] for place in order]
    rows = model.encode(chosen)
    cost = weights(model.module) * np.cumsum([len(row.ids) for row in rows])  # type: ignore[arg-type]
    return chosen[: max(FEWEST, int((cost <= WORK).sum()))]


def _sharpness(
    model: TrainedModel, rows: Sequence[Row], seed: int, told: Mapping[str, Any]
) -> list[Estimate]:
    used = model.settings.learning_rate
    try:
        with ready(model):
            product = Jacobian(model, rows)
            return sharpness(largest_eigenvalue(product, product.size, seed), used, **told)
    except (RuntimeError, NotImplementedError) as problem:
        if "memory" in str(problem):
            return unmeasured("there is not enough memory for it", used, **told)
        return unmeasured("a layer of this model cannot be differentiated twice", used, **told)


def _distances(made: Layers, labels: NDArray[np.int64]) -> list[Estimate]:
    return [class_distance(table, labels, layer) for layer, table in made.tables.items()]


def _gaps(
    model: TrainedModel, by_id: Mapping[str, Instance], split: Split, predicted: Probabilities
) -> list[Estimate]:
    """Train against validation, and against test where there is one."""
    index = {label: number for number, label in enumerate(model.labels)}
    found = {
        part: (
            np.stack([predicted[name] for name in names]),
            np.array([index[by_id[name].label or ""] for name in names]),
        )
        for part in ("train", "validation", "test")
        if (names := getattr(split, part))
    }
    flat = {part: classification_metrics(*one).named(part) for part, one in found.items()}
    estimates: list[Estimate] = []
    for part in list(found)[1:]:
        estimates += gaps(found["train"], found[part], part)
        for name in ("macro_f1", "auc"):
            values = flat["train"].get(f"train_{name}"), flat[part].get(f"{part}_{name}")
            estimates.append(plain_gap(name, *values, part))
    return estimates
