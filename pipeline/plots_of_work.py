"""Which plots the judgements of one question allow, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.aggregation.accuracy import gold_of
from analysis.aggregation.scores import Drawing
from analysis.agreement.by_label import agreement_by_label
from analysis.report.plots.by_label import by_label
from analysis.report.plots.by_worker import by_worker
from analysis.report.plots.charts import Chart
from analysis.report.plots.confusion import confusion_plot
from analysis.report.plots.over_time import over_time
from analysis.report.wording import capital
from analysis.workers.against import against_known, against_others
from analysis.workers.agreement import agreement
from analysis.workers.base import Work
from analysis.workers.read import read_work
from analysis.workers.timeline import LEAST, timeline
from db.columns import GOLD
from pipeline.agreement import level_named

OTHERS = "the majority of the unit's other workers"
ORDERED = "it is for answers that are names (level nominal), and these have an order"


@dataclass(frozen=True)
class Known:
    """What is known beside the answers: persons; why not the order or gold (empty: they are).

    `one`: the pseudonym of a worker who has a confusion matrix of their own.
    """

    persons: bool
    not_ordered: str = ""
    no_gold: str = ""
    one: str | None = None


def plots_of_work(
    table: pd.DataFrame, level: str, known: Known, drawing: Drawing, duplicates: str = "error"
) -> tuple[tuple[Chart, ...], tuple[str, ...]]:
    """Charts of a judgement table (see `read_work`), and a sentence on each that is left out."""
    work = read_work(table, level_named(level), duplicates=duplicates)  # type: ignore[arg-type]
    charts: list[Chart] = []
    left_out: list[str] = []
    for title, made, why in (
        *_labels(work, drawing),
        _workers(work, known, drawing),
        _time(work, known, drawing),
        *_confusions(table, work, known, drawing),
    ):
        if made is not None:
            charts.append(made)
        elif why:
            left_out.append(f"{title} was not drawn: {why}")
    return tuple(charts), tuple(left_out)


Made = tuple[str, Chart | None, str]
"""The title of a plot, the chart or None, and why there is none."""


def _labels(work: Work, drawing: Drawing) -> list[Made]:
    title = "agreement by label"
    if work.level != "nominal":
        return [(title, None, ORDERED)]
    found = agreement_by_label(work.judged, **drawing._asdict())
    return [(title, by_label(found), "no unit has two judgements")]


def _workers(work: Work, known: Known, drawing: Drawing) -> Made:
    title = "agreement by worker"
    if not known.persons:
        return title, None, "nothing says who judged"
    names = [str(name) for name in work.judged.workers]
    fact = agreement(work, confidence=drawing.confidence)
    return title, by_worker(fact, names), "no two workers judged the same unit"


def _time(work: Work, known: Known, drawing: Drawing) -> Made:
    title = "agreement over time"
    if known.not_ordered:
        return title, None, known.not_ordered
    why = f"it needs {2 * LEAST} judgements that others judged beside"
    return title, over_time(timeline(work, **drawing._asdict())), why


def _confusions(table: pd.DataFrame, work: Work, known: Known, drawing: Drawing) -> list[Made]:
    title = "confusion"
    if work.level != "nominal":
        return [(title, None, ORDERED)]
    nothing = "no unit has two judgements"
    found: list[Made] = [
        (title, confusion_plot(against_others(work, None, drawing), OTHERS), nothing)
    ]
    if known.one is not None:
        mine = against_others(work, known.one, drawing)
        who = known.one
        plot = confusion_plot(
            mine, OTHERS, name="confusion-one-worker", who=capital(who), about=f": {who}"
        )
        found.append(("confusion of one worker", plot, "they judged no unit with others"))
    if GOLD in table:
        held = against_known(work.judged, gold_of(table), drawing)
        plot = confusion_plot(held, "the known answer", name="confusion-gold")
        found.append(("confusion with known answers", plot, "no unit has a known answer"))
    else:
        found.append(("confusion with known answers", None, known.no_gold))
    return found
