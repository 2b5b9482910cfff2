"""People who marked test instances alone teach nothing: refused before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from db.errors import DataError
from db.records import Item
from db.store import instances, runs
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.teach import teach
from tests.pipeline.answering import answer
from tests.pipeline.judging import SETTINGS
from tests.support.data import reviews


def test_an_objective_that_learns_from_people_needs_marks_of_training_instances(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(SETTINGS)
    found, evidence = reviews(60)
    parts = ["train"] * 36 + ["validation"] * 12 + ["test"] * 12
    told = [replace(one, split=part) for one, part in zip(found, parts, strict=True)]
    instances.add(project.engine, told)
    planned = plan(project, PlanRequest("highlight", "p", split="test"))
    by_id = {one.id: one for one in told}

    def say(worker: int, item: Item) -> dict[str, object]:
        one = by_id[item.instance_id]
        return {"label": one.label, "marks": list(evidence[one.id])}

    answer(project, planned, 3, say)
    with pytest.raises(DataError, match="marked none of the 36 training instances of seed 1"):
        teach(project, "p")
    assert runs.read(project.engine) == []
