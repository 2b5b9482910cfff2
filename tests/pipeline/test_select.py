"""What ways of selecting hold instances against: what the run learned, and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from db.records import Item
from db.store import instances
from db.store.engine import writing
from db.tables import instances as table
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.select import SelectRequest, seen_by_people, select
from pipeline.train import train
from tests.pipeline.answering import answer
from tests.pipeline.judging import LABELS, SETTINGS
from tests.support.data import reviews


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    """Sixty reviews, thirty of which people have seen and labelled."""
    made = make_project(SETTINGS)
    found, evidence = reviews(60)
    instances.add(made.engine, found)
    by_id = {one.id: one for one in found}

    def say(worker: int, item: Item) -> dict[str, object]:
        one = by_id[item.instance_id]
        return {"label": one.label, "marks": list(evidence[one.id])}

    answer(made, plan(made, PlanRequest("highlight", "p", items=30)), 3, say)
    return made


def proposed(project: Project) -> list[tuple[str, float | None]]:
    found = select(project, SelectRequest("centre_distance", 10, diverse=False))
    return [(one.instance_id, one.score) for one in found.chosen]


def turn_labels(project: Project) -> None:
    """Give every instance that nobody saw the other label."""
    seen = seen_by_people(project)
    with writing(project.engine) as connection:
        for one in instances.read(project.engine):
            if one.id not in seen:
                other = LABELS[one.label == LABELS[0]]
                connection.execute(update(table).where(table.c.id == one.id).values(label=other))


@pytest.mark.parametrize("labels", ["consensus", "soft"])
def test_a_run_that_learned_from_people_knows_no_label_that_they_did_not_give(
    project: Project, labels: str
) -> None:
    train(project, labels=labels, method="majority")
    before = proposed(project)
    turn_labels(project)
    assert proposed(project) == before


def test_a_run_that_learned_the_labels_given_is_held_against_them(project: Project) -> None:
    train(project)
    before = proposed(project)
    turn_labels(project)
    assert proposed(project) != before
