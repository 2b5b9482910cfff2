"""`intrude`: an intruder that nothing but its meaning gives away."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from db.errors import UsageError
from db.store import campaigns, instances
from pipeline.plan import PlanRequest, plan
from tests.pipeline.drawing.conftest import MakeDesk
from tests.support.data import instance, reviews

OPTIONS = "[study.options.intrude]\nk = 2\n"
ONE = ("gradient",)


def test_k_words_of_the_text_and_one_that_is_not_in_it(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    items = desk.items(desk.plan("intrude", explainers=ONE))
    for item in items:
        words = [choice["text"] for choice in item.shown["choices"]]
        own = {token.lower() for token in desk.instances[item.instance_id].tokens}
        strange = [at for at, word in enumerate(words) if word.lower() not in own]
        assert len(words) == len({word.lower() for word in words}) == 3
        assert strange == [item.shown["intruder"]]
    # 60 intruders over 3 places: the place alone says nothing
    places = Counter(i.shown["intruder"] for i in items)
    assert set(places) == {0, 1, 2} and min(places.values()) >= len(items) / 6


def test_the_page_does_not_say_which_or_whose(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    for page in desk.pages(desk.plan("intrude", items=10, explainers=ONE)):
        for shown in page["items"]:
            assert set(shown) == {"id", "panels", "choices"} and shown["panels"] == []
            assert all(set(choice) == {"text"} for choice in shown["choices"])


def test_too_large_a_k_is_refused(make_desk: MakeDesk) -> None:
    desk = make_desk(settings="[study.options.intrude]\nk = 11\n")
    with pytest.raises(UsageError, match=r"no instance has k = 11 .* lower"):
        desk.plan("intrude", explainers=("attention",))


def test_texts_with_fewer_words_than_k_are_counted(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)  # "attention" has one to three telling words a text
    planned = desk.plan("intrude", explainers=("attention",))
    short = 60 - planned.items
    assert 0 < short < 60
    assert f"{short} rationales have too few words that count and were left out" in planned.notes


def test_one_class_has_no_intruder(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS, predicted={i.id: "positive" for i in reviews(60)[0]})
    with pytest.raises(UsageError, match="another class to take an intruder from"):
        desk.plan("intrude", explainers=ONE)


def test_lists_of_an_attribute_hold_no_word_twice(make_project: Any) -> None:
    project = make_project(f'{OPTIONS}attribute = "words"\n')
    lists = {"one": "Soup|soup|waiter", "two": "soup|engine|wheel", "three": "SOUP| soup"}
    found = [
        replace(instance(text, "ab"[at % 2]), attributes={"words": words})
        for at, (text, words) in enumerate(lists.items())
    ]
    instances.add(project.engine, found)
    planned = plan(project, PlanRequest("intrude", "c"))
    for item in campaigns.read_items(project.engine, planned.campaign.id):
        words = [choice["text"].lower() for choice in item.shown["choices"]]
        assert len(set(words)) == 3


def test_a_row_has_no_feature_twice_and_no_intruder_that_is_true_of_it(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk("row", settings=OPTIONS)
    items = desk.items(desk.plan("intrude", explainers=ONE))
    assert items
    for item in items:
        words = [choice["text"] for choice in item.shown["choices"]]
        assert len({word.partition(": ")[0] for word in words}) == 3
        row = desk.instances[item.instance_id].features
        name, _, value = words[item.shown["intruder"]].partition(": ")
        kept = row[name]
        assert value != (kept if isinstance(kept, str) else f"{kept:g}")


def test_of_pictures_the_intruder_is_cut_from_another_class(make_desk: MakeDesk) -> None:
    desk = make_desk("image", settings=OPTIONS)
    planned = desk.plan("intrude", explainers=ONE)
    for item in desk.items(planned):
        of = [desk.predicted[choice["instance"]] for choice in item.shown["choices"]]
        place = item.shown["intruder"]
        assert of.count(of[place]) == 1
    for page in desk.pages(planned):
        told = json.dumps(page["items"])
        assert ".png" not in told and "box" not in told and "intruder" not in told


def test_pictures_that_list_words_are_asked_about_the_words(make_desk: MakeDesk) -> None:
    desk = make_desk("image", settings=f'{OPTIONS}attribute = "file"\n')
    with pytest.raises(UsageError, match="no instance has k = 2 different words"):
        desk.plan("intrude")
