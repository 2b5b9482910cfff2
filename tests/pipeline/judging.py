"""A highlight campaign on sixty reviews, answered by people whose skill is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from db.records import Campaign, Instance, Item
from db.store import campaigns, instances
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from tests.pipeline.answering import answer
from tests.support.data import reviews

SETTINGS = """
[model]
embedding_dim = 8
hidden_dim = 4
epochs = 1
[study]
items_per_hit = 6
gold_per_hit = 0
reward = "0.01"
[analysis]
bootstrap = 20
[teach]
seeds = 2
"""
LABELS = ("negative", "positive")
SKILL = (0.95, 0.9, 0.9, 0.6, 0.55)
Judge = Callable[[int, Instance], str]


def by_skill(skill: Sequence[float] = SKILL, seed: int = 0) -> Judge:
    """Worker n says what is right with probability `skill[n]`."""
    rng = random.Random(seed)

    def judge(worker: int, one: Instance) -> str:
        return LABELS[(LABELS.index(one.label or "")) ^ (rng.random() > skill[worker])]

    return judge


def judged(
    project: Project, judge: Judge | None = None, *, people: int = len(SKILL), name: str = "p"
) -> Campaign:
    """Plan and answer it: a label, and as marks the telling words, of which each person lacks
    some."""
    found, evidence = reviews(60)
    instances.add(project.engine, found)
    by_id = {one.id: one for one in found}
    said = judge or by_skill()
    planned = plan(project, PlanRequest("highlight", name))

    def say(worker: int, item: Item) -> dict[str, object]:
        one = by_id[item.instance_id]
        marks = [at for at in evidence[one.id] if (at + worker) % 5]
        return {"label": said(worker, one), "marks": marks}

    answer(project, planned, people, say)
    return campaigns.find(project.engine, name)


def judged_in(folder: Path, settings: str) -> Path:
    """The folder, made a project with these settings and a judged campaign, nothing trained."""
    folder.mkdir()
    (folder / "konkyo.toml").write_text(settings)
    init_project(folder)
    project = open_project(folder)
    judged(project)
    project.engine.dispose()
    return folder
