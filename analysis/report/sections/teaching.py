"""Before and after: per metric, every objective with its seeds, means and verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from analysis.report.content import Difference, Objective, Teaching, TeachingMetric
from analysis.report.glossary import source, subject, term
from analysis.report.groups import Group
from analysis.report.plots.intervals import Backdrop, axis, dot_key, over_legend, values_of
from analysis.report.plots.seeds import Pair, seed_row, slope_plot
from analysis.report.sections.agreement import notes_of
from analysis.report.sections.differences import difference_table, verdict_cell
from analysis.report.svg import Scale, element, scale_of
from analysis.report.tables import Cell, Column, Legend, Row, Table
from analysis.report.verdict import differences_of, judged, verdict
from analysis.report.wording import OVER, defined, interval, number
from db.records import Estimate


@dataclass(frozen=True)
class Slope:
    """A small plot of one objective against the baseline, seed by seed."""

    caption: str
    drawing: Markup


@dataclass(frozen=True)
class TeachingMetricView:
    """One metric: heading, what it asks, the table, a small plot per objective."""

    title: str
    asks: str
    table: Table
    slopes: list[Slope]


@dataclass(frozen=True)
class TeachingView:
    """What the section shows."""

    metrics: list[TeachingMetricView]
    controls: Table | None


def teaching_view(teaching: Teaching) -> TeachingView:
    """A table per metric against the baseline; other comparisons in a table of their own."""
    baseline = next((o for o in teaching.objectives if o.role == "baseline"), None)
    metrics = [_metric(teaching, metric, baseline) for metric in teaching.metrics]
    others = [d for d in teaching.differences if baseline is None or d.against != baseline.name]
    ends = {m.name: m.direction for m in teaching.metrics}
    caption = "Against the controls, which carry no information from people"
    controls = difference_table(
        others, caption, lambda name: ends.get(name, "higher"), teaching.threshold
    )
    return TeachingView(metrics, controls)


def _metric(
    teaching: Teaching, metric: TeachingMetric, baseline: Objective | None
) -> TeachingMetricView:
    seeds = {o.name: _seeds(teaching, metric, o) for o in teaching.objectives}
    groups = {o.name: _group(teaching, metric, o, seeds[o.name]) for o in teaching.objectives}
    values = values_of(list(groups.values())) + [v for s in seeds.values() for v in s.values()]
    known, scale = term(metric.name), scale_of(values)
    before = groups[baseline.name].value if baseline else None
    backdrop = Backdrop(lines=(before,) if before is not None else ())
    rows = tuple(
        _row(teaching, metric, o, groups[o.name], seeds[o.name], scale, backdrop, baseline)
        for o in teaching.objectives
    )
    table = _table(f"{known.title}, before and after", rows, scale, list(groups.values()))
    return TeachingMetricView(
        known.title, known.asks, table, _slopes(teaching, seeds, scale, baseline)
    )


def _seeds(teaching: Teaching, metric: TeachingMetric, objective: Objective) -> dict[int, float]:
    found = {
        s.seed: s.value
        for s in teaching.scores
        if s.objective == objective.name and s.metric == metric.name
    }
    return {seed: v for seed, v in sorted(found.items()) if v is not None and defined(v)}


def _group(
    teaching: Teaching, metric: TeachingMetric, objective: Objective, seeds: dict[int, float]
) -> Group:
    """The means given; without any, the plain mean of the seeds, which has no interval."""
    given = [e for e in teaching.means if (e.name, e.subject) == (metric.name, objective.name)]
    if given:
        return Group(metric.name, objective.name, tuple(given))
    mean = sum(seeds.values()) / len(seeds) if seeds else None
    plain = Estimate(metric.name, mean, note="" if seeds else "no seed has a score")
    return Group(metric.name, objective.name, (plain,))


def _table(caption: str, rows: tuple[Row, ...], scale: Scale, groups: list[Group]) -> Table:
    found = list(dict.fromkeys(g.widest.over for g in groups if g.widest is not None))
    small = element("circle", class_="seed", cx=7, cy=7, r=3)
    legend: Legend = [
        (element("svg", small, class_="key", width=14, height=14, aria_hidden="true"), "one seed"),
        (dot_key("estimate"), "mean over seeds"),
        *over_legend(found),
    ]
    columns = (
        Column("", "plot"),
        Column("Mean"),
        Column("Against the baseline"),
        Column("Verdict", "text"),
    )
    return Table(caption, "Objective", columns, rows, axis(scale), legend, quiet=True)


def _row(
    teaching: Teaching,
    metric: TeachingMetric,
    objective: Objective,
    group: Group,
    seeds: dict[int, float],
    scale: Scale,
    backdrop: Backdrop,
    baseline: Objective | None,
) -> Row:
    role = "estimate" if objective.role == "taught" else "floor"
    against = baseline.name if baseline else ""
    found = differences_of(teaching, metric.name, objective.name, against)
    cells = (
        Cell(seed_row(group, seeds, scale, role, backdrop)),
        Cell(number(group.value), class_="value"),
        *_difference_cells(objective, found, metric, teaching.threshold),
    )
    part = {"baseline": "baseline", "control": "control", "taught": source(objective.name)}
    under = tuple(filter(None, (objective.note, part[objective.role])))
    return Row(subject(objective.name), cells, under, objective.role, notes_of(group, ()))


def _difference_cells(
    objective: Objective, found: list[Difference], metric: TeachingMetric, threshold: float
) -> tuple[Cell, Cell]:
    chosen = judged(found)
    if chosen is None:
        return (Cell("" if objective.role == "baseline" else "—"), Cell(""))
    intervals = [f"{interval(d.estimate, signed=True)} {OVER[d.estimate.over]}" for d in found]
    difference = Cell(number(chosen.estimate.value, signed=True), "; ".join(intervals).strip())
    return (difference, verdict_cell(verdict(chosen, metric.direction, threshold)))


def _slopes(
    teaching: Teaching,
    seeds: dict[str, dict[int, float]],
    scale: Scale,
    baseline: Objective | None,
) -> list[Slope]:
    if baseline is None:
        return []
    before = seeds[baseline.name]
    drawn = []
    for objective in teaching.objectives:
        after = seeds[objective.name]
        pairs = [Pair(s, before[s], after[s]) for s in before if s in after]
        if objective is not baseline and pairs:
            names = (subject(baseline.name), subject(objective.name))
            drawn.append(Slope(names[1], slope_plot(pairs, scale, names)))
    return drawn
