"""What an agreement coefficient takes and gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from analysis.judgements import Clusters, Duplicates
from db.records import Estimate, Marks, Over

Level = Literal["nominal", "ordinal", "interval", "ratio"]
SetDistance = Literal["jaccard", "masi"]


@dataclass(frozen=True)
class AgreementResult:
    """Numbers with their uncertainty, and what was left out of them.

    `excluded`: reason → how many (rows, units or pairs, as the reason says); `notes`: what a
    reader must know besides.
    """

    estimates: list[Estimate]
    excluded: dict[str, int]
    notes: list[str]


class Coefficient(Protocol):
    """Agreement on a long table with the columns unit, worker, value (`db.columns.JUDGEMENTS`).

    `over`: what is drawn again for the intervals; `clusters`: what units are drawn in (documents);
    `persons_known`: whether the worker column names persons (column numbers do not). A coefficient
    may have options of its own after these.
    """

    def __call__(
        self,
        table: pd.DataFrame,
        level: Level,
        *,
        bootstrap: int = 1000,
        over: Sequence[Over] = ("units", "workers", "both"),
        seed: int = 0,
        confidence: float = 0.95,
        duplicates: Duplicates = "error",
        persons_known: bool = True,
        clusters: Clusters | None = None,
    ) -> AgreementResult: ...


class SetCoefficient(Protocol):
    """The same where an answer is a set: the values are lists (or sets, tuples) of members."""

    def __call__(
        self,
        table: pd.DataFrame,
        distance: SetDistance = "jaccard",
        *,
        bootstrap: int = 1000,
        over: Sequence[Over] = ("units", "workers", "both"),
        seed: int = 0,
        confidence: float = 0.95,
        duplicates: Duplicates = "error",
        persons_known: bool = True,
        clusters: Clusters | None = None,
    ) -> AgreementResult: ...


class TokenCoefficient(Protocol):
    """Agreement on who marked which tokens; documents are what is drawn again, never tokens.

    A coefficient may have options of its own after these.
    """

    def __call__(
        self,
        marks: Marks,
        *,
        bootstrap: int = 1000,
        over: Sequence[Over] = ("units", "workers", "both"),
        seed: int = 0,
        confidence: float = 0.95,
    ) -> AgreementResult: ...
