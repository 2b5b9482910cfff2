"""Agreement label by label: by hand, against the krippendorff package, and where it is undefined."""

from __future__ import annotations

import itertools

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement.by_label import agreement_by_label
from analysis.judgements import read


def table(*units: str) -> pd.DataFrame:
    """One unit a string, one judgement a letter, workers numbered."""
    rows = [(u, w, v) for u, values in enumerate(units) for w, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


def by_name(*units: str) -> dict[str, tuple[float | None, float | None]]:
    found = agreement_by_label(read(table(*units)), bootstrap=0)
    return {one.label: (one.alpha.value, one.pairs.value) for one in found}


def test_pairs_are_counted_from_both_ends() -> None:
    # "aa" has two judgements a whose partner says a; "ab" has one a whose partner says b.
    found = by_name("aa", "ab", "bb", "bb")
    assert found["a"][1] == pytest.approx(2 / 3)
    # Four b beside b, one b beside a.
    assert found["b"][1] == pytest.approx(4 / 5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=2, max_size=12))
def test_alpha_is_that_of_the_question_is_it_this_label(units: list[str]) -> None:
    found = by_name(*units)
    for label in found:
        counts = [[v.count(label), len(v) - v.count(label)] for v in units if len(v) > 1]
        usable = np.array(counts).reshape(-1, 2).sum(axis=0)
        if (usable == 0).any():
            assert found[label][0] is None
            continue
        alpha = krippendorff.alpha(
            value_counts=np.array(counts), level_of_measurement="nominal", value_domain=[0, 1]
        )
        assert found[label][0] == pytest.approx(alpha, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc", min_size=3, max_size=3), min_size=2, max_size=10))
def test_with_as_many_judgements_everywhere_it_is_specific_agreement(units: list[str]) -> None:
    pairs = [pair for unit in units for pair in itertools.permutations(unit, 2)]
    for label, (_, share) in by_name(*units).items():
        mine = [second == label for first, second in pairs if first == label]
        assert share == pytest.approx(sum(mine) / len(mine))


def test_two_labels_have_one_alpha() -> None:
    found = by_name("aab", "bbb", "aba", "aaa")
    assert found["a"][0] == pytest.approx(found["b"][0])


def test_what_cannot_be_compared_is_undefined_with_the_reason() -> None:
    found = {one.label: one for one in agreement_by_label(read(table("aa", "aa", "c")))}
    assert found["a"].alpha.value is None and "nothing can differ" in found["a"].alpha.note
    assert found["a"].pairs.value == 1
    assert found["c"].pairs.value is None and "nobody else judged" in found["c"].pairs.note
    assert agreement_by_label(read(table("a", "b"))) == []


def test_intervals_are_over_units_and_hold_the_value() -> None:
    units = ["".join(row) for row in np.random.default_rng(0).choice(list("aab"), (200, 3))]
    for one in agreement_by_label(read(table(*units)), bootstrap=200, seed=3):
        for estimate in (one.alpha, one.pairs):
            assert estimate.over == "units" and estimate.n_units == 200
            assert estimate.low < estimate.value < estimate.high  # type: ignore[operator]
