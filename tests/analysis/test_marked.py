"""Marks are checked before they are counted."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.marked import check_marks, mask_pairs, take_rows, token_votes
from db.errors import DataError
from tests.analysis.support import marks_of, random_marks

MARKS = {"a": {"x": "0110", "y": "0100"}, "b": {"x": "10", "z": "11"}}


def test_votes_count_who_marked_and_who_was_asked() -> None:
    votes = token_votes(marks_of(MARKS))
    assert votes.marked.tolist() == [0, 2, 1, 0, 2, 1]
    assert votes.asked.tolist() == [2] * 6
    assert votes.instance.tolist() == [0, 0, 0, 0, 1, 1]


def test_pairs_count_tokens_in_common() -> None:
    pairs = mask_pairs(marks_of(MARKS))
    # a: x and y share one token; b: x and z share one. Each pair stands there in both orders.
    assert pairs.both.tolist() == [1, 1, 1, 1]
    assert pairs.differing.tolist() == [1, 1, 1, 1]


def test_pairs_do_not_depend_on_the_order_of_rows() -> None:
    marks = random_marks(np.random.default_rng(0), 12, 6)
    order = np.random.default_rng(1).permutation(len(marks.masks))
    shuffled = replace(
        marks,
        masks=marks.masks.take(order),
        instance=marks.instance[order],
        worker=marks.worker[order],
    )

    def named(m: object) -> set[tuple[int, int, int, float]]:
        pairs = mask_pairs(m)  # type: ignore[arg-type]
        who = m.worker  # type: ignore[attr-defined]
        rows = zip(pairs.instance, who[pairs.first], who[pairs.second], pairs.both, strict=True)
        return {(int(i), int(a), int(b), float(n)) for i, a, b, n in rows}

    assert named(marks) == named(shuffled)


def test_masks_of_different_length_are_refused() -> None:
    with pytest.raises(DataError, match="instance 'a' differ in length"):
        check_marks(marks_of({"a": {"x": "01", "y": "011"}}))


def test_a_worker_twice_in_one_instance_is_refused() -> None:
    marks = marks_of(MARKS)
    with pytest.raises(DataError, match="marked instance 'a' twice"):
        check_marks(replace(marks, worker=np.zeros(4, dtype=np.int64)))


def test_other_values_than_0_and_1_are_refused() -> None:
    with pytest.raises(DataError, match="0 and 1"):
        check_marks(marks_of({"a": {"x": "02"}}))


def test_taking_rows_renames_instances_and_workers_without_gaps() -> None:
    taken = take_rows(marks_of(MARKS), np.array([2, 3]))
    assert taken.instance_ids == ("b",)
    assert taken.worker_ids == ("x", "z")
    assert taken.instance.tolist() == [0, 0]
