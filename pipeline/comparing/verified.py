"""The two campaigns of `verify` as one: do the attributes fit the input, and the label too?"""

from __future__ import annotations

import pandas as pd

from analysis.comparison.conditions import CONDITION, Settings
from analysis.comparison.joined import ARGUMENT, compare_joined
from analysis.comparison.result import ComparisonResult
from db.columns import UNIT, VALUE, WORKER
from db.errors import UsageError
from db.records import Campaign, Item
from hits.studies.verify import TO_INPUT, TO_LABEL
from pipeline.comparing.judged import Asked, asked
from pipeline.drawing.verify import SHUFFLED, WRONG
from pipeline.project import Project

UNSURE = 'answers that say "unsure" count as not fitting'
APART = "shuffled lists were drawn for each campaign; they meet by instance, not word for word"


def verifies(campaign: Campaign) -> bool:
    """Whether a campaign is of the study `verify` and was planned here."""
    return campaign.environment != "imported" and campaign.study == "verify"


def compare_verified(
    project: Project, one: Campaign, other: Campaign, settings: Settings, baseline: str | None
) -> ComparisonResult:
    """The share of arguments that fit both; UsageError where both campaigns ask the same."""
    found = {a.options["fits"]: a for a in (asked(project, c, "fits") for c in (one, other))}
    if set(found) != {TO_INPUT, TO_LABEL}:
        raise UsageError(
            f"campaigns {one.name!r} and {other.name!r} ask the same; joined are one with "
            'fits = "input" and one with fits = "label"'
        )
    to_input, to_label = (_table(found[fits]) for fits in (TO_INPUT, TO_LABEL))
    result = compare_joined(
        _with_wrong(to_input, to_label),
        to_label,
        (f"share_fitting_{TO_INPUT}", f"share_fitting_{TO_LABEL}"),
        settings,
        controls=(WRONG, SHUFFLED),
        persons_known=all(a.persons_known for a in found.values()),
        baseline=baseline,
    )
    notes = [UNSURE, *([APART] if (to_label[CONDITION] == SHUFFLED).any() else [])]
    result.notes[:0] = notes
    return result


def _table(found: Asked) -> pd.DataFrame:
    """Judgements as `compare_joined` takes them."""
    return pd.DataFrame(
        {
            UNIT: found.table["instance"].to_numpy(),
            WORKER: found.table[WORKER].to_numpy(),
            VALUE: [float(value == "yes") for value in found.table[VALUE]],
            CONDITION: found.conditions,
            ARGUMENT: [_argument(item) for item in found.items],
        }
    )


def _argument(item: Item) -> str:
    """What is the same in both campaigns: the instance and its words, but of a shuffled list."""
    if item.condition == SHUFFLED:
        return item.instance_id
    return "\n".join([item.instance_id, *map(str, item.shown["words"])])


def _with_wrong(to_input: pd.DataFrame, to_label: pd.DataFrame) -> pd.DataFrame:
    """A wrong label stands beside the input's own words: what was said of these counts there too."""
    wrong = set(to_label.loc[to_label[CONDITION] == WRONG, ARGUMENT])
    own = to_input[to_input[ARGUMENT].isin(wrong) & (to_input[CONDITION] != SHUFFLED)]
    return pd.concat([to_input, own.assign(**{CONDITION: WRONG})], ignore_index=True)
