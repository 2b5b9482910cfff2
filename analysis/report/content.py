"""What a report is made of: frozen dataclasses, filled by whoever holds the data of the study.

A section that is None is not shown. A section that is `Missing` is shown with the reason and the
command that would fill it. All text is shown as the characters it consists of, never as markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from analysis.alignment.contract import Contract
from analysis.report.contrasts import Contrast, Contrasts
from analysis.report.health import TrainingHealth
from analysis.report.plots.charts import Chart
from analysis.report.teaching import (
    Difference,
    Objective,
    SeedScore,
    Taught,
    Teaching,
    TeachingMetric,
    Tried,
)
from analysis.report.wording import defined
from analysis.report.workforce import Pay, WorkerRow, Workers
from db.errors import DataError
from db.records import Environment, Estimate

__all__ = [
    "Aggregation",
    "Agreement",
    "Alignment",
    "Consensus",
    "Contrast",
    "Contrasts",
    "DataSource",
    "Difference",
    "Faithfulness",
    "Methods",
    "Missing",
    "Objective",
    "Pay",
    "Ratings",
    "ReportContent",
    "SeedScore",
    "Study",
    "Taught",
    "Teaching",
    "TeachingMetric",
    "TrainingHealth",
    "Tried",
    "WorkerRow",
    "Workers",
]

People = Literal["real", "simulated", "mixed"]


@dataclass(frozen=True)
class Missing:
    """A section that could not be filled: why (a sentence), and the command that would fill it."""

    reason: str
    command: str = ""


@dataclass(frozen=True)
class DataSource:
    """Where instances came from: name, a note on what they are, licence, address (as text).

    `written_for_project` is true for a corpus that its authors made up: a banner says so.
    """

    name: str
    note: str = ""
    licence: str = ""
    address: str = ""
    written_for_project: bool = False


@dataclass(frozen=True)
class Study:
    """What was studied, where and with whom: the facts at the top of the report.

    `study` is the study type and `asked` the question that workers saw; `date` the day of the
    report, given so that the same content makes the same bytes. `people` decides the banner and
    the nouns: "simulated" and "mixed" are said aloud wherever people are spoken of. `models` are
    lines about the runs explained; `versions` pairs of software and version; `warnings` further
    sentences for the banner; `noun` is what a unit is called: "token", "feature" or "pixel".
    """

    campaign: str
    study: str
    date: date
    market: str
    source: str
    environment: Environment
    seed: int
    people: People
    asked: str = ""
    data: tuple[DataSource, ...] = ()
    models: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    noun: str = "token"


@dataclass(frozen=True)
class Agreement:
    """Do workers agree with each other?

    `estimates`: `name` is the coefficient and `subject` the question judged, if there are several;
    one estimate per `over`, in any order. `headline` names the estimate of the summary (default:
    the first). `prevalence`: answer → count. `excluded`: reason → count. `plots` stand folded
    beneath.
    """

    estimates: tuple[Estimate, ...]
    headline: str = ""
    prevalence: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    plots: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Consensus:
    """What one aggregation method made of the judgements.

    `counts`: answer → number of units; `ties` units without a winner, counted in no answer;
    `certainty` the mean probability of the winning answer, in [0, 1]; `accuracy` against known
    answers where there are any.
    """

    method: str
    counts: Mapping[str, int]
    ties: int = 0
    certainty: float | None = None
    accuracy: Estimate | None = None
    note: str = ""


@dataclass(frozen=True)
class Aggregation:
    """From judgements to one answer per unit, and to one rationale per instance.

    `rationales` counts human rationales made; `marked_share` is the mean share of tokens in them,
    in [0, 1]; `rationale_method` says how marks became scores. `plots` stand folded beneath.
    """

    methods: tuple[Consensus, ...]
    rationales: int | None = None
    rationale_method: str = ""
    marked_share: float | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    plots: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Alignment:
    """Does the model look where people look?

    `estimates`: `name` is the metric, `subject` an explainer or one of "people" (the ceiling),
    "random" and "constant" (floors), "oracle" (the best possible under the same k); one per
    `over`. `normalised`: the same names and explainers, `(score − floor)/(ceiling − floor)`, value
    None where the ceiling is not clearly above the floor. `differences` are paired comparisons.
    `headline` names the metric of the summary (default: the first). `gold_policy` and `k_rule` say
    how people's marks became a gold, and how many tokens each explainer was allowed. `contracts`
    say what each family of scores is, exactly; they stand folded beneath.
    """

    estimates: tuple[Estimate, ...]
    normalised: tuple[Estimate, ...] = ()
    differences: tuple[Difference, ...] = ()
    headline: str = ""
    gold_policy: str = ""
    k_rule: str = ""
    contracts: tuple[Contract, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ratings:
    """What did people say of the rationales they were shown?

    `estimates`: `name` "mean rating", `subject` the explainer, one per `over`, all on the scale
    from 1 to `points` (a number outside it is a `DataError`). `question` is what was asked;
    `labels` are the words of the points, the lowest first, one each or none at all.
    """

    estimates: tuple[Estimate, ...]
    question: str
    points: int
    labels: tuple[str, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.points < 2:
            raise DataError(f"a scale of ratings needs at least two points, not {self.points}")
        if self.labels and len(self.labels) != self.points:
            raise DataError(
                f"ratings have {self.points} points, but words for {len(self.labels)} of them"
            )
        for e in self.estimates:
            given = [v for v in (e.value, e.low, e.high) if v is not None and defined(v)]
            if any(not 1 <= v <= self.points for v in given):
                raise DataError(
                    f"the {e.name} of {e.subject or 'all rationales'} is not on the scale from 1 "
                    f"to {self.points}; ratings count from 1"
                )


@dataclass(frozen=True)
class Faithfulness:
    """Do the scores say what the model uses? Estimates as in `Alignment`, without people.

    `removal` names the operator that took tokens away (it is part of the name of the numbers).
    """

    estimates: tuple[Estimate, ...]
    removal: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Methods:
    """How it was done, beyond what the estimates say of themselves.

    `selection` tells how instances were chosen; `commands` reproduce the report, one a line; `cite`
    is the text to cite; `caveats` and `sources` ("Name: paper, year") are lists of sentences.
    """

    selection: str = ""
    caveats: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    cite: str = ""


@dataclass(frozen=True)
class ReportContent:
    """A whole report. Every section may be None (not shown) or `Missing` (shown with the reason)."""

    title: str
    study: Study
    workers: Workers | Missing | None = None
    agreement: Agreement | Missing | None = None
    aggregation: Aggregation | Missing | None = None
    alignment: Alignment | Missing | None = None
    ratings: Ratings | Missing | None = None
    faithfulness: Faithfulness | Missing | None = None
    teaching: Teaching | Missing | None = None
    contrasts: Contrasts | Missing | None = None
    health: TrainingHealth | Missing | None = None
    methods: Methods | Missing | None = None
