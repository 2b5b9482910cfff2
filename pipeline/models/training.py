"""Training a model on labelled instances, with human rationales where an objective asks for them.

    loss = cross-entropy + Σ_k λ_k · term_k

Cross-entropy is that of the labels given, or of what people said of the label (`LabelGoals`).
Validation and test are always scored on the labels given.

AdamW with amsgrad, no weight decay on attention, the best epoch by validation AUC (Jain & Wallace
2019; Kitada & Iyatomi 2021, and their code).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from db.errors import DataError, KonkyoError, UsageError
from db.records import Instance
from pipeline.models.batches import HumanTarget, Row, training_batches
from pipeline.models.goals import LabelGoals, check_goals, toward
from pipeline.models.metrics import Metrics, classification_metrics
from pipeline.models.predict import probabilities
from pipeline.models.recurrent import without_cudnn
from pipeline.models.settings import Settings
from pipeline.models.splits import Split, split
from pipeline.models.trained import TrainedModel, build, choose_device
from pipeline.models.vectors import read_vectors
from pipeline.models.vocabulary import Vocabulary
from pipeline.objectives.base import Objective, Term, Weighted
from pipeline.objectives.cross_entropy import CrossEntropy


@dataclass(frozen=True)
class Epoch:
    """One pass over the training part: means over its instances, then the validation part.

    `terms` holds every term of the loss before weighting, and what objectives log besides.
    """

    number: int
    loss: float
    terms: Mapping[str, float]
    validation: Metrics


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model and how it came about.

    `metrics` are flat: `train_accuracy`, `validation_auc`, `test_macro_f1`, …; one that is
    undefined (the AUC of a part with one label) is absent, and `notes` says so.
    """

    model: TrainedModel
    history: tuple[Epoch, ...]
    best_epoch: int
    metrics: Mapping[str, float]
    split: Split
    notes: tuple[str, ...]


def fit(
    instances: Sequence[Instance],
    *,
    settings: Settings = Settings(),
    labels: Sequence[str] | None = None,
    objectives: Sequence[Weighted] = (),
    human: Mapping[str, HumanTarget] | None = None,
    goals: LabelGoals | None = None,
    seed: int = 0,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Fitted:
    """Train on `instances`, each with a label; see `split` for what is left out for judging.

    `labels` gives the order of the classes (default: sorted). `human` targets of instances that
    are not in the training part are never looked at; nor are their `goals`. Training instances
    without a goal are left out where there are `goals`. The same seed gives the same model on the
    same machine (on CUDA, to rounding); torch's random state is left as it was found.
    """
    parts = parts_of(instances, settings, seed)
    by_id = {instance.id: instance for instance in instances}
    learning = [by_id[name] for name in parts.train if goals is None or name in goals.goals]
    check_goals(goals, learning)
    vocabulary = Vocabulary.build((one.tokens for one in learning), settings.min_count)
    pair = any(one.text_pair is not None for one in instances)
    notes: list[str] = []
    device = choose_device(settings.device)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        model = build(settings, vocabulary, classes_of(instances, labels), pair)
        _use_vectors(model, notes)
        model.module.to(device)
        rows = {
            "train": model.encode(learning, human),
            "validation": model.encode(by_id[name] for name in parts.validation),
            "test": model.encode(by_id[name] for name in parts.test),
        }
        learned = toward(goals, rows["train"], len(model.labels))
        history, best = _train(model, rows | {"train": learned}, objectives, seed, on_epoch)
    metrics: dict[str, float] = {}
    for part, members in rows.items():
        metrics |= _judge(model, members).named(part) if members else {}
        if f"{part}_auc" not in metrics:
            notes.append(f"no AUC for {part}: it takes instances of at least two labels")
    return Fitted(model, tuple(history), best, metrics, parts, tuple(notes))


def _train(
    model: TrainedModel,
    rows: Mapping[str, Sequence[Row]],
    objectives: Sequence[Weighted],
    seed: int,
    on_epoch: Callable[[Epoch], None] | None,
) -> tuple[list[Epoch], int]:
    """The loop. Leaves the weights of the best epoch in the model; returns its number too."""
    module, settings = model.module, model.settings
    cross_entropy = CrossEntropy()
    further = _load(objectives, rows["train"])
    optimiser = torch.optim.AdamW(
        module.parameter_groups(settings.weight_decay), lr=settings.learning_rate, amsgrad=True
    )
    shuffles = torch.Generator().manual_seed(seed)
    history: list[Epoch] = []
    best: Epoch | None = None
    weights: dict[str, torch.Tensor] = {}
    for number in range(1, settings.epochs + 1):
        module.train(True)
        log = _Log()
        for batch in training_batches(rows["train"], settings.batch_size, shuffles):
            batch = batch.to(model.device)
            with without_cudnn(model.device, any(one.second_order for one, _ in further)):
                output = module(batch)
                task = cross_entropy.term(output, batch, module)
                terms = {one.name: one.term(output, batch, module) for one, _ in further}
                loss = task.value + sum(weight * terms[one.name].value for one, weight in further)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            log.add(len(batch), {"loss": Term(loss), cross_entropy.name: task} | terms)
        means = log.means()
        loss_mean = _finite(means.pop("loss"), number)
        epoch = Epoch(number, loss_mean, means, _judge(model, rows["validation"]))
        history.append(epoch)
        if on_epoch is not None:
            on_epoch(epoch)
        if best is None or _better(epoch.validation, best.validation):
            best = epoch
            weights = {name: value.clone() for name, value in module.state_dict().items()}
        if number - best.number >= settings.patience:
            break
    module.load_state_dict(weights)
    return history, best.number if best is not None else 0


@dataclass
class _Log:
    """Running means over the instances of an epoch."""

    sums: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    count: int = 0

    def add(self, rows: int, terms: Mapping[str, Term]) -> None:
        """Terms of a batch of so many rows, by name; what a term logs besides, after a dot."""
        self.count += rows
        for name, term in terms.items():
            self.sums[name] += rows * float(term.value.detach())
            for detail, value in term.log.items():
                self.sums[f"{name}.{detail}"] += rows * value

    def means(self) -> dict[str, float]:
        """Each sum over the number of instances."""
        return {name: total / self.count for name, total in self.sums.items()}


def _judge(model: TrainedModel, rows: Sequence[Row]) -> Metrics:
    labels = np.array([row.label for row in rows], dtype=np.int64)
    return classification_metrics(probabilities(model, rows), labels)


def _better(new: Metrics, old: Metrics) -> bool:
    """A higher AUC; where AUC cannot tell (a small part soon reaches 1), a lower loss."""
    return (new.auc, -new.loss) > (old.auc, -old.loss)


def _finite(loss: float, number: int) -> float:
    if not math.isfinite(loss):
        raise KonkyoError(
            f"training diverged in epoch {number} (the loss is {loss}); "
            "lower learning_rate or the weights of the objectives"
        )
    return loss


def parts_of(instances: Sequence[Instance], settings: Settings, seed: int) -> Split:
    """The split that a run with this seed has."""
    return split(instances, seed if settings.split_seed is None else settings.split_seed)


def classes_of(
    instances: Sequence[Instance], labels: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The labels of the instances in the order of the classes: as given, or sorted."""
    found = sorted({instance.label for instance in instances if instance.label is not None})
    if labels is None:
        return tuple(found)
    if sorted(labels) != found:
        raise UsageError(
            f"the labels given ({', '.join(labels)}) are not those of the instances "
            f"({', '.join(found)})"
        )
    return tuple(labels)


def _load(objectives: Sequence[Weighted], learning: Sequence[Row]) -> list[tuple[Objective, float]]:
    names = [one.name for one in objectives]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"objective {twice} is named more than once; give it one weight")
    loaded = [(one.load(), one.weight) for one in objectives]
    learns = next((one.name for one, _ in loaded if one.needs_human), None)
    if learns is not None and all(row.marks is None for row in learning):
        raise DataError(
            f"{learns} learns from human rationales, and none of the {len(learning)} training "
            "instances has one; collect and aggregate some first"
        )
    return loaded


def _use_vectors(model: TrainedModel, notes: list[str]) -> None:
    """Start from word vectors where the settings name a file; other words keep random ones."""
    settings, vocabulary = model.settings, model.vocabulary
    if settings.vectors is None:
        return
    vectors = read_vectors(Path(settings.vectors), vocabulary, settings.embedding_dim)
    model.module.set_embeddings(torch.from_numpy(vectors.ids), torch.from_numpy(vectors.values))
    notes.append(f"word vectors for {len(vectors.ids)} of {len(vocabulary.words)} words")
