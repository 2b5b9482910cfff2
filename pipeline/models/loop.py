"""The loop of training: epochs until validation stops improving, from wherever it was left.

    loss = cross-entropy + Σ_k λ_k · term_k

AdamW with amsgrad, no weight decay on attention, the best epoch by validation AUC (Jain & Wallace
2019; Kitada & Iyatomi 2021, and their code).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch

from db.errors import KonkyoError
from pipeline.models.batches import Row, training_batches
from pipeline.models.judgement import Judged, judge
from pipeline.models.metrics import Metrics
from pipeline.models.precision import passes
from pipeline.models.predict import probabilities
from pipeline.models.recurrent import without_cudnn
from pipeline.models.trained import TrainedModel
from pipeline.objectives.base import Objective, Term
from pipeline.objectives.cross_entropy import CrossEntropy

CROSS_ENTROPY = CrossEntropy()
Terms = Sequence[tuple[Objective, Callable[[int], float]]]
"""Objectives that are loaded, and their weights λ in each epoch."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training part: means over its instances, then the validation part.

    `terms` holds every term of the loss before weighting, and what objectives log besides.
    """

    number: int
    loss: float
    terms: Mapping[str, float]
    validation: Metrics


class Course:
    """Training between two epochs: everything the next one starts from.

    `history`: the epochs so far; `best`: the best of them; `weights`: those after the best.
    """

    def __init__(self, model: TrainedModel, seed: int) -> None:
        settings = model.settings
        self.model = model
        self.optimiser = torch.optim.AdamW(
            model.module.parameter_groups(settings.weight_decay),
            lr=settings.learning_rate,
            amsgrad=True,
        )
        self.shuffles = torch.Generator().manual_seed(seed)
        self.history: list[Epoch] = []
        self.best: Epoch | None = None
        self.weights: dict[str, torch.Tensor] = {}

    @property
    def done(self) -> bool:
        """Whether all epochs are over, or `patience` of them brought nothing better."""
        number, settings = len(self.history), self.model.settings
        best = self.best.number if self.best else 0
        return number >= settings.epochs or (number > 0 and number - best >= settings.patience)

    def add(self, epoch: Epoch) -> None:
        """Note an epoch, and keep the weights as they are now if it is the best."""
        self.history.append(epoch)
        if self.best is None or _better(epoch.validation, self.best.validation):
            self.best = epoch
            state = self.model.module.state_dict()
            self.weights = {name: value.clone() for name, value in state.items()}

    def state(self) -> dict[str, Any]:
        """The course as tensors and plain values, random states included."""
        device = self.model.device
        return {
            "history": [asdict(epoch) for epoch in self.history],
            "best": self.best.number if self.best else 0,
            "best_weights": self.weights,
            "weights": self.model.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "shuffles": self.shuffles.get_state(),
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on as `state` says; torch's random state too is then what it was."""
        device = self.model.device
        self.history = [
            Epoch(**{**one, "validation": Metrics(**one["validation"])}) for one in state["history"]
        ]
        self.best = self.history[state["best"] - 1]
        self.weights = {name: value.to(device) for name, value in state["best_weights"].items()}
        self.model.module.load_state_dict(state["weights"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.shuffles.set_state(state["shuffles"])
        torch.set_rng_state(state["torch"])
        if device.type == "cuda" and state["cuda"] is not None:
            torch.cuda.set_rng_state(state["cuda"], device)


def run(
    course: Course,
    rows: Mapping[str, Sequence[Row]],
    further: Terms,
    after: Callable[[Epoch, Course], None],
) -> None:
    """Epoch after epoch until the course is done; leaves the weights of the best in the model."""
    while not course.done:
        number = len(course.history) + 1
        weighted = [(one, found) for one, weight in further if (found := weight(number)) > 0]
        means = _one_epoch(course, rows["train"], weighted)
        loss = _finite(means.pop("loss"), number)
        validation = judged(course.model, rows["validation"]).metrics
        epoch = Epoch(number, loss, means, validation)
        course.add(epoch)
        after(epoch, course)
    if course.best is not None:
        course.model.module.load_state_dict(course.weights)


def _one_epoch(
    course: Course, rows: Sequence[Row], further: Sequence[tuple[Objective, float]]
) -> dict[str, float]:
    """Every training row once; means of the loss and of its terms."""
    model, module, settings = course.model, course.model.module, course.model.settings
    second_order = any(one.second_order for one, _ in further)
    module.train(True)
    log = _Log()
    for batch in training_batches(rows, settings.batch_size, course.shuffles):
        batch = batch.to(model.device)
        with without_cudnn(model.device, second_order):
            with passes(settings.precision, model.device):
                output = module(batch)
                task = CROSS_ENTROPY.term(output, batch, module)
                terms = {one.name: one.term(output, batch, module) for one, _ in further}
                loss = task.value + sum(weight * terms[one.name].value for one, weight in further)
            course.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        course.optimiser.step()
        log.add(len(batch), {"loss": Term(loss), CROSS_ENTROPY.name: task} | terms)
    return log.means()


def judged(model: TrainedModel, rows: Sequence[Row]) -> Judged:
    """The model on rows with labels, one at least."""
    labels = np.array([row.label for row in rows], dtype=np.int64)
    return judge(probabilities(model, rows), labels)


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
