"""Pages that are too large for a market are divided, and nothing of the plan is lost by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from db.errors import UsageError
from db.records import Instance, ModelRun, Prediction, Rationale
from db.store import campaigns, instances, rationales, runs
from hits.render import LARGEST_QUESTION, html_question
from pipeline.pages import Pages
from pipeline.plan import Planned, PlanRequest, plan
from pipeline.project import Project
from tests.support.data import instance

MakeProject = Callable[..., Project]
ROLES = """
[study]
items_per_hit = 8
gold_per_hit = 1
practice_per_hit = 1
repeats_per_hit = 1
"""


def texts(n: int, n_words: int) -> list[Instance]:
    """`n` labelled texts of as many words."""
    return [
        instance(" ".join(f"w{at}x{word}" for word in range(n_words)), ("no", "yes")[at % 2])
        for at in range(n)
    ]


def planned(
    make_project: MakeProject,
    found: list[Instance],
    settings: str,
    name: str = "project",
    **wanted: Any,
) -> tuple[Project, Planned, dict[str, list[Any]]]:
    """A campaign of `highlight`, and its items by HIT."""
    project = make_project(settings, name)
    instances.add(project.engine, found)
    made = plan(project, PlanRequest("highlight", "c", **wanted))
    pages: dict[str, list[Any]] = {}
    for item in campaigns.read_items(project.engine, made.campaign.id):
        pages.setdefault(item.hit_id, []).append(item)
    return project, made, pages


def test_what_does_not_fit_is_divided_until_every_page_does(make_project: MakeProject) -> None:
    found = texts(20, 700)
    project, made, pages = planned(make_project, found, ROLES, items=10)
    assert any("pages were too large for one HIT and were divided" in n for n in made.notes)
    assert made.quote.hits == len(pages)
    regular = Counter(i.instance_id for page in pages.values() for i in page if i.role == "regular")
    assert set(regular.values()) == {1} and len(regular) == 10
    shell = Pages(project, made.campaign)
    for hit in campaigns.read_hits(project.engine, made.campaign.id):
        assert len(html_question(shell.page(hit)).encode()) <= LARGEST_QUESTION


def test_every_part_has_its_practice_first_and_repeats_only_what_stands_on_it(
    make_project: MakeProject,
) -> None:
    _, _, pages = planned(make_project, texts(20, 700), ROLES, items=10)
    for page in pages.values():
        roles = [item.role for item in page]
        assert roles[0] == "practice" and roles.count("practice") == 1
        assert "regular" in roles
        asked = {item.instance_id for item in page if item.role == "regular"}
        assert {item.instance_id for item in page if item.role == "repeat"} <= asked
        assert [item.position for item in page] == list(range(len(page)))
    assert any(item.role == "repeat" for page in pages.values() for item in page)


def test_nobody_is_paid_for_checks_alone(make_project: MakeProject) -> None:
    # two such texts are too many for a page, one is not
    settings = "[study]\nitems_per_hit = 2\ngold_per_hit = 1\n"
    _, made, pages = planned(make_project, texts(8, 1900), settings, items=4)
    assert [[item.role for item in page] for page in pages.values()] == [["regular"]] * 4
    assert made.gold == 0


def test_one_item_that_is_too_large_is_refused_with_its_size(make_project: MakeProject) -> None:
    with pytest.raises(UsageError, match=r"takes [\d,]+ bytes, over the 65,535.*flavour"):
        planned(make_project, texts(4, 9000), "", items=2)


def test_an_uploaded_page_may_be_larger_but_not_without_end(make_project: MakeProject) -> None:
    external = '[market]\nflavour = "external"\n'
    _, made, pages = planned(make_project, texts(10, 3000), f"{ROLES}{external}", items=4)
    assert len(pages) == 1 and not any("divided" in note for note in made.notes)
    with pytest.raises(UsageError, match=r"over the 2,097,152 that can be uploaded"):
        planned(make_project, texts(2, 200_000), external, "another", items=1)


def test_pages_of_phases_are_not_divided(make_project: MakeProject) -> None:
    project = make_project("[study.options.simulate]\nbefore = 3\nlearn = 2\nafter = 3\n")
    found = texts(8, 900)
    instances.add(project.engine, found)
    run = ModelRun("run1", "test", ("no", "yes"), {}, 0, "h", {}, "models/run1")
    sure = np.array([0.4, 0.6], dtype=np.float32)
    runs.add(project.engine, run, [Prediction("run1", i.id, sure) for i in found])
    ones = np.ones(900, dtype=np.float32)
    rationales.add(
        project.engine,
        [Rationale(i.id, "run1", "gradient", i.id, 1, ones, "none", "none") for i in found],
    )
    with pytest.raises(UsageError, match="over the 65,535"):
        plan(project, PlanRequest("simulate", "c", explainers=("gradient",)))
