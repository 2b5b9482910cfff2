"""What people said in a campaign, ready to be measured: tables of judgements, marks, questions.

Only regular items are measured: checks were chosen because their answer was known, practice
teaches, and repeats ask a worker a second time.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from db import frames
from db.errors import NotFound, UsageError
from db.records import Campaign, InstanceKind, Marks
from db.store import campaigns, instances
from hits.studies import load_study
from hits.studies.base import Question
from pipeline.project import Project

PARTS: dict[str, str] = {"row": "feature", "image": "pixel"}
"""Kind of instance → what its parts are called, where that is not "token"."""


def judged_campaign(project: Project, name: str | None) -> Campaign:
    """The campaign asked for: by name, else the only one (open or imported) with judgements."""
    if name is not None:
        return campaigns.find(project.engine, name)
    found = campaigns.judged(project.engine)
    if not found:
        raise NotFound(
            'no campaign has judgements yet; run "konkyo collect", or import annotations'
        )
    if len(found) > 1:
        names = ", ".join(c.name for c in found)
        raise UsageError(f"several campaigns have judgements; name one of: {names}")
    return found[0]


def questions(project: Project, campaign: Campaign) -> dict[str, str]:
    """Question → level of measurement, as the campaign asked (or as its import found).

    Answers in words of their own (level "text") are kept by an import and not measured.
    """
    if campaign.environment == "imported":
        found = campaign.settings.get("questions", {"label": "nominal", "marks": "set"})
        return {name: level for name, level in found.items() if level != "text"}
    return {q.name: q.level for q in _asked(campaign)}


def _asked(campaign: Campaign) -> tuple[Question, ...]:
    """The questions of a campaign of ours, as its settings have them."""
    return load_study(campaign.study).questions(campaign.settings["options"])


def question_of(campaign: Campaign, name: str) -> Question:
    """The question called `name`, as the campaign asked it."""
    for question in _asked(campaign):
        if question.name == name:
            return question
    raise NotFound(f"campaign {campaign.name!r} did not ask {name!r}")


def choice_question(project: Project, campaign: Campaign) -> str:
    """The first question that is answered with a value and not with marks."""
    for name, level in questions(project, campaign).items():
        if level != "set":
            return name
    raise NotFound(f"campaign {campaign.name!r} asked no question that has an answer to choose")


def regular(project: Project, campaign: Campaign, question: str) -> pd.DataFrame:
    """Judgements of a question on regular items: no checks, repeats or practice."""
    table = frames.answers(project.engine, campaign.id, question)
    table = table[table["role"] == "regular"]
    if table.empty:
        raise NotFound(
            f"campaign {campaign.name!r} has no judgements of {question!r}; "
            'run "konkyo collect" first'
        )
    if _in_words(campaign, question):
        table = table.assign(value=[" ".join(value.casefold().split()) for value in table["value"]])
    return table


def _in_words(campaign: Campaign, question: str) -> bool:
    """Whether a question is answered in the worker's own words: these agree whatever their case."""
    if campaign.environment == "imported":
        return False
    return any(q.name == question and q.form == "text" for q in _asked(campaign))


def unit_of(project: Project, campaign: Campaign) -> str:
    """What the parts of the campaign's instances are called: "token", "feature" or "pixel".

    "token" where it asks about instances of several kinds.
    """
    found: Collection[InstanceKind] = instances.kinds(project.engine)
    if len(found) > 1:
        ids = {item.instance_id for item in campaigns.read_items(project.engine, campaign.id)}
        found = {one.kind for one in instances.read(project.engine, ids=ids, pictures=False)}
    return PARTS.get(next(iter(found)), "token") if len(found) == 1 else "token"


def by_instance(table: pd.DataFrame) -> pd.DataFrame:
    """The table with instances as units; the item stands beside."""
    return table.assign(item=table["unit"], unit=table["instance"])


def marks_of(project: Project, campaign: Campaign, question: str = "marks") -> Marks:
    """Who marked which tokens, features or pixels in a campaign."""
    everything = instances.read(project.engine, pictures=False)
    known = bool(campaign.settings["persons_known"])
    found = frames.marks(
        project.engine, campaign.id, everything, persons_known=known, question=question
    )
    if not found.instance_ids:
        raise NotFound(
            f"nobody marked anything in campaign {campaign.name!r}; it needs a highlight study "
            'with collected answers ("konkyo collect")'
        )
    return found
