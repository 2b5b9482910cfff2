"""Domains that are known for testing only: how often each of them is classified rightly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Bools, Floats
from db.errors import DataError
from db.records import Instance


def by_domain(data: Sequence[Instance], attribute: str, right: Bools) -> dict[str, Floats]:
    """ "accuracy, VALUE" → 1 or 0 for the instances of that value, NaN for the others, (m,).

    `right`: bool, (m,), whether each instance was classified rightly; no attribute: nothing.
    """
    values = np.array([str(one.attributes.get(attribute, "")) for one in data])
    known = sorted(set(values.tolist()) - {""}) if attribute else []
    return {f"accuracy, {value}": np.where(values == value, right, np.nan) for value in known}


def check_domain(data: Sequence[Instance], attribute: str) -> None:
    """DataError where an attribute is named that no instance has."""
    if attribute and not any(one.attributes.get(attribute) for one in data):
        raise DataError(
            f"no instance has the attribute {attribute!r}; name another as [teach] domain, or leave "
            "it empty"
        )
