"""Alignment of more instances than memory holds: chunk after chunk is scored and forgotten.

Only the scores are kept, float32, gold by gold; they grow with the number of golds and never with
the length of texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.alignment import FAMILIES
from analysis.alignment.align import ABOUT, METRIC, SUBJECT, Scored, add, result_of, score_all
from analysis.alignment.base import AlignmentResult
from analysis.alignment.prepare import prepare
from analysis.alignment.report import Sample, board_of
from analysis.alignment.scoring import Choices, Column, joined
from analysis.arrays import Ints
from analysis.resampling import Plan, Units
from db.columns import INSTANCE, VALUE
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Marks, Over

ONLY_EACH = "scored in chunks: intervals over workers exist for the gold policy 'each' alone"

NOBODY: Ints = np.empty(0, np.int64)
"""Chunks have no jackknife, and so nothing deleted."""


class Chunk(NamedTuple):
    """Some instances, no two chunks sharing any: `scores` and `marks` as `align` takes them."""

    scores: Mapping[str, Ragged]
    marks: Marks


@dataclass(eq=False)
class _Kept:
    """What is left of the chunks so far. `pieces`: gold policy → columns of all chunks."""

    pieces: dict[str, list[Column]] = field(default_factory=dict)
    asked: list[Ints] = field(default_factory=list)
    workers: dict[str, int] = field(default_factory=dict)
    explainers: set[str] = field(default_factory=set)
    excluded: dict[str, int] = field(default_factory=dict)
    tied: dict[str, int] = field(default_factory=dict)
    n_cuts: int = 0
    n_instances: int = 0
    n_masks: int = 0
    persons_known: bool = True
    last: Scored | None = None


def align_chunks(
    chunks: Iterable[Chunk],
    choices: Choices,
    *,
    families: Sequence[str] = tuple(FAMILIES),
    over: Sequence[Over] = ("units",),
    bootstrap: int = 1000,
    confidence: float = 0.95,
    about: Mapping[str, str] = ABOUT,
) -> AlignmentResult:
    """As `align`, for instances that come in chunks; `per_instance` stays empty.

    `choices.k` cannot be "mean", which would need all golds before the first score; golds made of
    several workers get no jackknife. Every chunk draws its own random map and random ties.
    """
    if choices.k == "mean":
        raise UsageError("k 'mean' needs all golds at once; give a number, a share or 'instance'")
    kept = _Kept()
    for number, chunk in enumerate(chunks):
        setting = prepare(*chunk, replace(choices, seed=choices.seed + number))
        _keep(kept, score_all(setting, families, about), chunk)
    if kept.last is None:
        raise DataError("there are no human marks to align with; collect or import some first")
    plan = Plan(
        Units.single(kept.n_instances, noun="instances"),
        len(kept.workers),
        kept.persons_known,
        tuple(over),
        bootstrap,
        choices.seed,
        confidence,
    )
    return _result(kept, kept.last, choices, plan)


def _keep(kept: _Kept, scored: Scored, chunk: Chunk) -> None:
    """Take what a chunk leaves behind: its scores, and what was counted."""
    marks = chunk.marks
    worker = np.array(
        [kept.workers.setdefault(name, len(kept.workers)) for name in marks.worker_ids], np.int64
    )
    seen: dict[int, Ints] = {}
    for policy, (_, columns) in scored.by_policy.items():
        small = [_small(column, worker, kept.n_instances, seen) for column in columns]
        kept.pieces.setdefault(policy, []).extend(small)
    kept.asked.append(np.bincount(marks.instance, minlength=len(marks.instance_ids)))
    add(kept.excluded, scored.excluded)
    add(kept.tied, scored.tied)
    kept.explainers |= set(chunk.scores) | {"random"}
    kept.n_cuts += scored.n_cuts
    kept.n_instances += len(marks.instance_ids)
    kept.n_masks += len(marks.masks)
    kept.persons_known &= marks.persons_known
    kept.last = scored


def _small(column: Column, worker: Ints, offset: int, seen: dict[int, Ints]) -> Column:
    """A column in float32 and int32, numbered over all chunks; equal arrays are kept once."""

    def once(numbers: Ints) -> Ints:
        return seen.setdefault(hash(numbers.tobytes()), numbers)

    return replace(
        column,
        parts=tuple(part.astype(np.float32) for part in column.parts),
        instance=once((column.instance + offset).astype(np.int32)),
        workers=tuple(once(worker[who].astype(np.int32)) for who in column.workers),
        deleted=NOBODY,
    )


def _result(kept: _Kept, last: Scored, choices: Choices, plan: Plan) -> AlignmentResult:
    sample = Sample(np.concatenate(kept.asked), len(kept.workers) if kept.persons_known else None)
    boards = []
    for policy, pieces in kept.pieces.items():
        narrow = plan if policy == "each" else replace(plan, over=("units",))
        boards.append(board_of(joined(pieces), kept.explainers, sample, narrow, None))
    whole = replace(last, excluded=kept.excluded, tied=kept.tied, n_cuts=kept.n_cuts)
    table = pd.DataFrame(columns=[INSTANCE, SUBJECT, METRIC, VALUE])
    found = result_of(whole, boards, choices, plan, table)
    return replace(found, notes=[*found.notes, ONLY_EACH])
