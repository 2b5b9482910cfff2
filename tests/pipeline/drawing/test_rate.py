"""`rate`: one item a rationale, random ones as checks, which teach nothing."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from db.errors import NotFound, UsageError
from tests.pipeline.drawing.conftest import MakeDesk

TWO = ("attention", "gradient")


def test_every_rationale_is_rated_once_and_no_page_shows_a_text_twice(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk()
    items = desk.items(desk.plan("rate", items=15, explainers=TWO))
    regular = [i for i in items if i.role == "regular"]
    assert set(Counter((i.instance_id, i.condition) for i in regular).values()) == {1}
    assert len(regular) == 30
    for hit in {i.hit_id for i in items}:
        page = [i.instance_id for i in items if i.hit_id == hit]
        assert len(set(page)) == len(page)


def test_conditions_are_mixed_on_every_page(make_desk: MakeDesk) -> None:
    desk = make_desk()
    items = desk.items(desk.plan("rate", items=20, explainers=TWO))
    for hit in {i.hit_id for i in items}:
        seen = Counter(i.condition for i in items if i.hit_id == hit and i.role == "regular")
        assert max(seen.values()) - min(seen.values(), default=0) <= 1 and len(seen) == 2


@pytest.mark.parametrize(("points", "most"), [(2, 1), (4, 2), (5, 3), (7, 4)])
def test_a_check_is_passed_in_the_lower_half_of_the_scale(
    points: int, most: int, make_desk: MakeDesk
) -> None:
    names = json.dumps([f"point {at}" for at in range(points)])
    desk = make_desk(settings=f"[study.options.rate]\npoints = {names}\n")
    items = desk.items(desk.plan("rate", items=10, explainers=TWO))
    golds = [i.gold for i in items if i.role == "check"]
    assert golds and all(gold == {"convincing": {"max": most}} for gold in golds)


def test_a_range_is_nothing_that_practice_can_name(make_desk: MakeDesk) -> None:
    desk = make_desk(settings="[study]\npractice_per_hit = 1\n")
    planned = desk.plan("rate", items=10, explainers=TWO)
    assert {i.role for i in desk.items(planned)} == {"regular", "check"}
    assert any("no practice items" in note for note in planned.notes)


def test_an_explainer_that_is_named_twice_is_rated_once(make_desk: MakeDesk) -> None:
    desk = make_desk()
    items = desk.items(desk.plan("rate", items=10, explainers=("gradient", "gradient")))
    assert sum(i.role == "regular" for i in items) == 10


def test_floors_alone_are_no_default(make_desk: MakeDesk) -> None:
    desk = make_desk(settings='[explain]\nexplainers = ["random", "constant"]\n')
    with pytest.raises(UsageError, match="names only floors; name one with --explainer"):
        desk.plan("rate")
    with pytest.raises(NotFound, match="no rationales by constant"):
        desk.plan("rate", explainers=("constant",))


def test_nothing_of_the_check_reaches_the_page(make_desk: MakeDesk) -> None:
    desk = make_desk()
    for page in desk.pages(desk.plan("rate", items=10, explainers=TWO)):
        assert len({json.dumps(sorted(one)) for one in page["items"]}) == 1
        assert "max" not in json.dumps(page["items"])
