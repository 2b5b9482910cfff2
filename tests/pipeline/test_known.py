"""What simulated workers know of a campaign: labels, imported evidence, gold, the study's truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from db.errors import NotFound
from db.records import Campaign, Hit, Instance, Item, ModelRun, Rationale
from db.store import campaigns, instances, rationales, runs
from hits.studies import load_study
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.known import truths
from pipeline.project import Project
from tests.support.data import instance

MakeProject = Callable[..., Project]
GOOD = instance("what a lovely day", "positive")
BARE = instance("it rained")


def campaign_of(
    project: Project,
    study: str,
    items: list[dict[str, Any]],
    options: dict[str, Any] | None = None,
    shown: tuple[Instance, ...] = (GOOD, BARE),
) -> Campaign:
    """A campaign with one page of the given items."""
    instances.add(project.engine, list(shown))
    campaign = Campaign(
        id="00000000-0000-0000-0000-000000000001",
        name="c",
        study=study,
        study_version=1,
        settings={"options": load_study(study).check_settings(options or {})},
        reward=Decimal("0.50"),
        currency="USD",
        assignments_per_hit=3,
        market="mturk",
        source="own",
        environment="local",
        endpoint_url=None,
        access_key_id=None,
        seed=1,
    )
    made = [
        Item(**{"id": f"i{n}", "campaign_id": campaign.id, "hit_id": "h", "position": n, **one})
        for n, one in enumerate(items)
    ]
    campaigns.add(project.engine, campaign, [Hit("h", campaign.id, 0, "token")], made)
    return campaign


def annotated(project: Project, *marks: list[int]) -> None:
    """Import what people marked in the good text, each with a label."""
    said = [{"worker": f"w{n}", "label": "positive", "marks": one} for n, one in enumerate(marks)]
    line = {"text": GOOD.text, "label": GOOD.label, "annotations": said}
    path = project.folder / "old.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    import_data(project, "jsonl", path, ReadOptions())


def test_labels_are_known_and_gold_answers_fill_what_the_study_leaves_open(
    make_project: MakeProject,
) -> None:
    project = make_project()
    items = [
        {"instance_id": GOOD.id},
        {"instance_id": BARE.id, "gold": {"label": "negative", "marks": [1]}, "role": "check"},
    ]
    found = truths(project, campaign_of(project, "highlight", items))
    assert (found["i0"].label, dict(found["i0"].answers)) == ("positive", {})
    assert found["i1"].label is None
    assert found["i1"].answers == {"label": "negative", "marks": [1]}


def test_a_gold_point_is_the_quality_it_stands_for_and_a_range_is_none(
    make_project: MakeProject,
) -> None:
    project = make_project()
    items = [
        {"instance_id": GOOD.id, "gold": {"convincing": 4, "confidence": 1}, "role": "practice"},
        {"instance_id": BARE.id, "gold": {"convincing": {"max": 3}}, "role": "check"},
    ]
    found = truths(project, campaign_of(project, "rate", items))
    # 4 of 1 to 5 lies three quarters up; 1 is the lowest.
    assert found["i0"].answers == {"convincing": 0.75, "confidence": 0.0}
    assert found["i1"].answers == {}


def test_evidence_is_what_half_of_the_people_on_file_marked(make_project: MakeProject) -> None:
    project = make_project()
    annotated(project, [2], [2, 3], [3], [2])
    found = truths(project, campaign_of(project, "highlight", [{"instance_id": GOOD.id}]))
    assert found["i0"].evidence == {2, 3}  # three and two of four


def test_the_study_tells_which_rationale_is_better_from_the_evidence(
    make_project: MakeProject,
) -> None:
    project = make_project()
    annotated(project, [2])
    run = ModelRun("run", "test", ("negative", "positive"), {}, 0, "h", {}, "models/run")
    runs.add(project.engine, run, [])
    for name, scores in (("on", [0, 0, 1, 0]), ("beside", [0, 1, 0, 0])):
        values = np.array(scores, dtype=np.float32)
        one = Rationale(name, "run", name, GOOD.id, 1, values, "none", "none")
        rationales.add(project.engine, [one])
    items = [
        {"instance_id": GOOD.id, "rationale_ids": ids}
        for ids in (("on", "beside"), ("beside", "on"))
    ]
    found = truths(project, campaign_of(project, "compare", items))
    # All of the weight on the evidence, and none of it.
    assert [found[name].answers["better"] for name in ("i0", "i1")] == [[4, 0], [0, 4]]


def test_an_intruder_is_known_without_labels(make_project: MakeProject) -> None:
    project = make_project()
    items = [{"instance_id": BARE.id, "shown": {"choices": [], "intruder": 2}}]
    assert truths(project, campaign_of(project, "intrude", items))["i0"].answers == {"intruder": 2}


def test_a_crowd_that_knows_nothing_is_refused_but_to_judge_outputs(
    make_project: MakeProject,
) -> None:
    bare = [{"instance_id": BARE.id}]
    one, other = make_project(name="one"), make_project(name="other")
    with pytest.raises(NotFound, match="need to know something of the truth"):
        truths(one, campaign_of(one, "highlight", bare))
    assert truths(other, campaign_of(other, "output", bare))["i0"].answers == {}
