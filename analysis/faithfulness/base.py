"""What faithfulness is computed from, and what a score promises.

n instances, K shares of their tokens, C classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from analysis.arrays import Bools, Floats, Ints
from analysis.faithfulness.curves import Curves
from db.errors import DataError
from db.records import Estimate

SHARES = (0.01, 0.05, 0.10, 0.20, 0.50)
"""Shares of the tokens that a rationale is cut to (DeYoung et al. 2020, "ERASER")."""


@dataclass(frozen=True, eq=False)
class Probed:
    """Class probabilities of n instances, whole and without parts of one explainer's choice.

    `full`, `empty`: float64, shape (n, C), with all tokens and with none; `without`, `only`:
    float64, shape (n, K, C), without the rationale of each share, and with nothing else;
    `without_first`: float64, shape (n, C), without the one token that scores highest; `curves`: of
    pictures, None of others.
    """

    full: Floats
    empty: Floats
    without: Floats
    only: Floats
    without_first: Floats
    shares: tuple[float, ...] = SHARES
    curves: Curves | None = None

    def __post_init__(self) -> None:
        n, classes = self.full.shape
        wanted = {
            "empty": (n, classes),
            "without": (n, len(self.shares), classes),
            "only": (n, len(self.shares), classes),
            "without_first": (n, classes),
        }
        for name, shape in wanted.items():
            found = getattr(self, name).shape
            if found != shape:
                raise DataError(f"{name} has shape {found}, not {shape} as the full texts ask for")
        if self.curves is not None:
            points = (n, len(self.curves.treated), classes)
            for name, one in (("without", self.curves.without), ("only", self.curves.only)):
                if one.shape != points:
                    raise DataError(f"the curve {name} has shape {one.shape}, not {points}")

    @cached_property
    def predicted(self) -> Ints:
        """The class predicted for the whole instance, int64, shape (n,)."""
        return np.asarray(self.full.argmax(axis=1), np.int64)

    def of_predicted(self, probabilities: Floats) -> Floats:
        """That class's probability, shape (n,) or (n, K), from (n, C) or (n, K, C)."""
        place = self.predicted.reshape((-1,) + (1,) * (probabilities.ndim - 1))
        return np.asarray(np.take_along_axis(probabilities, place, axis=-1)[..., 0], np.float64)

    @property
    def drop(self) -> Floats:
        """Δ0 = p(x) − p(∅), shape (n,): what all tokens together are worth."""
        return self.of_predicted(self.full) - self.of_predicted(self.empty)


class Score(Protocol):
    """A family of numbers that every instance has, or has not.

    `scales`: name → range and better end; `score`: name → float64, shape (n,), NaN where
    undefined; `undefined`: reason → bool, shape (n,), the instances that are left out for it.
    """

    def scales(self, shares: Sequence[float]) -> dict[str, str]: ...

    def score(self, probed: Probed) -> dict[str, Floats]: ...

    def undefined(self, probed: Probed) -> dict[str, Bools]: ...


def percent(share: float) -> str:
    """0.05 → "5%", as names of numbers carry it."""
    return f"{100 * share:g}%"


@dataclass(frozen=True)
class Contrast:
    """`estimate.subject` minus `against` on `estimate.name`, over the same instances.

    `p`: two-sided, from sign flips, after Holm's correction over all contrasts of the result, None
    where undefined; `smallest_p`: the least it could have been; `detectable`: the difference that
    so many instances find four times in five; `verdict`: whether p is at most .05, None where the
    test could not have said so.
    """

    estimate: Estimate
    against: str
    p: float | None
    smallest_p: float | None
    detectable: float | None
    verdict: bool | None


@dataclass(frozen=True)
class FaithfulnessResult:
    """`excluded`: reason → how many instances some scores leave out."""

    estimates: tuple[Estimate, ...]
    contrasts: tuple[Contrast, ...]
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
