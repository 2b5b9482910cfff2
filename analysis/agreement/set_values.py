"""Answers that are sets, as codes: which members each different set has, and how far sets differ.

    jaccard    1 − |A ∩ B| / |A ∪ B|
    masi       1 − |A ∩ B| / |A ∪ B| · m,  m = 1 equal, ⅔ one holds the other, ⅓ they overlap, 0 not

Two empty sets are equal, and an empty one differs wholly from any other. Sources: Jaccard (1912),
*New Phytologist* 11; Passonneau (2006), "Measuring agreement on set-valued items (MASI)", LREC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from analysis.agreement.base import SetDistance
from analysis.arrays import Floats, Ints
from db.errors import DataError, UsageError
from db.words import shown

EMPTY = "(nothing)"
"""How an empty set is written where a value is named."""


@dataclass(frozen=True, eq=False)
class SetValues:
    """V different sets of M members. `names`: V of them; `members`: M, in order;
    `holds`: float64, shape (V, M), 1 where a set has a member.
    """

    names: tuple[str, ...]
    members: tuple[str, ...]
    holds: Floats

    def gap(self, first: Ints, second: Ints, kind: SetDistance) -> Floats:
        """The distance of two sets by their codes (broadcast): [0, 1], 0 where they are equal."""
        sizes = self.holds.sum(axis=1)
        if first.ndim == 2:
            both = self.holds[first[:, 0]] @ self.holds.T
        else:
            both = (self.holds[first] * self.holds[second]).sum(axis=1)
        either = sizes[first] + sizes[second] - both
        shared = np.divide(both, either, out=np.ones_like(either), where=either > 0)
        return np.asarray(1 - shared * _monotonic(both, sizes[first], sizes[second], kind))


def set_distance(name: str) -> SetDistance:
    """The distance of sets called `name`."""
    for known in get_args(SetDistance):
        if known == name:
            found: SetDistance = known
            return found
    raise UsageError(f"no distance called {name!r} (there are: {', '.join(get_args(SetDistance))})")


def code_sets(column: pd.Series[Any]) -> tuple[pd.Series[Any], SetValues]:
    """The column with codes for sets (missing stays missing), and the sets.

    A value is a list, tuple, set or array of members; members are compared as text, and one that
    is named twice counts once. Codes follow the order of the sets' names.
    """
    there = ~column.isna().to_numpy()
    kept = [_members(value) for value in column[there].tolist()]
    different = sorted(set(kept))
    code_of = {members: float(code) for code, members in enumerate(different)}
    codes = np.full(len(column), np.nan)
    codes[there] = [code_of[members] for members in kept]
    members = tuple(sorted({member for chosen in different for member in chosen}))
    place = {member: i for i, member in enumerate(members)}
    holds = np.zeros((len(different), len(members)))
    for row, chosen in enumerate(different):
        holds[row, [place[member] for member in chosen]] = 1.0
    names = tuple("|".join(chosen) or EMPTY for chosen in different)
    return pd.Series(codes, index=column.index), SetValues(names, members, holds)


def _members(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise DataError(f"level 'set' needs lists of what was chosen; {shown(value)} is not one")
    return tuple(sorted({str(member) for member in value}))


def _monotonic(both: Floats, first: Floats, second: Floats, kind: SetDistance) -> Floats:
    """MASI's m: shape of `both`; 1 everywhere for Jaccard."""
    if kind == "jaccard":
        return np.ones_like(both)
    inside = both == np.minimum(first, second)
    graded = np.where(both > 0, np.where(inside, 2 / 3, 1 / 3), 0.0)
    return np.where(inside & (first == second), 1.0, graded)
