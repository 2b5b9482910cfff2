"""`choose`: the right class among others, beside examples that are not themselves asked about."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from db.errors import NotFound, UsageError
from db.records import Instance
from pipeline.project import Project
from tests.pipeline.drawing.conftest import MakeDesk
from tests.pipeline.drawing.desk import Desk, settle
from tests.support.data import instance

AGREE = '[study.options.choose]\nform = "agreement"\n'
ONE = ("attention",)


def of_classes(project: Project, n_classes: int, each: int = 5) -> Desk:
    """`each` texts of every class, explained for every class."""
    labels = [f"class {at}" for at in range(n_classes)]
    found: list[Instance] = [
        instance(f"text {at} says {label}", label) for label in labels for at in range(each)
    ]
    return settle(
        project, found, labels=labels, each=True, scores=lambda name, one: [0.5] * one.n_units
    )


@pytest.mark.parametrize(("n_classes", "shown"), [(2, 2), (4, 4), (10, 4)])
def test_the_right_class_stands_anywhere_among_up_to_four(
    n_classes: int, shown: int, make_project: Any
) -> None:
    desk = of_classes(make_project(), n_classes)
    planned = desk.plan("choose", items=3 * n_classes, explainers=ONE)
    places = Counter[int]()
    for item in desk.items(planned):
        labels = item.shown["labels"]
        assert len(set(labels)) == len(item.rationale_ids) == shown
        places[labels.index(desk.instances[item.instance_id].label)] += 1
    assert len(places) > 1
    for page in desk.pages(planned):
        for one in page["items"]:
            assert one["choices"] == [{"panel": at} for at in range(shown)]
            # each prediction's examples stand under its own name
            assert len(one["panels"]) == shown * 3
            assert "labels" not in one and "examples" not in one


@pytest.mark.parametrize("form", ["", AGREE])
@pytest.mark.parametrize("items", [None, 18])
def test_no_example_is_itself_asked_about(form: str, items: int | None, make_project: Any) -> None:
    desk = of_classes(make_project(form), 4)
    planned = desk.plan("choose", items=items, explainers=ONE)
    drawn = desk.items(planned)
    asked = {i.instance_id for i in drawn}
    examples = {one for i in drawn for some in i.shown["examples"].values() for one in some}
    assert asked and examples and not asked & examples
    if items is None:  # two of the five of each class
        note = "8 instances serve as examples of their class and are not asked about"
        assert note in planned.notes and len(asked) == 12


def test_examples_are_of_the_class_whose_name_they_bear(make_project: Any) -> None:
    desk = of_classes(make_project(), 3)
    for item in desk.items(desk.plan("choose", items=9, explainers=ONE)):
        for label, some in item.shown["examples"].items():
            assert {desk.instances[one].label for one in some} == {label}


def test_a_class_of_one_instance_cannot_be_shown(make_project: Any) -> None:
    desk = of_classes(make_project(), 3, each=1)
    with pytest.raises(UsageError, match="has no examples other than the instance itself"):
        desk.plan("choose", explainers=ONE)


def test_rationales_of_one_class_alone_say_what_to_run(make_desk: MakeDesk) -> None:
    with pytest.raises(NotFound, match="rationales for 1 classes.*explain --targets each"):
        make_desk().plan("choose", items=10, explainers=ONE)


def test_an_instance_without_a_label_has_no_right_prediction(make_desk: MakeDesk) -> None:
    desk = make_desk(each=True, unlabelled=60)
    with pytest.raises(UsageError, match='has no label.*form = "agreement"'):
        desk.plan("choose", explainers=ONE)


def test_agreement_shows_the_predicted_class_right_or_wrong(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=AGREE)
    items = desk.items(desk.plan("choose", items=30, explainers=ONE))
    assert {tuple(i.shown["labels"]) == (desk.predicted[i.instance_id],) for i in items} == {True}
    right = {desk.predicted[i.instance_id] == desk.instances[i.instance_id].label for i in items}
    assert right == {True, False}


def test_file_names_of_pictures_stay_away_from_the_page(make_desk: MakeDesk) -> None:
    desk = make_desk("image", each=True)
    for page in desk.pages(desk.plan("choose", items=4, explainers=ONE)):
        assert ".png" not in json.dumps(page["items"])
