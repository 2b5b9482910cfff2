"""What people said of explanations, explainer by explainer, beside what they marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.aggregation.comparisons import FIRST, SECOND, WINNER
from analysis.comparison.conditions import CONDITION
from analysis.comparison.wins import TIE
from db import frames
from db.columns import UNIT, VALUE, WORKER
from db.errors import NotFound, UsageError
from db.ragged import Ragged
from db.records import Campaign, Marks
from db.store import rationales, runs
from pipeline.align import FLOORS, only
from pipeline.comparing.judged import asked, compares_two, wins_of
from pipeline.comparing.studies import said_of
from pipeline.project import Project

STUDIES = ("rate", "compare", "guess")
SHOWN = "shown "
"""Before a floor's name: its maps as they were shown, not the floor that alignment brings."""


def said_table(project: Project, campaign: Campaign) -> pd.DataFrame:
    """Judgements of explanations: unit (instance), worker, value (higher is better), condition
    (explainer). UsageError for a study that does not judge explanations one by one."""
    if campaign.environment == "imported" or campaign.study not in STUDIES:
        raise UsageError(
            f"campaign {campaign.name!r} does not judge explanations; --with goes beside a "
            f"campaign of {', '.join(STUDIES)}"
        )
    if compares_two(campaign):
        return _wins(wins_of(project, campaign)[0])
    said = said_of(project, campaign).table
    return said.assign(**{CONDITION: [_explainer(c) for c in said[CONDITION]]})


def _explainer(condition: str) -> str:
    """The explainer of "attention k=5"."""
    return condition.partition(" k=")[0]


def _wins(table: pd.DataFrame) -> pd.DataFrame:
    """1 for the one that won, 0 for the other, ½ each for a tie."""
    parts = []
    for side in (FIRST, SECOND):
        value = (table[WINNER] == table[side]).astype("float64")
        part = table[[UNIT, WORKER]].assign(
            **{VALUE: value.where(table[WINNER] != TIE, 0.5), CONDITION: table[side]}
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def shown_maps(
    project: Project,
    campaign: Campaign,
    marks: Marks,
    explainers: Sequence[str],
    run: str | None = None,
) -> tuple[dict[str, Ragged], Marks, str]:
    """The maps of the explainers that were judged, on marked instances that have all of them, and
    the run that they are of: the one whose rationales were shown, unless another is named."""
    chosen = runs.find(project.engine, run).id if run else _run(project, campaign)
    found = {
        name: dict(
            zip(*frames.scores(project.engine, chosen, name, marks.instance_ids), strict=True)
        )
        for name in explainers
    }
    with_maps: Mapping[str, object] = {name: maps for name, maps in found.items() if maps}
    shared = set(marks.instance_ids).intersection(*(found[name] for name in with_maps))
    if not with_maps or not shared:
        raise NotFound(
            f"run {chosen} explains none of the marked instances by what was judged; "
            'run "konkyo explain" first'
        )
    marks = only(marks, shared)
    scores = {
        alias(name): frames.scores(project.engine, chosen, name, marks.instance_ids)[1]
        for name in with_maps
    }
    return scores, marks, chosen


def alias(explainer: str) -> str:
    """What a judged explainer's maps are called among alignment scores."""
    return SHOWN + explainer if explainer in FLOORS else explainer


def _run(project: Project, campaign: Campaign) -> str:
    """The run whose rationales a campaign showed."""
    question = {"rate": "convincing", "compare": "better", "guess": "guess"}[campaign.study]
    ids = {one for item in asked(project, campaign, question).items for one in item.rationale_ids}
    found = {one.run_id for one in rationales.by_id(project.engine, ids).values()}
    if len(found) != 1:
        raise UsageError(
            f"campaign {campaign.name!r} shows rationales of {len(found)} runs; name one with --run"
        )
    return found.pop()
