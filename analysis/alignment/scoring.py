"""Scores of every subject (explainers, floors, oracle, people) against every gold, computed once.

Intervals reweight these columns; nothing here is ever computed again in a replicate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from analysis.alignment.base import Average, Cut, Family, Golds, KPolicy, Scores, TiePolicy
from analysis.alignment.compared import alone, laid_on
from analysis.alignment.cut import choose_k, tied_cuts
from analysis.alignment.floors import CONSTANT, ORACLE, PEOPLE, people
from analysis.alignment.golds import BLOCK, golds_of
from analysis.alignment.order import Order, level
from analysis.arrays import Floats, Ints
from db.records import Marks


@dataclass(frozen=True)
class Choices:
    """What a caller decides about all scores; see `analysis.alignment.align.align`."""

    gold_policy: str = "each"
    k: KPolicy = "instance"
    average: Average = "macro"
    ties: TiePolicy = "position"
    seed: int = 0
    noun: str = "token"


class Block(NamedTuple):
    """Golds of some instances; `k`: int64, shape (G,), tokens that maps are cut to; its number."""

    golds: Golds
    k: Ints
    number: int


@dataclass(frozen=True, eq=False)
class Setting:
    """What all scores of one alignment share.

    `maps`: subject → its scores of all tokens, a row an instance; `starts`: int64, shape (I,), the
    first token of each instance; `limit`: tokens of golds that are scored together.
    """

    maps: Mapping[str, Order]
    marks: Marks
    starts: Ints
    choices: Choices
    limit: int = BLOCK

    def golds(self, policy: str, *, deleting: bool = False) -> Iterator[Block]:
        """The golds of a policy, and where maps are cut, block by block; see `golds_of`."""
        given = self.marks, self.starts, policy
        blocks = partial(golds_of, *given, deleting=deleting, limit=self.limit)
        k = self.choices.k
        if k == "mean":
            k = _mean_count(blocks())
        for number, golds in enumerate(blocks()):
            yield Block(replace(golds, noun=self.choices.noun), choose_k(k, golds), number)


@dataclass(frozen=True, eq=False)
class Column:
    """One metric of one subject, gold by gold.

    `parts`: one array of scores, or what a micro average adds up above and below, float64 or
    float32, shape (R,), NaN where undefined; `instance`: int64, shape (R,); `workers`: the one or
    two workers (int64, shape (R,)) whose weights a score carries, or none; `deleted`: int64,
    shape (R,), the row of the marks that a jackknife deleted from each gold, −1 for none.
    """

    metric: str
    subject: str
    family: Family
    parts: tuple[Floats, ...]
    instance: Ints
    workers: tuple[Ints, ...]
    deleted: Ints


def columns(setting: Setting, families: Sequence[Family], block: Block, each: bool) -> list[Column]:
    """Every metric of the families for every subject. `each`: golds are single workers' masks."""
    choices, marks, golds = setting.choices, setting.marks, block.golds
    made: list[Column] = []
    seed = choices.seed + block.number
    met, row = people(marks, golds, setting.starts, each)
    runs = Cut(block.k[met.gold], "runs", seed)
    cut = Cut(block.k, "random" if choices.ties == "expected" else "position", seed)
    maps = {name: laid_on(order.scores, order, golds) for name, order in setting.maps.items()}
    constant = alone(golds, level(golds.lengths))
    everywhere = np.arange(len(block.k), dtype=np.int64)

    def add(
        family: Family, subject: str, scored: Mapping[str, Scores], gold: Ints, *rows: Ints
    ) -> None:
        workers = tuple(marks.worker[row] for row in rows) if each else ()
        about = golds.instance[gold], workers, golds.deleted[gold]
        for metric, scores in scored.items():
            parts = _parts(scores, choices.average)
            made.append(Column(metric, subject, family, parts, *about))

    for family in families:
        if len(row):
            add(family, PEOPLE, family.score(met, runs), met.gold, row, golds.row[met.gold])
        for subject, laid in maps.items():
            add(family, subject, family.score(laid, cut), everywhere, golds.row)
        add(family, ORACLE, family.oracle(golds, cut), everywhere, golds.row)
        floor = family.score(constant, cut._replace(ties="random"))
        add(family, CONSTANT, floor, everywhere, golds.row)
    return made


def joined(pieces: Iterable[Column]) -> list[Column]:
    """Columns of several blocks end to end, in the order in which they first come.

    Arrays of whole numbers that columns share are joined once, and shared again.
    """
    found: dict[tuple[str, str], list[Column]] = {}
    for piece in pieces:
        found.setdefault((piece.metric, piece.subject), []).append(piece)
    known: dict[tuple[int, ...], Ints] = {}
    return [end_to_end(same, known) for same in found.values()]


def end_to_end(
    pieces: Sequence[Column], known: dict[tuple[int, ...], Ints] | None = None
) -> Column:
    """The same column of several blocks as one. `known`: ids of arrays → what they became."""
    known = {} if known is None else known

    def once(numbers: Sequence[Ints]) -> Ints:
        key = tuple(map(id, numbers))
        if key not in known:
            known[key] = np.concatenate(numbers)
        return known[key]

    parts = zip(*(piece.parts for piece in pieces), strict=True)
    workers = zip(*(piece.workers for piece in pieces), strict=True)
    return replace(
        pieces[0],
        parts=tuple(np.concatenate(part) for part in parts),
        instance=once([piece.instance for piece in pieces]),
        workers=tuple(once(who) for who in workers),
        deleted=once([piece.deleted for piece in pieces]),
    )


def cuts_in_ties(setting: Setting, block: Block) -> dict[str, int]:
    """How many cuts of each subject fall between equal scores."""
    return {
        subject: tied_cuts(laid_on(order.scores, order, block.golds), block.k)
        for subject, order in setting.maps.items()
    }


def _mean_count(blocks: Iterable[Golds]) -> int:
    """The mean number of tokens that a gold marks, rounded (ERASER), at least 1."""
    marked, golds = 0.0, 0
    for some in blocks:
        marked += float(some.marked.sum())
        golds += len(some.values)
    return max(1, int(np.floor(marked / golds + 0.5))) if golds else 1


def _parts(scores: Scores, average: Average) -> tuple[Floats, ...]:
    if average == "macro" or scores.above is None or scores.below is None:
        return (scores.value,)
    undefined = np.isnan(scores.value)
    return tuple(np.where(undefined, np.nan, part) for part in (scores.above, scores.below))
