"""`konkyo aggregate --method bradley_terry`: what is better, from comparisons of two.

The comparisons stand in a file, or are the answers of a campaign that put two things beside each
other: the study `compare`, and `output` where it compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.aggregation import PAIR_AGGREGATORS
from analysis.aggregation.bradley_terry import Strengths
from analysis.aggregation.comparisons import FIRST, SECOND, WINNER
from db.columns import UNIT, VALUE, WORKER, require
from db.errors import DataError, UsageError
from db.records import Campaign, Estimate, Item
from db.store import campaigns
from pipeline.config import AnalysisSettings
from pipeline.judged import judged_campaign, questions, regular
from pipeline.project import Project
from pipeline.tables import read_table

QUESTION = "better"
EQUAL = ""
"""The word for a tie in a table made of a campaign: no thing is called nothing."""
BETWEEN = " / "
"""What parts the two names in the condition of an item."""


@dataclass(frozen=True)
class Ranked:
    """One method's strengths; nothing is stored."""

    of: str
    result: Strengths
    notes: list[str]

    @property
    def method(self) -> str:
        """The method's name."""
        return self.result.method

    @property
    def estimates(self) -> list[Estimate]:
        """Strengths, side term and ties, over units, workers and both."""
        return self.result.estimates

    @property
    def excluded(self) -> dict[str, int]:
        """Reason → rows left out."""
        return self.result.excluded

    def table(self) -> pd.DataFrame:
        """One row a thing: thing, strength, wins, losses, ties, component."""
        return self.result.things.reset_index()

    def workers(self) -> pd.DataFrame:
        """There is none: the model has no parameters of workers."""
        raise UsageError(f"{self.method} says nothing of single workers; leave out --workers-out")

    def document(self) -> dict[str, Any]:
        """What a JSON document says besides estimates, what was left out, and notes."""
        return {"things": self.table().to_dict(orient="records"), "stored": 0}


def ranked_file(
    path: Path,
    method: str,
    settings: AnalysisSettings,
    *,
    unit: str,
    first: str,
    second: str,
    winner: str,
    worker: str | None = None,
    tie: str = "tie",
) -> Ranked:
    """Strengths of the things compared in a file; its columns as the user named them."""
    named = [unit, first, second, winner, *([worker] if worker else [])]
    table = read_table(path, named)
    require(table, named, str(path))
    columns = {UNIT: unit, FIRST: first, SECOND: second, WINNER: winner}
    comparisons = pd.DataFrame({name: table[column] for name, column in columns.items()})
    comparisons[WORKER] = table[worker] if worker else range(len(table))
    result: Strengths = PAIR_AGGREGATORS.load(method)(
        comparisons, tie=tie, confidence=settings.confidence, persons_known=worker is not None
    )
    return Ranked(str(path), result, list(result.notes))


def ranked_campaign(project: Project, name: str | None, method: str) -> Ranked:
    """Strengths of what a campaign put side by side, from the answers on its regular items."""
    campaign = judged_campaign(project, name)
    table, again = comparisons_of(project, campaign)
    result: Strengths = PAIR_AGGREGATORS.load(method)(
        table,
        tie=EQUAL,
        confidence=project.settings.analysis.confidence,
        persons_known=bool(campaign.settings["persons_known"]),
    )
    if again:
        reason = "judged twice by the same worker (first kept)"
        result = replace(result, excluded=result.excluded | {reason: again})
    return Ranked(campaign.name, result, list(result.notes))


def comparisons_of(project: Project, campaign: Campaign) -> tuple[pd.DataFrame, int]:
    """A campaign as `analysis.aggregation.comparisons` reads it, and how many answers it lacks.

    Columns: unit (the instance), worker, first, second (names from the item's condition, in the
    order shown), winner (one of them, or `EQUAL`), item. A worker's second answer to the same item
    is left out and counted.
    """
    if campaign.environment == "imported" or QUESTION not in questions(project, campaign):
        raise UsageError(
            f"campaign {campaign.name!r} ({campaign.study}) compared no two things; "
            'this method needs the study compare, or output with form = "compare"'
        )
    table = regular(project, campaign, QUESTION)
    kept = table.drop_duplicates([UNIT, WORKER], keep="first")
    items = {item.id: item for item in campaigns.read_items(project.engine, campaign.id)}
    pairs = {unit: _as_shown(items[unit]) for unit in kept[UNIT].unique()}
    first = [pairs[unit][0] for unit in kept[UNIT]]
    second = [pairs[unit][1] for unit in kept[UNIT]]
    winner = [
        {"first": one, "second": two, "equal": EQUAL}[value]
        for value, one, two in zip(kept[VALUE], first, second, strict=True)
    ]
    columns = {UNIT: kept["instance"], WORKER: kept[WORKER], FIRST: first, SECOND: second}
    made = pd.DataFrame(columns | {WINNER: winner, "item": kept[UNIT]})
    return made, len(table) - len(kept)


def _as_shown(item: Item) -> tuple[str, str]:
    """The names of what stood on an item's first and second side."""
    names = item.condition.split(BETWEEN)
    if len(names) != 2 or item.side not in ("ab", "ba"):
        raise DataError(
            f"item {item.id!r} does not say which two things it showed: its condition is "
            f"{item.condition!r} and its side {item.side!r}; names may not hold {BETWEEN!r}"
        )
    return (names[0], names[1]) if item.side == "ab" else (names[1], names[0])
