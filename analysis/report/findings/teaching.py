"""Does teaching with human rationales help? Judged by the paired differences and the controls."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from analysis.report.content import Difference, Objective, People, Teaching, TeachingMetric
from analysis.report.findings.finding import PEOPLE, Finding
from analysis.report.glossary import inline
from analysis.report.groups import Group
from analysis.report.plots.intervals import Backdrop, axis, interval_row, values_of
from analysis.report.svg import scale_of
from analysis.report.verdict import Word, differences_of, judged, phrase, verdict, verdict_sentence
from analysis.report.wording import listed, sentence

ANSWERS: dict[Word, str] = {
    "helps": "improves",
    "hurts": "gets worse",
    "rises": "rises",
    "falls": "falls",
    "not shown": "is not shown to change",
    "no verdict": "allows no verdict",
    "not tested": "was not tested",
    "undefined": "is undefined",
}


class Control(NamedTuple):
    """A control, the difference of teaching against it, and whether teaching clearly beats it."""

    name: str
    difference: Difference
    beaten: bool


def teaching_finding(teaching: Teaching, people: People) -> Finding | None:
    """The finding, or None where nothing was taught or there is no baseline."""
    taught = _headline(teaching)
    baseline = next((o for o in teaching.objectives if o.role == "baseline"), None)
    if taught is None or baseline is None:
        return None
    pairs = [
        (metric, difference)
        for metric in _metrics(teaching)
        if (difference := judged(differences_of(teaching, metric.name, taught.name, baseline.name)))
    ]
    who = PEOPLE[people]
    question = f"Does teaching the model what {who} said help?"
    if not pairs:
        return Finding(question, "This cannot be said: nothing was compared.", ())
    details = [
        verdict_sentence(difference, metric, teaching.threshold) for metric, difference in pairs
    ]
    metric, difference = pairs[0]
    controls: list[Control] = []
    if _word(teaching, metric, difference) == "helps":
        controls = _controls(teaching, metric, taught)
        details += _told(controls)
    answer = _answer(teaching, pairs, controls, who)
    return Finding(question, answer, tuple(details), _plot(difference))


def _headline(teaching: Teaching) -> Objective | None:
    taught = [o for o in teaching.objectives if o.role == "taught"]
    named = (o for o in taught if o.name == teaching.headline)
    return next(named, taught[0] if taught else None)


def _metrics(teaching: Teaching) -> list[TeachingMetric]:
    """The first metric of alignment and the first of the task."""
    found = (
        next((m for m in teaching.metrics if m.kind == kind), None)
        for kind in ("alignment", "task")
    )
    return [metric for metric in found if metric is not None]


def _word(teaching: Teaching, metric: TeachingMetric, difference: Difference) -> Word:
    return verdict(difference, metric.direction, teaching.threshold).word


def _answer(
    teaching: Teaching,
    pairs: list[tuple[TeachingMetric, Difference]],
    controls: list[Control],
    who: str,
) -> str:
    words = {"alignment": f"alignment with {who}", "task": "performance on the task"}
    parts = [f"{words[m.kind]} {ANSWERS[_word(teaching, m, d)]}" for m, d in pairs]
    unbeaten = [control.name for control in controls if not control.beaten]
    if unbeaten:
        parts[0] += f", but is not shown to beat {listed(unbeaten)} rationales"
    return sentence("; ".join(parts))


def _controls(teaching: Teaching, metric: TeachingMetric, taught: Objective) -> list[Control]:
    """The controls that the objective was compared with: those whose rationales say nothing."""
    found = []
    for objective in (o for o in teaching.objectives if o.role == "control"):
        against = judged(differences_of(teaching, metric.name, taught.name, objective.name))
        if against is not None:
            beaten = _word(teaching, metric, against) == "helps"
            found.append(Control(inline(objective.name), against, beaten))
    return found


def _told(controls: list[Control]) -> list[str]:
    if not controls:
        return ["No control was compared, so what people said may not be the reason."]
    says = {True: "teaching helps more", False: "teaching is not shown to help more"}
    return [
        sentence(f"Against the control “{c.name}”: {phrase(c.difference)}; {says[c.beaten]}")
        for c in controls
    ]


def _plot(difference: Difference) -> Markup:
    group = Group(difference.estimate.name, "", (difference.estimate,))
    scale = scale_of(values_of([group]), keep=(0.0,))
    return interval_row(group, scale, "estimate", Backdrop(lines=(0.0,))) + axis(scale)
