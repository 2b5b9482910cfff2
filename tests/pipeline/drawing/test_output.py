"""`output`: what was made, alone or by twos, with balanced sides and no system named."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from db.errors import UsageError
from db.records import Instance
from db.store import instances
from pipeline.formats.instances import image_instance
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from tests.pipeline.drawing.desk import Desk, picture
from tests.support.data import instance

RATE = '[study.options.output]\noutputs = ["systemone", "systemtwo"]\n'
COMPARE = f'{RATE}form = "compare"\n'
THREE = '[study.options.output]\noutputs = ["a", "b", "c"]\nform = "compare"\n'


def made(project: Project, found: list[Instance]) -> Desk:
    instances.add(project.engine, found)
    return Desk(project, found, {})


def texts(names: tuple[str, ...], n: int) -> list[Instance]:
    return [
        replace(instance(f"source {at}"), attributes=dict.fromkeys(names, f"made of {at}"))
        for at in range(n)
    ]


@pytest.mark.parametrize("n", [1, 5, 8])
def test_each_output_comes_first_as_often_as_second(n: int, make_project: Any) -> None:
    desk = made(make_project(THREE), texts(("a", "b", "c"), n))
    items = desk.items(desk.plan("output"))
    sides = Counter((i.condition, i.side) for i in items)
    for pair in ("a / b", "a / c", "b / c"):
        assert abs(sides[pair, "ab"] - sides[pair, "ba"]) <= 1
    both = Counter(i.side for i in items)
    assert abs(both["ab"] - both["ba"]) <= 1


def test_the_system_is_not_named_on_the_page(make_project: Any) -> None:
    desk = made(make_project(COMPARE), texts(("systemone", "systemtwo"), 6))
    for page in desk.pages(desk.plan("output")):
        assert "systemone" not in json.dumps(page["items"])
        assert all(len(one["panels"]) == 3 for one in page["items"])


def test_every_output_is_rated_once_and_the_source_may_be_left_out(make_project: Any) -> None:
    desk = made(make_project(f"{RATE}source = false\n"), texts(("systemone", "systemtwo"), 4))
    planned = desk.plan("output")
    assert Counter(i.condition for i in desk.items(planned)) == {"systemone": 4, "systemtwo": 4}
    for page in desk.pages(planned):
        assert all(len(one["panels"]) == 1 for one in page["items"])


def test_an_instance_without_an_output_is_named(make_project: Any) -> None:
    found = [*texts(("systemone", "systemtwo"), 2), instance("bare")]
    desk = made(make_project(RATE), found)
    with pytest.raises(UsageError, match=f"{found[2].id} has no output in its .*'systemone'"):
        desk.plan("output")


def test_one_output_cannot_be_compared(make_project: Any) -> None:
    project = make_project('[study.options.output]\nform = "compare"\noutputs = ["a"]\n')
    instances.add(project.engine, texts(("a",), 3))
    with pytest.raises(UsageError, match="comparing takes two outputs or more"):
        plan(project, PlanRequest("output", "c"))


def test_pictures_that_were_made_of_others_are_shown_beside_them(make_project: Any) -> None:
    def image(at: int, attributes: dict[str, str]) -> Instance:
        return image_instance(picture((0, at, 0), at), {"attributes": attributes})

    found = [image(at, {"file": f"made-{at}.png"}) for at in range(4)]
    found += [
        image(100 + at, {"systemone": f"made-{at}.png", "systemtwo": f"made-{at + 1}.png"})
        for at in (0, 2)
    ]
    desk = made(make_project(COMPARE), found)
    planned = desk.plan("output")
    assert "4 pictures are outputs of others and were left out" in planned.notes
    assert {i.instance_id for i in desk.items(planned)} == {i.id for i in found[4:]}
    for page in desk.pages(planned):
        assert "made-" not in json.dumps(page["items"])
        for one in page["items"]:
            assert [panel["kind"] for panel in one["panels"]] == ["image"] * 3
            assert len({panel["src"] for panel in one["panels"]}) == 3


def test_without_outputs_the_instances_are_rated(make_project: Any) -> None:
    desk = made(make_project(), texts((), 5))
    assert all(
        [panel["kind"] for panel in one["panels"]] == ["text"]
        for page in desk.pages(desk.plan("output"))
        for one in page["items"]
    )
