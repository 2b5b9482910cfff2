"""What a family of alignment scores takes and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd

from analysis.arrays import Bools, Floats, Ints, row_sums
from db.ragged import Ragged
from db.records import Estimate

KPolicy = Literal["instance", "mean"] | int | float
"""How many tokens a map is cut to: as many as the gold marks, the mean of that, k, or a share."""

Ties = Literal["position", "random", "runs"]
"""Tokens of equal score at the cut: the first ones; the expected score over random choice; or over
random choice in text order from a random start, which leaves runs of tokens together."""


@dataclass(frozen=True, eq=False)
class Golds:
    """G golds, each what some workers said of one instance.

    `values`: ragged float64 in [0, 1], one value per token (0 and 1 where the gold is hard);
    `token`: int64, shape (N,), the place of each of those tokens among all tokens of all instances
    (a gold may lack tokens on which its majority tied); `instance`: int64, shape (G,); `row`:
    int64, shape (G,), a row of the marks: whose mask it is (`each`), else who was left out, −1 for
    nobody; `deleted`: int64, shape (G,), the row left out besides by a jackknife, −1 for nobody.
    """

    values: Ragged
    token: Ints
    instance: Ints
    row: Ints
    deleted: Ints

    @property
    def flat(self) -> Floats:
        """The values of all golds end to end: float64, shape (N,)."""
        return self.values.values.astype(np.float64)

    @property
    def marked(self) -> Floats:
        """Sum of the values of each gold, for a hard gold its marked tokens: shape (G,)."""
        return row_sums(self.values.values, self.values.row_ids, len(self.values))

    def take(self, rows: Ints) -> Golds:
        """Some of the golds, repeats allowed."""
        kept = self.values.take(rows)
        token = self.values.with_values(self.token).take(rows).values.astype(np.int64)
        return Golds(kept, token, self.instance[rows], self.row[rows], self.deleted[rows])

    def keep_tokens(self, kept: Bools) -> Golds:
        """The golds without some of their tokens; `kept`: bool, shape (N,)."""
        lengths = row_sums(kept, self.values.row_ids, len(self.values)).astype(np.int64)
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        return replace(self, values=Ragged(self.flat[kept], offsets), token=self.token[kept])


class GoldPolicy(Protocol):
    """(workers who marked a token, workers asked), shape (N,) each → gold values, NaN where tied."""

    def __call__(self, marked: Floats, asked: Floats) -> Floats: ...


class Cut(NamedTuple):
    """Where maps are cut: `k`: int64, shape (G,), tokens kept; how ties fall; and the seed."""

    k: Ints
    ties: Ties
    seed: int


class Family(Protocol):
    """Scores of token maps against golds; one value per gold, NaN where undefined.

    `metrics`: name → range and which end is better; `soft_gold`: always compared with the soft
    mask, whatever the policy; `hard_only`: cannot use a soft gold; `cut`: maps are cut at k, so
    that floor, model, oracle and people share one scale and scores may be normalised.
    """

    metrics: Mapping[str, str]
    soft_gold: bool
    hard_only: bool
    cut: bool

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        """Golds that nothing can be scored against: reason → bool, shape (G,)."""
        ...

    def score(self, scores: Floats, golds: Golds, cut: Cut) -> dict[str, Floats]:
        """Metric → shape (G,); `scores`: float64, shape (N,), aligned with the golds' tokens."""
        ...

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Floats]:
        """The best that any map could score under the same cut: metric → shape (G,)."""
        ...


@dataclass(frozen=True, eq=False)
class AlignmentResult:
    """Estimates (`name` = metric, `subject` = explainer, people, oracle, constant or random), and
    what they were made from.

    `per_instance`: one row per instance, subject and metric that is defined, with the columns
    instance (id), subject, metric, value, and a plain index. `excluded`: reason → how many.
    """

    estimates: list[Estimate]
    per_instance: pd.DataFrame
    excluded: dict[str, int]
    notes: list[str]
