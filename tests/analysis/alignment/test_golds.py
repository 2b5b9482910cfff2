"""Golds by policy, always without the worker who is to be compared with them."""

import numpy as np
import pytest

from analysis.alignment.base import Golds
from analysis.alignment.golds import build, golds_of, leave_two_out
from analysis.marked import token_counts
from db.records import Marks
from tests.analysis.support import marks_of

MARKS = marks_of(
    {
        "three": {"x": "1100", "y": "1010", "z": "1000"},
        "alone": {"x": "01"},
        "four": {"w": "11", "x": "10", "y": "01", "z": "01"},
    }
)


def starts(marks: Marks) -> np.ndarray:
    length = token_counts(marks)
    return np.cumsum(length) - length


def listed(golds: Golds) -> list[tuple[str, str, list[float]]]:
    """Instance, the worker of `row` (— for nobody), values."""
    return [
        (
            MARKS.instance_ids[golds.instance[g]],
            "—" if golds.row[g] < 0 else MARKS.worker_ids[MARKS.worker[golds.row[g]]],
            np.asarray(golds.values[g], float).tolist(),
        )
        for g in range(len(golds.values))
    ]


def test_each_takes_every_mask_as_it_is() -> None:
    found = listed(golds_of(MARKS, starts(MARKS), "each"))
    assert found[:4] == [
        ("three", "x", [1, 1, 0, 0]),
        ("three", "y", [1, 0, 1, 0]),
        ("three", "z", [1, 0, 0, 0]),
        ("alone", "x", [0, 1]),
    ]


@pytest.mark.parametrize(
    ("policy", "without_x"),
    # y says 1010 and z says 1000.
    [("union", [1, 0, 1, 0]), ("intersection", [1, 0, 0, 0]), ("soft", [1, 0, 0.5, 0])],
)
def test_a_gold_is_made_of_the_others(policy: str, without_x: list[float]) -> None:
    found = listed(golds_of(MARKS, starts(MARKS), policy))
    assert found[0] == ("three", "x", without_x)


def test_a_majority_of_two_ties_where_they_differ_and_those_tokens_are_dropped() -> None:
    golds = golds_of(MARKS, starts(MARKS), "majority")
    # Without x: y and z differ on token 2, which is dropped.
    assert listed(golds)[0] == ("three", "x", [1, 0, 0])
    assert golds.token[:3].tolist() == [0, 1, 3]
    # Without w in "four": 10, 01, 01 → 01, and nothing ties.
    assert ("four", "w", [0, 1]) in listed(golds)


def test_one_worker_is_a_gold_with_nobody_left_out() -> None:
    for policy in ("union", "majority", "soft"):
        assert ("alone", "—", [0, 1]) in listed(golds_of(MARKS, starts(MARKS), policy))


def test_after_a_deletion_everybody_else_is_left_out_in_turn() -> None:
    golds = build(MARKS, starts(MARKS), "union", leave_two_out(MARKS))
    deleted = [MARKS.worker_ids[MARKS.worker[row]] for row in golds.deleted]
    found = {
        (name, gone, left, tuple(values))
        for (name, left, values), gone in zip(listed(golds), deleted, strict=True)
    }
    # Three workers: 3 · 2 golds; four: 4 · 3; one worker deleted leaves nothing.
    assert len(found) == 6 + 12
    assert ("three", "x", "y", (1, 0, 0, 0)) in found


def test_of_two_workers_one_remains_and_nobody_is_left_out() -> None:
    marks = marks_of({"two": {"x": "10", "y": "01"}})
    golds = build(marks, starts(marks), "union", leave_two_out(marks))
    assert golds.row.tolist() == [-1, -1]
    assert [np.asarray(row).tolist() for row in golds.values] == [[0, 1], [1, 0]]
