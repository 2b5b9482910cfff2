"""`name`: lists of a class's words, or pictures; what they stand for never reaches the page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from db.errors import UsageError
from db.store import campaigns, instances
from pipeline.formats.instances import image_instance
from pipeline.known import truths
from pipeline.pages import preview
from pipeline.plan import PlanRequest, plan
from tests.pipeline.drawing.conftest import MakeDesk
from tests.pipeline.drawing.desk import picture
from tests.support.data import instance

OPTIONS = "[study.options.name]\nk = 3\n"
LISTED = f'{OPTIONS}attribute = "words"\n'
ONE = ("attention",)


def test_each_class_and_explainer_has_a_list_of_k_words(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    items = desk.items(desk.plan("name", explainers=("attention", "gradient")))
    assert sorted((i.condition, i.shown["target"]) for i in items) == [
        (name, label) for name in ("attention", "gradient") for label in ("negative", "positive")
    ]
    assert all(len(set(i.shown["words"])) == 3 for i in items)


def test_the_page_holds_the_words_alone(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    for page in desk.pages(desk.plan("name", explainers=ONE)):
        told = json.dumps(page["items"])
        for secret in ("positive", "negative", "attention", "target"):
            assert secret not in told


def test_a_class_with_too_few_words_is_counted_or_refused(make_desk: MakeDesk) -> None:
    desk = make_desk(settings="[study.options.name]\nk = 50\n")
    with pytest.raises(UsageError, match=r"no class has k = 50 words .* lower"):
        desk.plan("name", explainers=ONE)


def test_pictures_are_named_without_any_model(make_project: Any) -> None:
    project = make_project()
    about: Any = {"label": "red", "attributes": {"file": "red-1.png"}}
    found = [image_instance(picture((200, 0, 0), at), about) for at in range(3)]
    instances.add(project.engine, found)
    planned = plan(project, PlanRequest("name", "c"))
    assert planned.items == 3
    assert "red-1.png" not in preview(project, planned.campaign, 1)


def listed(project: Any, lists: dict[str, str]) -> Any:
    found = [
        replace(instance(text, text), attributes={"words": words} if words else {})
        for text, words in lists.items()
    ]
    instances.add(project.engine, found)
    return plan(project, PlanRequest("name", "c"))


def test_lists_of_an_attribute_are_cut_to_k_and_empty_ones_counted(make_project: Any) -> None:
    project = make_project(LISTED)
    planned = listed(project, {"a": "Red|red|round|small|sweet", "b": "", "c": " | "})
    (item,) = campaigns.read_items(project.engine, planned.campaign.id)
    assert item.shown["words"] == ["Red", "round", "small"]
    assert "2 instances have no words in 'words' and were left out" in planned.notes


def test_an_attribute_that_nothing_has_is_refused(make_project: Any) -> None:
    with pytest.raises(UsageError, match="no instance has words in its attribute 'words'"):
        listed(make_project(LISTED), {"a": "", "b": ""})


def test_workers_do_not_know_a_name_that_cannot_be_chosen(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=f'{OPTIONS}names = ["positive", "film"]\n')
    planned = desk.plan("name", explainers=ONE)
    known = truths(desk.project, planned.campaign)
    for item in desk.items(planned):
        answers = known[item.id].answers
        right = {"name": "positive"} if item.shown["target"] == "positive" else {}
        assert answers == right


def test_rows_are_named_by_features_and_values(make_desk: MakeDesk) -> None:
    desk = make_desk(
        "row", settings="[study.options.name]\nk = 1\n", scores=lambda n, one: [0, 0, 0, 1, 0]
    )
    words = [i.shown["words"] for i in desk.items(desk.plan("name", explainers=ONE))]
    assert sorted(words) == [["city: kyoto"], ["city: nara"]]
