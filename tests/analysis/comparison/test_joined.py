"""Two questions of one argument, joined: by hand, by pandas, and where they cannot be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.comparison.conditions import Settings
from analysis.comparison.joined import compare_joined
from db.errors import DataError

NAMES = ("share_a", "share_b")
Row = tuple[str, str, float, str, str]


def answers(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "condition", "argument"])


def values(first: pd.DataFrame, second: pd.DataFrame) -> dict[tuple[str, str], float | None]:
    result = compare_joined(first, second, NAMES, Settings(bootstrap=0))
    return {(e.name, e.subject): e.value for e in result.estimates if e.over == "units"}


def test_an_argument_passes_as_often_as_both_answers_do() -> None:
    """u1: 2 of 3 say it fits the input, 1 of 2 the label: 1/3 of the pairs. u2: 1 and 1. Mean 2/3."""
    first = answers(
        [("u1", f"w{n}", float(n < 2), "m", "u1") for n in range(3)] + [("u2", "w0", 1, "m", "u2")]
    )
    second = answers(
        [("u1", f"v{n}", float(n < 1), "m", "u1") for n in range(2)] + [("u2", "v0", 1, "m", "u2")]
    )
    found = values(first, second)
    assert found["share_consistent", "m"] == pytest.approx((1 / 3 + 1) / 2)
    assert found["share_a", "m"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["share_b", "m"] == pytest.approx((1 / 2 + 1) / 2)


def test_joined_shares_as_a_plain_reading_has_them() -> None:
    """Every pair of an answer and an answer of the same argument, in plain loops."""
    rng = np.random.default_rng(3)
    made = []
    for prefix in "wv":
        made.append(
            answers(
                [
                    (f"u{u}", f"{prefix}{w}", float(rng.random() < 0.6), name, f"u{u} {name}")
                    for u in range(15)
                    for name in ("x", "y")
                    for w in rng.choice(12, rng.integers(1, 4), replace=False)
                ]
            )
        )
    found = values(*made)
    for name in ("x", "y"):
        means = []
        for u in range(15):
            a, b = (
                t[(t["unit"] == f"u{u}") & (t["condition"] == name)]["value"].tolist() for t in made
            )
            means.append(np.mean([one * other for one, other in product(a, b)]))
        assert found["share_consistent", name] == pytest.approx(np.mean(means))


def test_controls_are_compared_with_and_never_with_each_other() -> None:
    rng = np.random.default_rng(0)
    chance = {"own": 0.9, "wrong": 0.4, "shuffled": 0.2}
    tables = [
        answers(
            [
                (f"u{u}", f"{prefix}{w}", float(rng.random() < p), name, f"u{u} {name}")
                for u in range(40)
                for name, p in chance.items()
                for w in rng.choice(12, 3, replace=False)
            ]
        )
        for prefix in "wv"
    ]
    settings = Settings(bootstrap=100)
    found = compare_joined(*tables, NAMES, settings, controls=("wrong", "shuffled"))
    assert [d.subject for d in found.differences] == ["own - shuffled", "own - wrong"]
    for one in found.differences:
        assert one.paired and one.p_holm is not None and one.p_holm < 0.01
        assert {e.over for e in one.estimates if e.low is not None} == {"units", "workers", "both"}
    based = compare_joined(*tables, NAMES, settings, baseline="wrong")
    assert [d.subject for d in based.differences] == ["own - wrong", "shuffled - wrong"]


def test_arguments_of_one_question_alone_are_left_out_and_counted() -> None:
    first = answers([("u1", "w0", 1, "m", "u1"), ("u2", "w0", 0, "m", "u2")])
    second = answers([("u1", "v0", 1, "m", "u1")])
    result = compare_joined(first, second, NAMES, Settings(bootstrap=0))
    assert result.excluded == {
        "judgement of an argument that the other campaign did not ask about": 1
    }
    with pytest.raises(DataError, match="no argument was judged in both"):
        compare_joined(first, answers([("u9", "v", 1, "m", "u9")]), NAMES, Settings())
    with pytest.raises(DataError, match="argument"):
        compare_joined(first.drop(columns="argument"), second, NAMES, Settings())
