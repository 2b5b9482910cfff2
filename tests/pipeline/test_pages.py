"""Pages show what was planned, and nothing that would give the answer away."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from db.errors import NotFound
from db.records import ModelRun, Rationale
from db.store import campaigns, instances, rationales, runs
from hits.page import study_page_data
from pipeline.pages import Pages, preview
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from tests.support.data import reviews

MakeProject = Callable[..., Project]


def explained(project: Project) -> ModelRun:
    """Twenty reviews with rationales by two explainers and the random floor."""
    found, evidence = reviews(20)
    instances.add(project.engine, found)
    run = ModelRun("run1", "test", ("negative", "positive"), {}, 0, "h", {}, "models/run1")
    runs.add(project.engine, run, [])
    for name in ("attention", "gradient", "random"):
        batch = []
        for instance in found:
            scores = np.full(instance.n_tokens, 0.1, dtype=np.float32)
            scores[evidence[instance.id]] = 1.0
            identity = f"{name}-{instance.id}"
            batch.append(Rationale(identity, "run1", name, instance.id, 1, scores, "none", "none"))
        rationales.add(project.engine, batch)
    return run


def test_a_rating_page_names_neither_explainer_nor_known_answer(make_project: MakeProject) -> None:
    project = make_project("[study]\nitems_per_hit = 5\n")
    explained(project)
    made = plan(project, PlanRequest("rate", "r", items=10, explainers=("attention", "gradient")))
    # 10 instances × 2 explainers, 4 a page beside one check
    assert (made.items - made.gold, made.gold) == (20, 5)
    pages = Pages(project, made.campaign)
    for hit in campaigns.read_hits(project.engine, made.campaign.id):
        html = pages.page(hit)
        data = json.dumps(study_page_data(html))
        for secret in ("attention", "gradient", "random", "gold", 'convincing": {'):
            assert secret not in data
        for item in study_page_data(html)["items"]:
            (panel,) = item["panels"]
            assert panel["label"] == "positive"
            assert max(panel["scores"]) == 1.0


def test_a_highlight_page_does_not_know_the_label(make_project: MakeProject) -> None:
    project = make_project()
    instances.add(project.engine, reviews(20)[0])
    made = plan(project, PlanRequest("highlight", "h", items=10))
    for hit in campaigns.read_hits(project.engine, made.campaign.id):
        for item in study_page_data(Pages(project, made.campaign).page(hit))["items"]:
            assert set(item) == {"id", "panels"}
            (panel,) = item["panels"]
            assert set(panel) <= {"kind", "tokens", "gaps", "presentation"}


def test_preview_counts_hits_from_one(make_project: MakeProject) -> None:
    project = make_project()
    instances.add(project.engine, reviews(20)[0])
    made = plan(project, PlanRequest("highlight", "h", items=10))
    assert "konkyo-data" in preview(project, made.campaign, 1)
    with pytest.raises(NotFound, match="has the HITs 1 to 3, not 4"):
        preview(project, made.campaign, 4)


def test_a_rating_without_rationales_says_what_to_run(make_project: MakeProject) -> None:
    project = make_project()
    instances.add(project.engine, reviews(20)[0])
    with pytest.raises(NotFound, match="konkyo train"):
        plan(project, PlanRequest("rate", "r"))
    runs.add(
        project.engine, ModelRun("run1", "test", ("a", "b"), {}, 0, "h", {}, "models/run1"), []
    )
    with pytest.raises(NotFound, match="konkyo explain"):
        plan(project, PlanRequest("rate", "r"))
