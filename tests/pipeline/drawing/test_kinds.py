"""Instances of several kinds in one project: a campaign shows one of them, and says so."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import NotFound, UsageError
from db.store import campaigns, instances
from pipeline.formats.instances import image_instance, pair_instance, row_instance
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from tests.pipeline.drawing.desk import picture
from tests.support.data import reviews


def mixed(project: Project) -> Project:
    """Eight texts, two pairs, three pictures and two rows."""
    about: Any = {"label": "positive"}
    found = [
        *reviews(8)[0],
        *(pair_instance(f"one {at}", "two", about) for at in range(2)),
        *(image_instance(picture((0, 0, 9), at), about) for at in range(3)),
        *(row_instance({"age": float(at), "job": "smith"}, about) for at in range(2)),
    ]
    instances.add(project.engine, found)
    return project


def test_a_mix_of_kinds_asks_which(make_project: Any) -> None:
    project = mixed(make_project())
    with pytest.raises(UsageError, match=r"several kinds .*text.*say which with --kind"):
        plan(project, PlanRequest("highlight", "c"))
    with pytest.raises(NotFound, match="no instances of kind 'video'"):
        plan(project, PlanRequest("highlight", "c", kind="video"))


@pytest.mark.parametrize(("kind", "n"), [("text", 8), ("pair", 2), ("image", 3), ("row", 2)])
def test_a_campaign_shows_one_kind_checks_included(kind: str, n: int, make_project: Any) -> None:
    project = mixed(make_project('[study.options.highlight]\nlabels = ["positive", "negative"]\n'))
    planned = plan(project, PlanRequest("highlight", "c", kind=kind, items=n - 1))
    items = campaigns.read_items(project.engine, planned.campaign.id)
    kinds = {i.id: i.kind for i in instances.read(project.engine)}
    assert {kinds[i.instance_id] for i in items} == {kind}
    assert sum(i.role == "regular" for i in items) == n - 1
    assert any(i.role == "check" for i in items)
