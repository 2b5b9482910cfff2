"""Array operations within rows, against loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.arrays import blocks, divide, ordered_pairs, rank_rows, run_sums, spread

rows_of_numbers = st.lists(st.lists(st.integers(-3, 3), max_size=6), min_size=1, max_size=8)


def test_ordered_pairs_are_all_pairs_of_a_group_and_none_with_itself() -> None:
    # Groups 0 and 1 have rows {0, 2} and {1, 3, 4}: 2·1 + 3·2 = 8 ordered pairs.
    pairs = ordered_pairs(np.array([0, 1, 0, 1, 1]))
    found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert found == {(0, 2), (2, 0), (1, 3), (3, 1), (1, 4), (4, 1), (3, 4), (4, 3)}
    assert len(pairs.first) == 8


def test_spread_counts_on_from_each_start() -> None:
    assert spread(np.array([10, 3, 7]), np.array([2, 0, 3])).tolist() == [10, 11, 7, 8, 9]


@given(st.lists(st.lists(st.integers(-3, 3), max_size=6), max_size=8))
def test_rows_end_to_end_are_added_up_and_empty_ones_are_0(rows: list[list[int]]) -> None:
    values = np.array([v for row in rows for v in row], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    assert run_sums(values, offsets).tolist() == [sum(row) for row in rows]


def test_sums_of_truths_count_them() -> None:
    # Without a type of its own, numpy would say "any" of a row of truths.
    found = run_sums(np.array([True, True, False]), np.array([0, 0, 2, 3]))
    assert found.dtype == np.float64
    assert found.tolist() == [0, 2, 0]


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 12))
def test_blocks_cover_every_row_once_and_in_order(lengths: list[int], limit: int) -> None:
    rows = np.arange(len(lengths))
    parts = [rows[part] for part in blocks(np.array(lengths, dtype=np.int64), limit)]
    assert np.concatenate([rows[:0], *parts]).tolist() == rows.tolist()


@given(rows_of_numbers)
def test_ranks_count_what_lies_below_within_the_row(rows: list[list[int]]) -> None:
    values = np.array([v for row in rows for v in row], dtype=np.float64)
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    ranked = rank_rows(values, offsets)
    assert ranked.low.tolist() == [sum(u < v for u in row) for row in rows for v in row]
    assert ranked.high.tolist() == [sum(u <= v for u in row) for row in rows for v in row]
    ordered = values[ranked.order]
    for start, stop in zip(offsets[:-1], offsets[1:], strict=True):
        assert ordered[start:stop].tolist() == sorted(values[start:stop])


def test_dividing_by_nothing_is_undefined_and_not_zero() -> None:
    quotient = divide(np.array([1.0, 0.0, 3.0]), np.array([2.0, 0.0, 0.0]))
    assert quotient[0] == 0.5
    assert np.isnan(quotient[1:]).all()
