"""Before and after: per metric, every objective with its seeds, means and verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from analysis.report.content import Objective, Teaching, TeachingMetric
from analysis.report.glossary import source, subject, term
from analysis.report.groups import Group
from analysis.report.plots.intervals import axis, dot_key, over_legend
from analysis.report.plots.learning_curve import learning_curve
from analysis.report.plots.screen import ScreenPlot, on_screen
from analysis.report.plots.seeds import seed_row, slope_plot
from analysis.report.sections.agreement import notes_of
from analysis.report.sections.differences import difference_table, verdict_cell
from analysis.report.seed_scores import SeedScores, gather
from analysis.report.svg import element
from analysis.report.tables import Cell, Column, Legend, Row, Table
from analysis.report.teaching import Taught
from analysis.report.verdict import judged, p_phrase, verdict, verdict_sentence
from analysis.report.wording import OVER, UNDEFINED, capital, interval, number, plain
from db.records import Estimate


@dataclass(frozen=True)
class Slope:
    """A small plot of one objective against the baseline, seed by seed."""

    caption: str
    drawing: Markup


@dataclass(frozen=True)
class TeachingMetricView:
    """One metric: heading, what it asks, the table, a verdict and a plot per objective taught."""

    title: str
    asks: str
    table: Table
    verdicts: list[str]
    slopes: list[Slope]


@dataclass(frozen=True)
class TeachingView:
    """What the section shows."""

    metrics: list[TeachingMetricView]
    further: list[TeachingMetricView]
    controls: Table | None
    tried: Table | None
    needed: Table | None
    curves: list[ScreenPlot]


def teaching_view(teaching: Teaching) -> TeachingView:
    """A table per metric against the baseline; other comparisons that were tested in a table of
    their own."""
    baselines = {o.name for o in teaching.objectives if o.role == "baseline"}
    others = [d for d in teaching.differences if d.against not in baselines and d.tested]
    ends = {m.name: m.direction for m in teaching.metrics}
    caption = "Against the controls, which carry no information from people"
    controls = difference_table(
        others, caption, lambda name: ends.get(name, "higher"), teaching.threshold
    )
    tested = {d.estimate.name for d in teaching.differences if d.tested}
    if not tested:
        tested = {m.name for m in teaching.metrics}
    further = (gather(teaching, m) for m in teaching.metrics if m.name not in tested)
    return TeachingView(
        [_metric(gather(teaching, m)) for m in teaching.metrics if m.name in tested],
        [replace(_metric(s), verdicts=[]) for s in further if _defined(s)],
        controls,
        _tried(teaching),
        _needed(teaching),
        _curves(teaching),
    )


def _defined(scores: SeedScores) -> bool:
    """Whether any objective has a value."""
    return any(mean.value is not None for mean in scores.means.values())


def _tried(teaching: Teaching) -> Table | None:
    """Weights that validation chose from."""
    if not teaching.tried:
        return None
    columns = (Column("Validation AUC"), Column("Validation macro F1"), Column("", "text"))
    rows = tuple(
        Row(
            capital(plain(one.name)),
            (
                Cell(number(one.auc)),
                Cell(number(one.macro_f1)),
                Cell("diverged" if one.diverged else "chosen" if one.chosen else ""),
            ),
        )
        for one in teaching.tried
    )
    return Table("Weights that were tried", "Weights", columns, rows, quiet=True)


def _shown_in_curve(teaching: Teaching) -> list[TeachingMetric]:
    """The first metric of alignment and the first of the task."""
    kinds = ("alignment", "task")
    found = (next((m for m in teaching.metrics if m.kind == kind), None) for kind in kinds)
    return [metric for metric in found if metric is not None]


def _needed(teaching: Teaching) -> Table | None:
    """Fractions of the rationales with their cost."""
    if not teaching.curve:
        return None
    shown = _shown_in_curve(teaching)
    priced = any(one.cost is not None for one in teaching.curve)
    rows = []
    for one in teaching.curve:
        found = {mean.name: mean for mean in one.means}
        cells = [Cell(f"{one.annotated:.0f}"), *([Cell(_cost(one))] if priced else [])]
        cells += [_mean_cell(found.get(metric.name)) for metric in shown]
        rows.append(Row(f"{one.fraction:.0%} of the rationales", tuple(cells)))
    columns = [Column("Instances"), *([Column("Cost")] if priced else [])]
    columns += [Column(term(metric.name).title) for metric in shown]
    return Table(
        "How many human rationales", "Learned from", tuple(columns), tuple(rows), quiet=True
    )


def _cost(one: Taught) -> str:
    return UNDEFINED if one.cost is None else f"{one.cost:,} {one.currency}"


def _mean_cell(mean: Estimate | None) -> Cell:
    if mean is None:
        return Cell(UNDEFINED)
    inside = interval(mean)
    return Cell(number(mean.value), () if inside == UNDEFINED else (inside,))


def _curves(teaching: Teaching) -> list[ScreenPlot]:
    charts = (learning_curve(teaching.curve, m.name) for m in _shown_in_curve(teaching))
    return [on_screen(chart) for chart in charts if chart is not None]


def _metric(scores: SeedScores) -> TeachingMetricView:
    known = term(scores.metric.name)
    caption = f"{known.title}, before and after"
    return TeachingMetricView(
        known.title, known.asks, _table(caption, scores), _verdicts(scores), _slopes(scores)
    )


def _verdicts(scores: SeedScores) -> list[str]:
    """A sentence for each objective that was taught and compared with the baseline."""
    taught = [o for o in scores.teaching.objectives if o.role == "taught"]
    found = [judged(scores.differences(objective)) for objective in taught]
    threshold = scores.teaching.threshold
    return [verdict_sentence(d, scores.metric, threshold) for d in found if d is not None]


def _table(caption: str, scores: SeedScores) -> Table:
    columns = (
        Column("", "plot"),
        Column("Mean"),
        Column("Against the baseline"),
        Column("Verdict", "text"),
    )
    rows = tuple(_row(scores, objective) for objective in scores.teaching.objectives)
    below = axis(scores.scale)
    return Table(caption, "Objective", columns, rows, below, _legend(scores), quiet=True)


def _legend(scores: SeedScores) -> Legend:
    widest = [(g, g.widest) for g in scores.means.values()]
    drawn = [Group(g.name, g.subject, (e,)) for g, e in widest if e is not None]
    seed = element("circle", class_="seed", cx=7, cy=7, r=3)
    sample = element("svg", seed, class_="key", width=14, height=14, aria_hidden="true")
    return [(sample, "one seed"), (dot_key("estimate"), "mean over seeds"), *over_legend(drawn)]


def _row(scores: SeedScores, objective: Objective) -> Row:
    mean, seeds = scores.means[objective.name], scores.seeds[objective.name]
    role = "estimate" if objective.role == "taught" else "floor"
    cells = (
        Cell(seed_row(mean, seeds, scores.scale, role, scores.backdrop)),
        Cell(number(mean.value), class_="value"),
        *_difference_cells(scores, objective),
    )
    part = {"baseline": "baseline", "control": "control", "taught": source(objective.name)}
    under = tuple(filter(None, (objective.note, part[objective.role])))
    return Row(subject(objective.name), cells, under, objective.role, notes_of(mean, ()))


def _difference_cells(scores: SeedScores, objective: Objective) -> tuple[Cell, Cell]:
    found = scores.differences(objective)
    chosen = judged(found)
    if chosen is None:
        return (Cell("" if objective.role == "baseline" else "—"), Cell(""))
    pairs = [(interval(d.estimate, signed=True), OVER[d.estimate.over]) for d in found]
    lines = [line for pair in pairs if pair[0] != UNDEFINED for line in pair if line]
    lines += [] if chosen.p is None else [p_phrase(chosen.p)]
    difference = Cell(number(chosen.estimate.value, signed=True), tuple(lines))
    shown = verdict(chosen, scores.metric.direction, scores.teaching.threshold)
    return (difference, verdict_cell(shown))


def _slopes(scores: SeedScores) -> list[Slope]:
    before = subject(scores.baseline.name) if scores.baseline else ""
    return [
        Slope(subject(o.name), slope_plot(pairs, scores.scale, (before, subject(o.name))))
        for o in scores.teaching.objectives
        if (pairs := scores.pairs(o))
    ]
