"""Bulk reads: what is analysed are the answers on regular items."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from db import frames
from db.records import NO_TOKENS, Campaign, Hit, Instance, Item, instance_id
from db.store import assignments, campaigns, instances
from db.store.assignments import Arrival, Reading
from pipeline.gold import check_record
from pipeline.judged import marks_of, regular
from pipeline.project import Project
from tests.support.data import instance

ROLES = ("regular", "check", "repeat", "practice")
TEXTS = ("one two three", "four five", "six", "seven")
FEATURES = {"age": 39.0, "work": "clerk"}


def row() -> Instance:
    return Instance(instance_id("row", FEATURES), "row", "", NO_TOKENS, features=FEATURES)


def campaign() -> Campaign:
    """A highlight study of three labels, whose workers are known."""
    options = {"labels": ["a", "b", "c"]}
    return Campaign(
        id=str(uuid.uuid4()),
        name="pilot",
        study="highlight",
        study_version=1,
        settings={"options": options, "persons_known": True},
        reward=Decimal("0.10"),
        currency="USD",
        assignments_per_hit=2,
        market="mturk",
        source="mturk",
        environment="local",
        endpoint_url=None,
        access_key_id=None,
        seed=0,
    )


@pytest.fixture
def pilot(make_project: Callable[..., Project]) -> tuple[Project, Campaign]:
    """One page: an item of every role (regular, check, repeat, practice) and a row; one worker."""
    project, planned = make_project(), campaign()
    shown = [*(instance(text) for text in TEXTS), row()]
    instances.add(project.engine, shown)
    hit = Hit("h", planned.id, 0, "token")
    gold = {"check": {"label": "a"}, "practice": {"label": "b"}}
    items = [
        Item(
            id=f"i{n}",
            campaign_id=planned.id,
            instance_id=one.id,
            hit_id="h",
            position=n,
            role=role,  # type: ignore[arg-type]
            gold=gold.get(role),
            shown={"words": ["x", "y"], "n": n},
            phase="learn" if n else "",
        )
        for n, (one, role) in enumerate(zip(shown, (*ROLES, "regular"), strict=True))
    ]
    campaigns.add(project.engine, planned, [hit], items)
    said = [(item.id, "label", "a") for item in items] + [(item.id, "marks", [0]) for item in items]
    facts: dict[str, Any] = {"active_ms": 5, "pointer": "coarse", "sizes": [3, 4]}
    answer = Reading(said, facts)
    arrival = Arrival("h", "WORKER1", "A1", "Submitted", "{}", None, None, answer, "p1")
    assignments.add(project.engine, planned.id, project.pseudonyms, [arrival])
    return project, planned


def test_every_answer_stands_with_the_role_of_its_item(pilot: tuple[Project, Campaign]) -> None:
    project, planned = pilot
    table = frames.answers(project.engine, planned.id, "label")
    assert list(table["role"]) == [*ROLES, "regular"]
    known = [None, {"label": "a"}, None, {"label": "b"}, None]
    assert list(table["gold"]) == known


def test_marks_and_judgements_are_those_of_regular_items(pilot: tuple[Project, Campaign]) -> None:
    project, planned = pilot
    assert list(regular(project, planned, "label")["unit"]) == ["i0", "i4"]
    marks = marks_of(project, planned)
    assert marks.instance_ids == (instance(TEXTS[0]).id, row().id)
    # Three words, then two features; the first of each is marked.
    assert marks.masks.values.tolist() == [1, 0, 0, 1, 0]


def test_only_check_items_count_as_checks(pilot: tuple[Project, Campaign]) -> None:
    """The practice item has a known answer too ("b", which the worker got wrong)."""
    found = check_record(*pilot)
    assert (found.answered, found.passed) == (1, 1)


def test_what_stands_on_a_page_comes_back_as_it_was(pilot: tuple[Project, Campaign]) -> None:
    project, planned = pilot
    items = campaigns.read_items(project.engine, planned.id)
    assert [item.role for item in items] == [*ROLES, "regular"]
    assert items[3].shown == {"words": ["x", "y"], "n": 3}
    assert [item.phase for item in items] == ["", *["learn"] * 4]
    (answered,) = assignments.read(project.engine, planned.id)
    assert answered.facts == {"active_ms": 5, "pointer": "coarse", "sizes": [3, 4]}
