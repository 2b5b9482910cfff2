"""`verify`: words beside an input or an answer, and controls that cannot fit by accident."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from db.errors import UsageError
from db.records import Instance
from db.store import campaigns, instances
from pipeline.known import truths
from pipeline.plan import PlanRequest, plan
from tests.pipeline.drawing.conftest import MakeDesk
from tests.support.data import instance, reviews

LABEL = '[study.options.verify]\nfits = "label"\nk = 3\n'
INPUT = "[study.options.verify]\nk = 3\n"
LISTED = 'attribute = "words"\n'
ONE = ("attention",)


def listed(lists: Mapping[str, str], label: str | None = "a") -> list[Instance]:
    """Texts that list words, by turns of the label given and another."""
    labels = [label, "b" if label else None]
    return [
        replace(instance(text, labels[at % 2]), attributes={"words": words})
        for at, (text, words) in enumerate(lists.items())
    ]


def test_beside_an_answer_half_of_the_controls_are_of_each_kind(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=LABEL)
    items = desk.items(desk.plan("verify", items=20, explainers=ONE))
    assert Counter(i.condition for i in items) == {
        "attention": 20,
        "wrong label": 10,
        "shuffled": 10,
    }
    own = {i.instance_id: i.shown for i in items if i.condition == "attention"}
    for item in items:
        predicted = desk.predicted[item.instance_id]
        assert (item.shown["label"] == predicted) == (item.condition != "wrong label")
        if item.condition == "shuffled":
            assert not {*item.shown["words"]} & {*own[item.instance_id]["words"]}


def test_beside_an_input_every_control_is_of_another_class(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=INPUT)
    items = desk.items(desk.plan("verify", items=20, explainers=ONE))
    assert Counter(i.condition for i in items) == {"attention": 20, "shuffled": 20}
    of_class: dict[tuple[str, ...], set[str]] = {}
    for item in items:
        if item.condition == "attention":
            words = tuple(item.shown["words"])
            of_class.setdefault(words, set()).add(desk.predicted[item.instance_id])
    for item in items:
        if item.condition == "shuffled":
            words = tuple(item.shown["words"])
            assert of_class[words] - {desk.predicted[item.instance_id]}
            # none of them stands in the text, where there are lists of which none does
            assert not {w.lower() for w in words} & set(desk.instances[item.instance_id].tokens)


@pytest.mark.parametrize("settings", [LABEL, INPUT])
def test_the_page_does_not_tell_a_control_from_the_rest(settings: str, make_desk: MakeDesk) -> None:
    desk = make_desk(settings=settings)
    seen = set()
    for page in desk.pages(desk.plan("verify", items=12, explainers=ONE)):
        told = json.dumps(page["items"])
        for secret in ("attention", "shuffled", "wrong label", "condition"):
            assert secret not in told
        seen |= {json.dumps([sorted(panel) for panel in one["panels"]]) for one in page["items"]}
    assert len(seen) == 1  # all items have the same parts


def test_one_class_alone_has_no_controls_and_says_what_to_do(make_desk: MakeDesk) -> None:
    everything = {i.id: "positive" for i in reviews(60)[0]}
    desk = make_desk(settings=INPUT, predicted=everything)
    with pytest.raises(UsageError, match="all instances here have 'positive'.*controls = false"):
        desk.plan("verify", explainers=ONE)
    without = make_desk(settings=f"{INPUT}controls = false\n", predicted=everything)
    assert without.plan("verify", "d", explainers=ONE).items == 60


def test_words_that_an_attribute_lists_need_a_label_to_stand_beside(make_project: Any) -> None:
    project = make_project(LABEL + LISTED)
    instances.add(project.engine, listed({"one text": "cold|slow", "two texts": "kind"}, None))
    with pytest.raises(UsageError, match='has no label: with fits = "label"'):
        plan(project, PlanRequest("verify", "c"))


def test_listed_words_count_once_whatever_their_case(make_project: Any) -> None:
    project = make_project(INPUT + LISTED)
    instances.add(
        project.engine, listed({"one": "Cold| cold |slow||COLD|late", "two": "kind", "three": ""})
    )
    planned = plan(project, PlanRequest("verify", "c"))
    items = campaigns.read_items(project.engine, planned.campaign.id)
    own = [i.shown["words"] for i in items if i.condition == "words"]
    assert sorted(own) == [["Cold", "slow", "late"], ["kind"]]
    assert "1 list holds no words and was left out" in planned.notes


def test_pictures_need_an_attribute_that_lists_words(make_desk: MakeDesk) -> None:
    with pytest.raises(UsageError, match="a rationale of a picture has none; name the attribute"):
        make_desk("image", settings=INPUT).plan("verify", explainers=ONE)


def test_scores_without_a_positive_one_leave_nothing_to_verify(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=INPUT, scores=lambda name, one: [0.0] * one.n_units)
    with pytest.raises(UsageError, match="there are no words to verify"):
        desk.plan("verify", explainers=ONE)


def test_controls_do_not_fit_and_words_on_the_evidence_do(make_desk: MakeDesk) -> None:
    desk = make_desk("row", settings=INPUT)
    planned = desk.plan("verify", explainers=ONE)
    known = truths(desk.project, planned.campaign)
    for item in desk.items(planned):
        fits = known[item.id].answers.get("fits")
        assert fits == ("no" if item.condition == "shuffled" else None)
