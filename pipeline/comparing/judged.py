"""Regular judgements of a campaign beside their items, and who won where two were shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.aggregation.comparisons import FIRST, SECOND, WINNER
from analysis.comparison.conditions import CONDITION
from analysis.comparison.said import LEVEL, Said
from analysis.comparison.wins import TIE
from db.columns import UNIT, VALUE, WORKER
from db.records import Campaign, Item
from db.store import campaigns
from hits.studies.output import RATE
from pipeline.judged import regular
from pipeline.project import Project

ALONE = "the output"


class Asked(NamedTuple):
    """Regular judgements of one question, each beside its item."""

    table: pd.DataFrame
    items: Sequence[Item]
    options: Mapping[str, Any]
    campaign: Campaign

    @property
    def persons_known(self) -> bool:
        """Whether workers are persons."""
        return bool(self.campaign.settings["persons_known"])

    @property
    def conditions(self) -> list[str]:
        """The condition of each judgement's item."""
        return [item.condition or ALONE for item in self.items]

    @property
    def lengths(self) -> dict[str, float]:
        """Instance → words, where items store them."""
        found = {item.instance_id: item.shown.get("covariates", {}) for item in self.items}
        return {name: float(c["words"]) for name, c in found.items() if "words" in c}

    def said(self, values: Sequence[float], **fields: Any) -> Said:
        """These numbers by condition, units the instances."""
        frame = {
            UNIT: self.table["instance"].to_numpy(),
            WORKER: self.table[WORKER].to_numpy(),
            VALUE: [float(value) for value in values],
            CONDITION: self.conditions,
        }
        levels = fields.pop("levels", None)
        frame |= {LEVEL: levels} if levels is not None else {}
        units = fields.pop("units", None)
        frame |= {UNIT: units} if units is not None else {}
        return Said(
            pd.DataFrame(frame),
            persons_known=self.persons_known,
            lengths={} if units is not None else self.lengths,
            **fields,
        )


def asked(project: Project, campaign: Campaign, question: str) -> Asked:
    """Regular judgements of a question; NotFound where there are none."""
    table = regular(project, campaign, question)
    items = {i.id: i for i in campaigns.read_items(project.engine, campaign.id)}
    of = [items[unit] for unit in table[UNIT]]
    return Asked(table, of, campaign.settings["options"], campaign)


def compares_two(campaign: Campaign) -> bool:
    """Whether a campaign's items show two things of which one may win."""
    options = campaign.settings.get("options", {})
    return campaign.study == "compare" or (
        campaign.study == "output" and options.get("form") != RATE
    )


def wins_of(project: Project, campaign: Campaign) -> tuple[pd.DataFrame, bool]:
    """Comparisons (unit, worker, first, second as shown, winner or "tie"); whether persons are
    known."""
    found = asked(project, campaign, "better")
    shown = [item.condition.split(" / ")[:: 1 if item.side == "ab" else -1] for item in found.items]
    said = {"first": 0, "second": 1}
    winners = [
        pair[said[value]] if value in said else TIE
        for pair, value in zip(shown, found.table[VALUE], strict=True)
    ]
    frame = {
        UNIT: found.table["instance"].to_numpy(),
        WORKER: found.table[WORKER].to_numpy(),
        FIRST: [pair[0] for pair in shown],
        SECOND: [pair[1] for pair in shown],
        WINNER: winners,
    }
    return pd.DataFrame(frame), found.persons_known
