"""Counts with their nouns, and values of tables as a person would write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from db.words import counted, near_miss, shown


def test_one_thing_has_no_plural_and_a_verb_may_follow() -> None:
    assert [counted(n, "worker") for n in (0, 1, 2, 1200)] == [
        "0 workers",
        "1 worker",
        "2 workers",
        "1,200 workers",
    ]
    assert counted(1, "unit is", "units are") == "1 unit is"
    assert counted(3, "unit is", "units are") == "3 units are"


def test_what_is_nearly_a_known_name_is_asked_about_once() -> None:
    assert near_miss("lmie", ["rise", "lime", "limes"]) == "; did you mean 'lime'?"
    assert near_miss("lmie", iter(["rise", "lime"])) == "; did you mean 'lime'?"
    assert near_miss("quantum", ["rise", "lime"]) == near_miss("lime", []) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", "'yes'"),
        (np.int64(3), "3"),
        (np.float64(2.0), "2"),
        (0.1, "0.1"),
        (1e308, "1e+308"),
        (Decimal("2.50"), "2.50"),
        (pd.Timestamp("2024-05-01"), "2024-05-01 00:00:00"),
        (None, "None"),
        (True, "True"),
        (["a"], "['a']"),
    ],
)
def test_the_type_of_a_value_is_never_told(value: Any, text: str) -> None:
    assert shown(value) == text
