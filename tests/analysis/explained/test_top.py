"""Top-k lists: Fagin, Kumar & Sivakumar's distance as they define it, pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.explained.top import fagin_kendall, top_counts, top_overlap
from db.errors import UsageError
from db.ragged import Ragged


def ragged(rows: list) -> Ragged:
    return Ragged.from_rows(rows, "float64")


def listed(scores: list[float], k: int) -> list[int]:
    """The k highest, ties in order of position."""
    return sorted(range(len(scores)), key=lambda unit: (-scores[unit], unit))[:k]


def by_definition(one: list[int], other: list[int], p: float) -> float:
    """The four cases of section 3.1 of the paper, for every pair of units in either list."""
    total = 0.0
    for i, j in combinations(sorted({*one, *other}), 2):
        in_one, in_other = [u for u in (i, j) if u in one], [u for u in (i, j) if u in other]
        if len(in_one) == len(in_other) == 2:  # case 1: both in both lists
            total += (one.index(i) < one.index(j)) != (other.index(i) < other.index(j))
        elif {len(in_one), len(in_other)} == {
            2,
            1,
        }:  # case 2: both in one, one of them in the other
            both, single = (one, in_other) if len(in_one) == 2 else (other, in_one)
            absent = j if single == [i] else i
            total += both.index(absent) < both.index(single[0])
        elif len(in_one) == len(in_other) == 1:  # case 3: i in one list only, j in the other only
            total += 1
        else:  # case 4: both in one list, neither in the other
            total += p
    return total


@given(
    st.lists(
        st.integers(1, 8).flatmap(
            lambda n: st.tuples(
                *[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2, st.integers(1, n)
            )
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_fagins_distance_is_the_papers_over_its_largest_value(rows: list, p: float) -> None:
    one, other = ragged([a for a, _, _ in rows]), ragged([b for _, b, _ in rows])
    k = np.array([k for _, _, k in rows])
    found = fagin_kendall(one, other, k, p)
    for row, (a, b, size) in enumerate(rows):
        apart = list(range(size)), list(range(size, 2 * size))  # nothing in common
        expected = by_definition(listed(a, size), listed(b, size), p) / by_definition(*apart, p)
        assert found[row] == pytest.approx(expected)


def test_a_case_worked_by_hand() -> None:
    # Lists 0 1 2 and 2 0 3. Pairs: 01: 1 is off the second list, behind 0 as in the first: 0.
    # 02: turned round: 1. 12: 1 before 2, yet off the second list: 1. 03: 0. 13: one each: 1. 23: 0.
    one, other = ragged([[9, 8, 7, 0, 0]]), ragged([[8, 0, 9, 7, 0]])
    k = np.array([3])
    # K = 3 for any p; the largest is 9 + 6p.
    assert fagin_kendall(one, other, k, 0.0) == pytest.approx([3 / 9])
    assert fagin_kendall(one, other, k, 0.5) == pytest.approx([3 / 12])
    assert top_overlap(one, other, k) == pytest.approx([2 / 3])


def test_the_same_list_is_at_0_and_lists_without_a_common_unit_at_1() -> None:
    one, other = ragged([[3, 2, 1, 0], [3, 2, 1, 0]]), ragged([[9, 8, 7, 7], [0, 1, 8, 9]])
    k = np.array([2, 2])
    assert fagin_kendall(one, other, k).tolist() == [0, 1]
    assert top_overlap(one, other, k).tolist() == [1, 0]


def test_counts_are_a_share_rounded_up_and_nothing_has_none() -> None:
    assert top_counts(np.array([0, 1, 9, 10, 11, 30]), 0.1).tolist() == [0, 1, 1, 1, 2, 3]
    assert np.isnan(top_overlap(ragged([[]]), ragged([[]]), np.array([0]))).all()
    assert np.isnan(fagin_kendall(ragged([[]]), ragged([[]]), np.array([0]))).all()


@pytest.mark.parametrize("share", [0, 1.1, -1])
def test_impossible_shares_are_refused(share: float) -> None:
    with pytest.raises(UsageError, match="share"):
        top_counts(np.array([3]), share)
