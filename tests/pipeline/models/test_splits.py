"""Which part an instance belongs to."""

from __future__ import annotations

from collections import Counter

import pytest

from db.errors import DataError
from db.records import Instance
from pipeline.models.splits import Split, split
from tests.support.data import instance


def labelled(count: int, label: str, part: str | None = None) -> list[Instance]:
    return [instance(f"{label} {part} {number}", label, part) for number in range(count)]


def sizes(found: Split) -> tuple[int, int, int]:
    return len(found.train), len(found.validation), len(found.test)


def test_instances_without_a_split_are_divided_70_10_20_within_each_label() -> None:
    instances = labelled(100, "x") + labelled(50, "y")
    found = split(instances, seed=0)
    assert sizes(found) == (105, 15, 30)
    label = {one.id: one.label for one in instances}
    assert Counter(label[name] for name in found.test) == {"x": 20, "y": 10}
    # Of 8: 1.6 to test, so 2; an eighth of the other 6 to validation, so 1.
    assert sizes(split(labelled(8, "x") + labelled(8, "y"), seed=0)) == (10, 2, 4)
    assert not set(found.train) & set(found.test) | set(found.validation) & set(found.test)


def test_a_seed_repeats_the_division_in_whatever_order_instances_come() -> None:
    instances = labelled(20, "x") + labelled(20, "y")
    assert set(split(instances, 1).test) == set(split(instances[::-1], 1).test)
    assert set(split(instances, 1).test) != set(split(instances, 2).test)


def test_given_parts_are_taken_under_their_usual_names() -> None:
    parts = ("training", "dev", "test")
    instances = [one for part in parts for label in "xy" for one in labelled(2, label, part)]
    assert sizes(split(instances, seed=0)) == (4, 4, 4)


def test_without_a_validation_part_an_eighth_of_train_becomes_it() -> None:
    instances = [one for label in "xy" for one in labelled(16, label, "train")]
    assert sizes(split(instances, seed=0)) == (28, 4, 0)


def test_five_of_a_label_are_enough_and_four_are_not() -> None:
    assert sizes(split(labelled(5, "x") + labelled(5, "y"), seed=0)) == (6, 2, 2)
    with pytest.raises(DataError, match="label 'y' has 4"):
        split(labelled(5, "x") + labelled(4, "y"), seed=0)


@pytest.mark.parametrize(
    ("instances", "message"),
    [
        ([], "no instances"),
        (labelled(9, "x"), "every instance has the label 'x'"),
        ([*labelled(5, "x"), instance("bare")], "1 of 6 instances have no label"),
        (labelled(5, "x") + labelled(5, "y") + labelled(1, "y"), "more than once"),
        (labelled(2, "x", "train") + labelled(2, "y", "tset"), "split 'tset'"),
        (labelled(2, "x", "train") + labelled(2, "y", "test"), "train part has no .*'y'"),
        (labelled(2, "x", "train") + labelled(2, "y", "dev"), "train part has no .*'y'; mend the"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(instances: list[Instance], message: str) -> None:
    with pytest.raises(DataError, match=message):
        split(instances, seed=0)
