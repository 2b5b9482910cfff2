"""`compare`: every pair once an instance, sides and colours balanced, nothing said of who explained."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from db.errors import NotFound, UsageError
from pipeline.known import truths
from tests.pipeline.drawing.conftest import MakeDesk
from tests.support.data import reviews

TWO = ("attention", "gradient")


@pytest.mark.parametrize("n", [7, 8, 13])
def test_sides_and_colours_are_balanced_to_within_one(n: int, make_desk: MakeDesk) -> None:
    desk = make_desk()
    planned = desk.plan("compare", items=n, explainers=TWO)
    regular = [i for i in desk.items(planned) if i.role == "regular"]
    assert len(regular) == n
    cells = Counter((i.side, i.shown["hue"]) for i in regular)
    assert max(cells.values()) - min(cells.values()) <= 1
    for item in regular:
        first = "attention" if item.side == "ab" else "gradient"
        assert item.rationale_ids[0].startswith(first)


def test_the_page_says_neither_who_explained_nor_what_is_known(make_desk: MakeDesk) -> None:
    desk = make_desk()
    planned = desk.plan("compare", items=10, explainers=TWO)
    for page in desk.pages(planned):
        told = json.dumps(page["items"])
        for secret in (*TWO, "equal", "gold", "side", "covariates"):
            assert secret not in told
        for item in page["items"]:
            assert [panel["caption"] for panel in item["panels"]] == [
                "Explanation A",
                "Explanation B",
            ]
            assert {panel.get("hue", "blue") for panel in item["panels"]} == {"blue", "orange"}


def test_a_check_shows_one_rationale_twice_and_people_know_them_to_be_alike(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk()
    planned = desk.plan("compare", items=10, explainers=TWO)
    checks = [i for i in desk.items(planned) if i.role == "check"]
    known = truths(desk.project, planned.campaign)
    assert checks
    for item in checks:
        assert item.gold == {"better": "equal"}
        assert len(set(item.rationale_ids)) == 1
        assert known[item.id].answers == {"better": "equal"}


def test_an_explainer_that_is_named_twice_is_not_compared_with_itself(make_desk: MakeDesk) -> None:
    with pytest.raises(UsageError, match="needs two explainers"):
        make_desk().plan("compare", explainers=("gradient", "gradient"))


def test_instances_that_an_explainer_left_out_are_counted(make_desk: MakeDesk) -> None:
    missing = [i.id for i in reviews(60)[0][:3]]
    desk = make_desk(explainers=("attention", "gradient"), unexplained=missing)
    planned = desk.plan("compare", explainers=TWO)
    assert any("3 of 60 instances have no rationale by gradient" in n for n in planned.notes)
    shown = {i.instance_id for i in desk.items(planned) if i.role == "regular"}
    assert shown == {i.id for i in desk.found} - set(missing)


def test_a_pair_that_no_instance_has_is_refused(make_desk: MakeDesk) -> None:
    desk = make_desk()
    with pytest.raises(NotFound, match="no rationales by integrated_gradients"):
        desk.plan("compare", explainers=("attention", "integrated_gradients"))


def test_the_same_seed_plans_the_same_and_another_seed_another(make_desk: MakeDesk) -> None:
    desk = make_desk()

    def arranged(name: str, seed: int) -> list[tuple[object, ...]]:
        items = desk.items(desk.plan("compare", name, items=12, explainers=TWO, seed=seed))
        return [(i.instance_id, i.rationale_ids, i.side, i.shown["hue"], i.role) for i in items]

    assert arranged("a", 1) == arranged("b", 1) != arranged("c", 2)


def test_a_presentation_of_another_kind_is_refused_with_those_there_are(
    make_desk: MakeDesk,
) -> None:
    settings = '[study.options.compare]\npresentation = "boxes"\n'
    with pytest.raises(Exception, match=r"no presentation 'boxes' .*there are: plain, heat, bars"):
        make_desk(settings=settings).plan("compare", explainers=TWO)


def test_scores_without_a_positive_one_are_shown_as_nothing_marked(make_desk: MakeDesk) -> None:
    desk = make_desk(scores=lambda name, one: [-1.0 if name == "attention" else 0.0] * one.n_units)
    for page in desk.pages(desk.plan("compare", items=4, explainers=TWO)):
        for item in page["items"]:
            assert {s for panel in item["panels"] for s in panel["scores"]} == {0.0}


def test_practice_shows_a_rationale_beside_itself_as_both_alike(make_desk: MakeDesk) -> None:
    settings = "[study]\nitems_per_hit = 6\npractice_per_hit = 1\n"
    desk = make_desk(settings=settings)
    pages = desk.pages(desk.plan("compare", items=8, explainers=TWO))
    assert all(page["items"][0]["practice"] == {"better": "equal"} for page in pages)


@pytest.mark.parametrize("kind", ["image", "row"])
def test_images_and_rows_are_compared_too(kind: str, make_desk: MakeDesk) -> None:
    desk = make_desk(kind)
    for page in desk.pages(desk.plan("compare", items=6, explainers=TWO)):
        for item in page["items"]:
            n = {"image": 6, "row": 5}[kind]
            assert [len(panel["scores"]) for panel in item["panels"]] == [n, n]
            assert "png" not in [panel.get("alt") for panel in item["panels"]]
