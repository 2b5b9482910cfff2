"""`simulate`: phases of their own instances, one condition a page, the answer shown only to learn."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from db.errors import NotFound, UsageError
from db.records import Instance
from pipeline.project import Project
from tests.pipeline.drawing.conftest import MakeDesk
from tests.pipeline.drawing.desk import Desk, settle
from tests.support.data import instance, reviews

OPTIONS = "[study.options.simulate]\nbefore = 2\nlearn = 2\nafter = 2\n"
COUNTER = f'{OPTIONS}form = "counterfactual"\n'
ONE = ("attention",)


def test_pages_have_phases_of_different_instances_and_one_condition(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)
    planned = desk.plan("simulate", items=27, explainers=ONE)
    assert any("3 instances do not fill a page" in note for note in planned.notes)
    by_page: dict[str, list[Any]] = {}
    for item in desk.items(planned):
        by_page.setdefault(item.hit_id, []).append(item)
    for page in by_page.values():
        assert [i.phase for i in page] == ["before"] * 2 + ["learn"] * 2 + ["after"] * 2
        assert len({i.instance_id for i in page}) == 6
        assert len({i.condition for i in page}) == 1
    conditions = Counter(page[0].condition for page in by_page.values())
    assert conditions == {"attention": 2, "none": 2}


def test_the_model_s_answer_reaches_the_page_in_the_learning_phase_alone(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(settings=OPTIONS)
    planned = desk.plan("simulate", items=24, explainers=ONE)
    items = {i.id: i for i in desk.items(planned)}
    for page in desk.pages(planned):
        for shown in page["items"]:
            item, (panel,) = items[shown["id"]], shown["panels"]
            learning = item.phase == "learn"
            explained = learning and item.condition != "none"
            assert panel.get("label") == (desk.predicted[item.instance_id] if learning else None)
            assert ("scores" in panel) == explained
            assert "target" not in json.dumps(shown)


def test_too_few_instances_are_refused_with_what_a_page_takes(make_desk: MakeDesk) -> None:
    with pytest.raises(UsageError, match="takes 6 instances, and there are 5"):
        make_desk(settings=OPTIONS).plan("simulate", items=5, explainers=ONE)


def test_an_instance_to_learn_from_without_a_rationale_is_refused(make_desk: MakeDesk) -> None:
    missing = [i.id for i in reviews(60)[0][:59]]
    desk = make_desk(settings=OPTIONS, explainers=ONE, unexplained=missing)
    with pytest.raises(NotFound, match="no rationale by attention of instance .* learned from"):
        desk.plan("simulate", explainers=ONE)


def test_a_model_s_answer_that_cannot_be_chosen_is_refused(make_desk: MakeDesk) -> None:
    settings = f'{OPTIONS}labels = ["good", "bad"]\n'
    with pytest.raises(UsageError, match=r"none of the labels that can be chosen \(good, bad\)"):
        make_desk(settings=settings).plan("simulate", explainers=ONE)


def test_pages_of_phases_say_that_they_hold_no_checks(make_desk: MakeDesk) -> None:
    planned = make_desk(settings=OPTIONS).plan("simulate", items=12, explainers=ONE)
    assert "pages of phases hold no check items, practice or repeats" in planned.notes


def altered(n: int, of: str | None = None) -> list[Instance]:
    """`n` originals, and an alteration of each (or all of the original `of`)."""
    found = []
    for at in range(n):
        one = replace(instance(f"a good film {at}", "positive"), attributes={"id": f"o{at}"})
        about = {"counterfactual_of": of or f"o{at}"}
        found += [one, replace(instance(f"a bad film {at}", "negative"), attributes=about)]
    return found


def counterfactual(project: Project, found: list[Instance]) -> Desk:
    return settle(project, found, scores=lambda name, one: [0.5] * one.n_units)


def test_counterfactuals_are_asked_before_and_after_their_originals(make_project: Any) -> None:
    desk = counterfactual(make_project(COUNTER), altered(6))
    pages: dict[str, list[Any]] = {}
    for item in desk.items(desk.plan("simulate", explainers=ONE)):
        pages.setdefault(item.hit_id, []).append(item)
    assert len(pages) == 3
    for page in pages.values():
        asked, learned, again = (
            [i.instance_id for i in page if i.phase == phase]
            for phase in ("before", "learn", "after")
        )
        assert asked == again
        originals = [desk.instances[i].attributes["counterfactual_of"] for i in asked]
        assert [desk.instances[i].attributes["id"] for i in learned] == originals


def test_an_original_is_learned_from_once_a_page(make_project: Any) -> None:
    desk = counterfactual(make_project(COUNTER), altered(6, of="o0"))
    with pytest.raises(UsageError, match="no page can be filled: 2 instances are needed"):
        desk.plan("simulate", explainers=ONE)


def test_what_is_asked_is_not_learned_from_on_the_same_page(make_project: Any) -> None:
    # a is altered to b, and b to c: whoever is asked about b and c would learn b's answer
    a = replace(instance("good film", "positive"), attributes={"id": "a"})
    b = replace(instance("bad film", "negative"), attributes={"id": "b", "counterfactual_of": "a"})
    c = replace(instance("bad movie", "negative"), attributes={"counterfactual_of": "b"})
    with pytest.raises(UsageError, match="no page can be filled"):
        counterfactual(make_project(COUNTER), [a, b, c]).plan("simulate", explainers=ONE)


@pytest.mark.parametrize("kind", ["image", "row"])
def test_images_and_rows_can_be_predicted_too(kind: str, make_desk: MakeDesk) -> None:
    desk = make_desk(kind, settings=OPTIONS)
    for page in desk.pages(desk.plan("simulate", explainers=ONE)):
        assert {shown["panels"][0]["kind"] for shown in page["items"]} == {kind}
        assert ".png" not in json.dumps(page["items"])


def test_the_same_seed_plans_the_same_and_another_seed_another(make_desk: MakeDesk) -> None:
    desk = make_desk(settings=OPTIONS)

    def drawn(name: str, seed: int) -> list[tuple[str, str, str]]:
        items = desk.items(desk.plan("simulate", name, explainers=ONE, seed=seed))
        return [(i.instance_id, i.condition, i.phase) for i in items]

    assert drawn("a", 3) == drawn("b", 3) != drawn("c", 4)
