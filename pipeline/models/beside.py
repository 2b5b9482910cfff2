"""Unlabelled rows beside the batches of an epoch, for terms that read no label.

Such a term is the mean over a batch and one as large of unlabelled rows (Miyato et al., TPAMI 41, 2019;
Kitada & Iyatomi 2021).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import torch

from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch, Row, training_batches
from pipeline.models.course import Course
from pipeline.objectives.base import Objective, Term

Weights = Sequence[tuple[Objective, float]]
"""The same in one epoch, without those whose λ is 0."""


def takes_unlabelled(objective: object) -> bool:
    """Whether its term reads no label, so that rows without one teach too."""
    return bool(getattr(objective, "unlabelled", False))


def others_beside(
    course: Course, rows: Mapping[str, Sequence[Row]], further: Sequence[Objective]
) -> Iterator[Batch | None]:
    """A batch of unlabelled rows for each batch of an epoch; None where no term takes any."""
    pool = rows.get("unlabelled", ())
    if not (pool and any(map(takes_unlabelled, further))):
        return itertools.repeat(None)
    size = course.model.settings.batch_size
    return accompanying(pool, len(rows["train"]), size, course.shuffles)


def accompanying(
    rows: Sequence[Row], beside: int, size: int, generator: torch.Generator
) -> Iterator[Batch]:
    """Batches of exactly `size` rows beside one epoch of `beside` others, as many as it has.

    Rows come in a shuffled order, again and again where there are fewer than it takes; of more, each
    epoch sees some.
    """
    wanted = math.ceil(beside / size) * size
    order: list[int] = []
    while len(order) < wanted:
        order += torch.randperm(len(rows), generator=generator).tolist()
    yield from training_batches([rows[place] for place in order[:wanted]], size, generator)


def with_other(
    terms: Mapping[str, Term], output: Output, other: Batch, module: Model, further: Weights
) -> dict[str, Term]:
    """The terms that read no label as means over two batches of the same size.

    `terms` are of the labelled one; `output`: the pass over the `other`.
    """
    found = {}
    for one, _ in further:
        if takes_unlabelled(one):
            mine, beside = terms[one.name], one.term(output, other, module)
            log = {**mine.log, "unlabelled": float(beside.value.detach())}
            found[one.name] = Term((mine.value + beside.value) / 2, log)
    return found
