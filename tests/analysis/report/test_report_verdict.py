"""The word for a paired difference: what it takes to say helps, hurts, or nothing."""

from __future__ import annotations

import math

import pytest

from analysis.report.teaching import Difference, Direction
from analysis.report.verdict import judged, p_text, verdict
from db.records import Estimate


def difference(low: float | None, high: float | None, **fields: float) -> Difference:
    value = None if low is None or high is None else (low + high) / 2
    return Difference(Estimate("f1", value, low=low, high=high), "vanilla", **fields)


@pytest.mark.parametrize(
    ("low", "high", "direction", "word"),
    [
        (0.1, 0.2, "higher", "helps"),
        (-0.2, -0.1, "higher", "hurts"),
        (0.1, 0.2, "lower", "hurts"),
        (-0.2, -0.1, "lower", "helps"),
        (0.1, 0.2, "neither", "rises"),
        (-0.2, -0.1, "neither", "falls"),
        (-0.1, 0.2, "higher", "not shown"),
        (0.0, 0.2, "higher", "not shown"),
    ],
)
def test_the_interval_decides(low: float, high: float, direction: Direction, word: str) -> None:
    assert verdict(difference(low, high), direction).word == word


def test_a_large_p_withholds_the_word() -> None:
    found = verdict(difference(0.1, 0.2, p=0.2, smallest_p=0.01), "higher")
    assert found == ("not shown", "p = 0.200, above 0.05")


def test_a_test_too_coarse_gives_no_verdict() -> None:
    # five seeds: the smallest two-sided p of a sign flip is 2/2⁵ = 0.0625
    found = verdict(difference(0.1, 0.2, p=0.0625, smallest_p=0.0625), "higher")
    assert found.word == "no verdict" and "0.0625" in found.reason


def test_what_was_not_tested_gets_no_word_whatever_its_interval() -> None:
    found = Difference(Estimate("f1", 0.3, low=0.2, high=0.4), "vanilla", tested=False)
    assert verdict(found, "higher").word == "not tested"


def test_no_value_is_undefined_and_no_interval_is_no_verdict() -> None:
    assert verdict(difference(None, None), "higher").word == "undefined"
    assert verdict(Difference(Estimate("f1", math.nan), "vanilla"), "higher").word == "undefined"
    assert verdict(Difference(Estimate("f1", 0.3), "vanilla"), "higher").word == "no verdict"


def test_the_widest_interval_is_judged_by() -> None:
    narrow, wide = difference(0.1, 0.2), difference(-0.1, 0.4)
    assert judged([narrow, difference(None, None), wide]) is wide
    assert judged([]) is None


def test_small_p_values_are_not_rounded_to_zero() -> None:
    assert p_text(0.0002) == "< 0.001"
    assert p_text(None) == "—"
