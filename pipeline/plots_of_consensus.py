"""Plots of a consensus: how sure it is, and what workers say where it says what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.aggregation.accuracy import gold_of
from analysis.aggregation.base import Aggregation
from analysis.aggregation.scores import Drawing
from analysis.judgements import Duplicates, Judgements, read
from analysis.report.glossary import inline
from analysis.report.plots.charts import Chart
from analysis.report.plots.confusion import confusion_plot
from analysis.report.plots.posterior import certainty, entropy
from analysis.workers.against import against_known
from db.columns import GOLD, UNIT, VALUE, WORKER
from pipeline.aggregate import Consensus
from pipeline.aggregate_all import SideBySide
from pipeline.aggregate_named import Aggregated
from pipeline.config import AnalysisSettings
from pipeline.judged import by_instance, choice_question, judged_campaign, questions, regular
from pipeline.plots import NO_GOLD, Plots, drawing_of, joined, numbered, stem
from pipeline.project import Project

NO_LABELS = Plots((), ("no plots of this method: it gives no probabilities of labels to draw",))
NO_SURENESS = "certainty of majority was not drawn: a vote has winners, and no probabilities"


def results_of(done: Aggregated) -> list[Aggregation]:
    """The consensus of each method in what was made; none of means and of comparisons."""
    if isinstance(done, SideBySide):
        return [one.result for one in done.each]
    return [done.result] if isinstance(done, Consensus) else []


def consensus_plots_of_file(
    path: Path,
    results: Sequence[Aggregation],
    columns: Mapping[str, str | None],
    settings: AnalysisSettings,
    seed: int = 1,
    duplicates: Duplicates = "error",
) -> Plots:
    """Plots of consensus made of a file, by one method or by several.

    `duplicates`: which judgements the consensus was made of; the same are drawn.
    """
    if not results:
        return NO_LABELS
    table, persons = numbered(path, columns)
    judged = read(table[[UNIT, WORKER, VALUE]], duplicates=duplicates, persons_known=persons)
    known = gold_of(table) if GOLD in table else None
    drawing = Drawing(settings.bootstrap, seed, settings.confidence)
    return consensus_plots(judged, results, known, drawing)


def consensus_plots_of_campaign(
    project: Project,
    name: str | None,
    results: Sequence[Aggregation],
    seed: int | None = None,
    bootstrap: int | None = None,
) -> Plots:
    """Plots of consensus made of a campaign; the first judgement of a worker on a unit counts."""
    if not results:
        return NO_LABELS
    campaign = judged_campaign(project, name)
    question = choice_question(project, campaign)
    table = regular(project, campaign, question)
    if "marks" in questions(project, campaign) and question == "label":
        table = by_instance(table)
    persons = bool(campaign.settings["persons_known"])
    judged = read(table[[UNIT, WORKER, VALUE]], duplicates="first", persons_known=persons)
    return consensus_plots(judged, results, None, drawing_of(project, seed, bootstrap))


def consensus_plots(
    judged: Judgements,
    results: Sequence[Aggregation],
    gold: Mapping[Any, Any] | None,
    drawing: Drawing,
) -> Plots:
    """How sure each consensus is, and what workers say where the unit's answer is which.

    `judged`: the judgements that every result was made of.
    """
    several = len(results) > 1
    parts = [Plots(_of_method(judged, result, drawing, several)) for result in results]
    if any(result.method == "majority" for result in results):
        parts.append(Plots((), (NO_SURENESS,)))
    if gold is None:
        words = f"confusion with known answers was not drawn: {NO_GOLD}"
        return joined([*parts, Plots((), (words,))])
    held = against_known(judged, gold, drawing)
    known = confusion_plot(held, "the known answer", name="confusion-gold")
    return joined([*parts, Plots((known,) if known else ())])


def _of_method(
    judged: Judgements, result: Aggregation, drawing: Drawing, several: bool
) -> tuple[Chart, ...]:
    """The plots of one method, named for it where there are several."""
    about = f", {inline(result.method)}" if several else ""
    agreed = dict(zip(result.units, result.consensus, strict=True))
    words = f"the consensus by {inline(result.method)} (which each answer helped to make)"
    sure = result.method != "majority"
    found: list[Chart | None] = [
        certainty(result, drawing, about=about) if sure else None,
        entropy(result, drawing, about=about) if sure else None,
        confusion_plot(against_known(judged, agreed, drawing), words, about=about),
    ]
    end = f"-{stem(result.method)}" if several else ""
    return tuple(replace(c, name=c.name + end) for c in found if c is not None)
