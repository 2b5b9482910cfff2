"""Which coefficients answer which question, and how each is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.agreement import COEFFICIENTS, SET_COEFFICIENTS, TOKEN_COEFFICIENTS
from analysis.agreement.base import AgreementResult, Level, SetDistance
from analysis.agreement.graded import WeightName
from db.catalogue import Catalogue
from db.errors import UsageError
from db.records import Marks

DEFAULT = "krippendorff"
DEFAULT_OF_MARKS = "tokens"
WEIGHTED = ("gwet_ac2", "fleiss", "cohen")
"""Coefficients that take weights."""


@dataclass(frozen=True)
class Choice:
    """What was asked for: coefficients by name (none: the usual one), weights, set distance."""

    names: tuple[str, ...] = ()
    weights: WeightName | None = None
    distance: SetDistance = "jaccard"

    def __post_init__(self) -> None:
        known = list(dict.fromkeys([*COEFFICIENTS, *SET_COEFFICIENTS, *TOKEN_COEFFICIENTS]))
        for name in self.names:
            if name not in known:
                Catalogue("coefficient", dict.fromkeys(known, "")).load(name)
        if self.weights and self.names and not set(self.names) & set(WEIGHTED):
            raise UsageError(f"weights are for {', '.join(WEIGHTED)}; name one with --coefficient")
        if self.weights and not self.names:
            raise UsageError(f"alpha takes no weights; name one of {', '.join(WEIGHTED)}")

    def check_some(self, *catalogues: Catalogue) -> None:
        """Refuse names of which none is in any of the catalogues; no name, or none at all, is fine."""
        fitting = list(dict.fromkeys(name for catalogue in catalogues for name in catalogue))
        if fitting and self.names and not set(self.names) & set(fitting):
            raise UsageError(
                f"{', '.join(self.names)} fits none of these answers (there are: "
                f"{', '.join(fitting)})"
            )

    def among(self, catalogue: Catalogue, default: str) -> list[str]:
        """Those of the names that are in a catalogue; the default where none was asked for."""
        return [name for name in self.names or (default,) if name in catalogue]


def of_values(
    table: pd.DataFrame, level: Level, choice: Choice, shared: Mapping[str, Any]
) -> AgreementResult:
    """Coefficients of answers with one value; `shared`: how judgements are read and drawn."""
    found = []
    for name in choice.among(COEFFICIENTS, DEFAULT):
        weights = {"weights": choice.weights} if name in WEIGHTED and choice.weights else {}
        found.append(COEFFICIENTS.load(name)(table, level, **shared, **weights))
    return joined(found, _elsewhere(choice, COEFFICIENTS))


def of_sets(table: pd.DataFrame, choice: Choice, shared: Mapping[str, Any]) -> AgreementResult:
    """Coefficients of answers that are sets."""
    names = choice.among(SET_COEFFICIENTS, DEFAULT)
    found = [SET_COEFFICIENTS.load(name)(table, choice.distance, **shared) for name in names]
    return joined(found, _elsewhere(choice, SET_COEFFICIENTS))


def of_marks(marks: Marks, choice: Choice, shared: Mapping[str, Any]) -> AgreementResult:
    """Coefficients of marked tokens."""
    names = choice.among(TOKEN_COEFFICIENTS, DEFAULT_OF_MARKS)
    found = [TOKEN_COEFFICIENTS.load(name)(marks, **shared) for name in names]
    return joined(found, _elsewhere(choice, TOKEN_COEFFICIENTS))


def joined(found: Sequence[AgreementResult], notes: Sequence[str]) -> AgreementResult:
    """Several results as one; what they say alike (percent agreement, policies) is said once."""
    excluded: dict[str, int] = {}
    for result in found:
        excluded |= result.excluded
    return AgreementResult(
        list(dict.fromkeys(e for result in found for e in result.estimates)),
        excluded,
        list(dict.fromkeys([*(note for result in found for note in result.notes), *notes])),
    )


def _elsewhere(choice: Choice, catalogue: Catalogue) -> list[str]:
    return [
        f"{name} does not fit answers of this kind (there are: {', '.join(catalogue)})"
        for name in choice.names
        if name not in catalogue
    ]
