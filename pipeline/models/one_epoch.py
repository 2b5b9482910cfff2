"""One pass over the training rows, batch after batch: passes, terms, steps.

loss = cross-entropy + Σ_k λ_k · term_k
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch, Row, training_batches
from pipeline.models.beside import Weights, others_beside, with_other
from pipeline.models.course import Course
from pipeline.models.precision import passes
from pipeline.models.recurrent import second_derivatives
from pipeline.models.sampling import drawn_by_distance
from pipeline.objectives.base import Term
from pipeline.objectives.center import Centres
from pipeline.objectives.cross_entropy import CrossEntropy

CROSS_ENTROPY = CrossEntropy()


def one_epoch(course: Course, rows: Mapping[str, Sequence[Row]]) -> dict[str, float]:
    """As many rows as there are in training; means of the loss and of its terms over them."""
    number = len(course.history) + 1
    further = [(one, now) for one, weight in course.further if (now := weight(number)) > 0]
    chosen = _chosen(course, rows["train"], number)
    others = others_beside(course, rows, [one for one, _ in further])
    course.model.module.train(True)
    log = _Log()
    for batch in training_batches(chosen, course.model.settings.batch_size, course.shuffles):
        found = _one_step(course, batch, next(others), further)
        log.add(len(batch), found)
        if not math.isfinite(log.sums["loss"]):
            break
    return log.means()


def _one_step(
    course: Course, batch: Batch, other: Batch | None, further: Weights
) -> dict[str, Term]:
    """One batch learned from, beside one without labels; the loss and its terms, by name."""
    model, module = course.model, course.model.module
    second_order = any(one.second_order for one, _ in further)
    batch = batch.to(model.device)
    with second_derivatives(model.device, second_order):
        with passes(model.settings.precision, model.device):
            output = _read(module, batch, second_order)
            task = CROSS_ENTROPY.term(output, batch, module)
            terms = {one.name: one.term(output, batch, module) for one, _ in further}
            if other is not None:
                other = other.take(torch.arange(len(batch))).to(model.device)
                beside = _read(module, other, second_order)
                terms |= with_other(terms, beside, other, module, further)
            loss = task.value + sum(weight * terms[one.name].value for one, weight in further)
        course.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
    course.optimiser.step()
    for one in course.memories.values():
        one.renew(output, batch)
    return {"loss": Term(loss), CROSS_ENTROPY.name: task} | terms


def _read(module: Model, batch: Batch, second_order: bool) -> Output:
    """A pass; objectives may differentiate by its embeddings, be they weights or what was given."""
    if not second_order:
        return module(batch)
    start = module.embed(batch)
    return module(
        batch, embeddings=start if start.requires_grad else start.detach().requires_grad_()
    )


def _chosen(course: Course, rows: Sequence[Row], number: int) -> Sequence[Row]:
    """The rows of an epoch: all of them, or those drawn by their distance."""
    settings = course.model.settings
    if settings.sampling == "uniform" or number <= settings.sampling_warmup:
        return rows
    centres = course.memories.get(Centres.name)
    at = centres.at if isinstance(centres, Centres) and len(centres.at) else None
    return drawn_by_distance(course.model, rows, at, course.shuffles)


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
