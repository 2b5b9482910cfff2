"""What a family of alignment scores takes and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd

from analysis.alignment.contract import Contract
from analysis.alignment.order import Order, order_of
from analysis.arrays import Bools, Floats, Ints, run_sums, spread
from db.ragged import Ragged
from db.records import Estimate

if TYPE_CHECKING:
    from analysis.alignment.compared import Compared

KPolicy = Literal["instance", "mean"] | int | float
"""How many tokens a map is cut to: as many as the gold marks, the mean of that, k, or a share."""

Average = Literal["macro", "micro"]
"""Scores averaged over instances; or hits and counts averaged, and divided at the end."""

TiePolicy = Literal["position", "expected"]
"""What a caller says of ties in maps: the first tokens, or the expected score over random choice."""

Ties = Literal["position", "random", "runs"]
"""Tokens of equal score at the cut: the first ones; the expected score over random choice; or over
random choice in text order from a random start, which leaves runs of tokens together."""


class Marked(NamedTuple):
    """The S tokens that golds give a value above 0, gold by gold, in text order.

    `offsets`: int64, shape (G + 1,); `place`: int64, shape (S,), places within the gold, from 0;
    `value`: float64, shape (S,).
    """

    offsets: Ints
    place: Ints
    value: Floats

    @property
    def counts(self) -> Ints:
        """Marked tokens of each gold: shape (G,)."""
        return np.diff(self.offsets)

    @property
    def gold(self) -> Ints:
        """The gold of each marked token: shape (S,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def take(self, golds: Ints) -> Marked:
        """Those of some of the golds, repeats allowed."""
        counts = self.counts[golds]
        cells = spread(self.offsets[golds], counts)
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        return Marked(offsets, self.place[cells], self.value[cells])


@dataclass(frozen=True, eq=False)
class Golds:
    """G golds, each what some workers said of one instance.

    `values`: ragged, in [0, 1], one value per token (0 and 1 where the gold is hard);
    `token`: int64, shape (N,), the place of each of those tokens among all tokens of all instances;
    `instance`: int64, shape (G,); `row`: int64, shape (G,), a row of the marks: whose mask it is
    (`each`), else who was left out, −1 for nobody; `deleted`: int64, shape (G,), the row left out
    besides by a jackknife, −1 for nobody. `complete`: whether golds have all the tokens of their
    instance (they lack those on which a majority tied). `noun`: what a unit is called.
    """

    values: Ragged
    token: Ints
    instance: Ints
    row: Ints
    deleted: Ints
    complete: bool = True
    noun: str = "token"

    @property
    def flat(self) -> Floats:
        """The values of all golds end to end: float64, shape (N,)."""
        return self.values.values.astype(np.float64)

    @cached_property
    def cells(self) -> Marked:
        """The tokens with a value above 0."""
        flat = np.flatnonzero(self.values.values)
        offsets = np.searchsorted(flat, self.values.offsets).astype(np.int64)
        starts = np.repeat(self.values.offsets[:-1], np.diff(offsets))
        return Marked(offsets, flat - starts, self.values.values[flat].astype(np.float64))

    @cached_property
    def levels(self) -> Order:
        """The values above 0 in order, a row a gold."""
        return order_of(self.cells.value, self.cells.offsets)

    @cached_property
    def marked(self) -> Floats:
        """Sum of the values of each gold, for a hard gold its marked tokens: shape (G,)."""
        return run_sums(self.cells.value, self.cells.offsets)

    @cached_property
    def lengths(self) -> Ints:
        """Tokens of each gold: shape (G,)."""
        return self.values.lengths

    def marking_nothing(self) -> dict[str, Bools]:
        """Golds that mark nothing, as the one reason why most families have no score."""
        return {f"gold that marks no {self.noun}": self.marked == 0}

    def keep_tokens(self, kept: Bools) -> Golds:
        """The golds without some of their tokens; `kept`: bool, shape (N,)."""
        before = np.concatenate([[0], np.cumsum(kept)])
        values = Ragged(self.values.values[kept], before[self.values.offsets].astype(np.int64))
        return replace(self, values=values, token=self.token[kept], complete=False)


class GoldPolicy(Protocol):
    """(workers who marked a token, workers asked), shape (N,) each → gold values, NaN where tied."""

    def __call__(self, marked: Floats, asked: Floats) -> Floats: ...


class Cut(NamedTuple):
    """Where maps are cut: `k`: int64, shape (P,), tokens kept; how ties fall; and the seed."""

    k: Ints
    ties: Ties
    seed: int


class Scores(NamedTuple):
    """One metric of P comparisons: `value`: float64, shape (P,), NaN where undefined. `above`,
    `below`: shape (P,), what micro averages add up before they divide; None where there is no
    such thing."""

    value: Floats
    above: Floats | None = None
    below: Floats | None = None


class Family(Protocol):
    """Scores of maps against golds; one value per comparison, NaN where undefined.

    `metrics`: name → range and which end is better; `soft_gold`: always compared with the soft
    mask, whatever the policy; `hard_only`: cannot use a soft gold; `cut`: maps are cut at k, so
    that floor, model, oracle and people share one scale, scores may be normalised, and have micro
    averages. `empty`: what becomes of golds and maps that nothing can be scored with, in words.
    """

    metrics: Mapping[str, str]
    soft_gold: bool
    hard_only: bool
    cut: bool
    empty: str

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        """Golds that nothing can be scored against: reason → bool, shape (G,)."""
        ...

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        """Metric → scores of the P comparisons."""
        ...

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """The best that any map could score under the same cut, gold by gold."""
        ...


@dataclass(frozen=True, eq=False)
class AlignmentResult:
    """Estimates (`name` = metric, `subject` = explainer, people, oracle, constant or random), and
    what they were made from.

    `per_instance`: one row per instance, subject and metric that is defined, with the columns
    instance (id), subject, metric, value, and a plain index. `excluded`: reason → how many.
    `contracts`: what exactly the scores of each family are, in words. `noun`: what a unit is.
    """

    estimates: list[Estimate]
    per_instance: pd.DataFrame
    excluded: dict[str, int]
    notes: list[str]
    contracts: tuple[Contract, ...] = field(default=())
    noun: str = "token"
