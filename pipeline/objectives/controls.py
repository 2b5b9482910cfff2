"""Rationales that people did not give: what any rationale at all would teach a model.

A table of training on human rationales carries both controls. They are drawn once for a seed,
instance by instance, and stay as they are over the epochs. The certainty of the marks is left as
it was, so that a row counts as much as with the marks that people gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.models.batches import HumanTarget
from pipeline.models.seeding import instance_generator

Marks = NDArray[np.float32]


def shuffled_rationales(human: Mapping[str, HumanTarget], seed: int) -> dict[str, HumanTarget]:
    """Whole marked spans moved: the spans, and the gaps around them, permuted within the text.

    As many tokens, in spans as long, at other places. Spans never touch, so that none merge: a
    gap of length 0, which only the ends of a text can have, stays at an end. Where spans are few,
    so are their arrangements: a text of one span has two at most, and may come back as it was.
    The fewer the spans, the more of the human rationale is left in this control;
    `random_rationales` leaves none but chance's.
    """
    return _drawn(human, seed, "shuffled_rationales", _move_spans)


def random_rationales(human: Mapping[str, HumanTarget], seed: int) -> dict[str, HumanTarget]:
    """Tokens drawn without regard to spans or order: the same marks, each at a random place."""
    return _drawn(human, seed, "random_rationales", lambda marks, random: random.permutation(marks))


def _drawn(
    human: Mapping[str, HumanTarget],
    seed: int,
    purpose: str,
    draw: Callable[[Marks, np.random.Generator], Marks],
) -> dict[str, HumanTarget]:
    return {
        name: replace(target, marks=draw(target.marks, instance_generator(seed, purpose, name)))
        for name, target in human.items()
    }


def _move_spans(marks: Marks, random: np.random.Generator) -> Marks:
    edges = np.flatnonzero(np.diff(marks > 0, prepend=False, append=False))
    if len(edges) == 0:
        return marks.copy()
    spans = [marks[start:end] for start, end in edges.reshape(-1, 2).tolist()]
    gaps = _move_gaps(np.diff(np.concatenate([[0], edges, [len(marks)]]))[::2], random)
    pieces = [np.zeros(gaps[0], dtype=marks.dtype)]
    for place, gap in zip(random.permutation(len(spans)).tolist(), gaps[1:].tolist(), strict=True):
        pieces += [spans[place], np.zeros(gap, dtype=marks.dtype)]
    return np.concatenate(pieces)


def _move_gaps(gaps: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """A random order of the gaps in which only the first and the last may be 0."""
    kept = random.permutation(gaps[gaps > 0])
    empty = len(gaps) - len(kept)
    before = empty == 2 or (empty == 1 and random.random() < 0.5)
    zero = np.zeros(1, dtype=kept.dtype)
    return np.concatenate([zero] * before + [kept] + [zero] * (empty - before))
