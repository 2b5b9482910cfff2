"""What people said of the label, to be learned instead of the label given: hard or soft.

Only training instances are looked at, so that nothing said of the others decides how far a worker
is believed. Validation and test are scored on the labels given, whatever is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.aggregation.aggregate import aggregate
from analysis.aggregation.base import Aggregation
from db.columns import UNIT, VALUE
from db.errors import DataError, NotFound, UsageError
from db.records import Campaign, Instance
from pipeline.aggregate import seeded
from pipeline.judged import by_instance, questions, regular
from pipeline.models.goals import LabelGoals
from pipeline.models.settings import Settings
from pipeline.models.training import classes_of, parts_of
from pipeline.project import Project

GIVEN, CONSENSUS, SOFT = KINDS = ("given", "consensus", "soft")
QUESTION = "label"


@dataclass(frozen=True)
class LabelChoice:
    """Which labels are learned, and by which method of aggregation people's answers become them.

    `kind`: "given" (of the data), "consensus" (one label; ties are left out) or "soft" (the
    posterior; of `majority`, which decides, the shares of the votes).
    """

    kind: str = GIVEN
    method: str = "dawid_skene"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"labels are {', '.join(KINDS)}, not {self.kind!r}")


@dataclass(frozen=True, eq=False)
class CrowdLabels:
    """Goals for the training part of one split; `left_out`: reason → how many of what."""

    goals: LabelGoals
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    recorded: Mapping[str, Any] = field(default_factory=dict)


def crowd_labels(
    project: Project,
    campaign: Campaign,
    choice: LabelChoice,
    data: Sequence[Instance],
    settings: Settings,
    seed: int,
) -> CrowdLabels | None:
    """What people said of the training instances of a run; None where the labels given are learned.

    Answers that are no label of `data` (such as "unsure") say nothing of the class: they are left
    out before aggregation and counted. So are training instances without any other answer.
    """
    if choice.kind == GIVEN:
        return None
    if QUESTION not in questions(project, campaign):
        raise NotFound(
            f"campaign {campaign.name!r} asked nobody for the label; labels that people gave come "
            "from a highlight study, or from imported annotations with labels"
        )
    classes = classes_of(data)
    learning = set(parts_of(data, settings, seed).train)
    table = by_instance(regular(project, campaign, QUESTION))
    table = table[table[UNIT].isin(learning)]
    known = table[VALUE].isin(classes)
    if not known.any():
        raise DataError(
            f"nobody gave a training instance one of the labels {', '.join(classes)} in campaign "
            f"{campaign.name!r}; learn the labels given"
        )
    result = _aggregated(table[known], choice, campaign, seed)
    goals = _goals(result, classes, soft=choice.kind == SOFT)
    return CrowdLabels(
        LabelGoals(goals, soft=choice.kind == SOFT),
        _left_out(len(learning), result, int((~known).sum()), soft=choice.kind == SOFT),
        (_sentence(campaign, choice), *(n for n in result.notes if not n.endswith("are tied"))),
        {"labels": choice.kind, "labels_method": choice.method, "labels_campaign": campaign.id},
    )


def _aggregated(
    table: pd.DataFrame, choice: LabelChoice, campaign: Campaign, seed: int
) -> Aggregation:
    options = seeded(choice.method, seed)
    if choice.kind == SOFT and choice.method == "majority":
        options["shares"] = True
    known = bool(campaign.settings["persons_known"])
    return aggregate(table, choice.method, duplicates="first", persons_known=known, **options)


def _goals(
    result: Aggregation, classes: tuple[str, ...], *, soft: bool
) -> dict[str, NDArray[np.float32]]:
    """Instance → float32, shape (C,); hard ones are 1 for one class, and ties have none."""
    wide = np.zeros((len(result.units), len(classes)), dtype=np.float32)
    columns = [classes.index(label) for label in result.labels]
    wide[:, columns] = result.posterior if soft else result.top
    tied = result.tied.tolist()
    return {str(unit): wide[at] for at, unit in enumerate(result.units) if soft or not tied[at]}


def _left_out(learning: int, result: Aggregation, answers: int, *, soft: bool) -> dict[str, int]:
    counts = {
        "answers that are no label of the data": answers,
        "training instances that nobody gave a label": learning - len(result.units),
        "training instances whose consensus is tied": 0 if soft else int(result.tied.sum()),
    }
    return {reason: n for reason, n in counts.items() if n}


def _sentence(campaign: Campaign, choice: LabelChoice) -> str:
    what = "posteriors" if choice.kind == SOFT else "consensus"
    return (
        f"learned are the {what} of {choice.method} in campaign {campaign.name!r}, made of training "
        "instances alone; validation and test are scored on the labels given"
    )
