"""Golds by policy, always without the worker who is to be compared with them."""

import numpy as np
import pytest

from analysis.alignment.base import Golds
from analysis.alignment.golds import golds_of
from analysis.marked import take_rows, token_counts
from db.records import Marks
from tests.analysis.support import marks_of, random_marks

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


def golds_by(policy: str, marks: Marks = MARKS, deleting: bool = False) -> Golds:
    """All golds, which stand in one block."""
    (golds,) = golds_of(marks, starts(marks), policy, deleting=deleting)
    return golds


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
    found = listed(golds_by("each"))
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
    found = listed(golds_by(policy))
    assert found[0] == ("three", "x", without_x)


def test_a_majority_of_two_ties_where_they_differ_and_those_tokens_are_dropped() -> None:
    golds = golds_by("majority")
    # Without x: y and z differ on token 2, which is dropped.
    assert listed(golds)[0] == ("three", "x", [1, 0, 0])
    assert golds.token[:3].tolist() == [0, 1, 3]
    # Without w in "four": 10, 01, 01 → 01, and nothing ties.
    assert ("four", "w", [0, 1]) in listed(golds)


def test_one_worker_is_a_gold_with_nobody_left_out() -> None:
    for policy in ("union", "majority", "soft"):
        assert ("alone", "—", [0, 1]) in listed(golds_by(policy))


def test_after_a_deletion_everybody_else_is_left_out_in_turn() -> None:
    golds = golds_by("union", deleting=True)
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
    golds = golds_by("union", marks, deleting=True)
    assert golds.row.tolist() == [-1, -1]
    assert [np.asarray(row).tolist() for row in golds.values] == [[0, 1], [1, 0]]


@pytest.mark.parametrize("policy", ["each", "union", "soft"])
def test_blocks_end_with_an_instance_and_hold_every_gold_once(policy: str) -> None:
    marks = random_marks(np.random.default_rng(0), 40, 9)
    shuffled = take_rows(marks, np.random.default_rng(1).permutation(len(marks.masks)))
    whole = golds_by(policy, shuffled)
    blocks = list(golds_of(shuffled, starts(shuffled), policy, limit=60))
    assert len(blocks) > 5
    assert np.concatenate([b.row for b in blocks]).tolist() == whole.row.tolist()
    values = np.concatenate([b.flat for b in blocks])
    assert values.tolist() == whole.flat.tolist()
    met = [set(b.instance.tolist()) for b in blocks]
    assert sum(map(len, met)) == len(set().union(*met))
