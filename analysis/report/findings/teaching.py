"""Does teaching with human rationales help? Judged by the paired differences and the controls."""

from __future__ import annotations

from markupsafe import Markup

from analysis.report.content import Difference, Objective, People, Teaching, TeachingMetric
from analysis.report.findings.finding import PEOPLE, Finding
from analysis.report.glossary import inline, subject, term
from analysis.report.groups import Group
from analysis.report.plots.intervals import Backdrop, axis, interval_row, values_of
from analysis.report.svg import scale_of
from analysis.report.verdict import Word, differences_of, judged, phrase, verdict
from analysis.report.wording import sentence

ANSWERS: dict[Word, str] = {
    "helps": "improves",
    "hurts": "gets worse",
    "rises": "rises",
    "falls": "falls",
    "not shown": "is not shown to change",
    "no verdict": "allows no verdict",
    "undefined": "is undefined",
}


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
    details = [_detail(teaching, metric, taught, difference) for metric, difference in pairs]
    details += _controls(teaching, pairs, taught)
    return Finding(question, _answer(teaching, pairs, who), tuple(details), _plot(pairs[0][1]))


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


def _answer(teaching: Teaching, pairs: list[tuple[TeachingMetric, Difference]], who: str) -> str:
    words = {"alignment": f"alignment with {who}", "task": "performance on the task"}
    parts = [
        f"{words[m.kind]} {ANSWERS[verdict(d, m.direction, teaching.threshold).word]}"
        for m, d in pairs
    ]
    return sentence("; ".join(parts))


def _detail(
    teaching: Teaching, metric: TeachingMetric, taught: Objective, difference: Difference
) -> str:
    found = verdict(difference, metric.direction, teaching.threshold)
    reason = f" ({found.reason})" if found.reason else ""
    return sentence(
        f"{subject(taught.name)} against {inline(difference.against)} on {term(metric.name).title}: "
        f"{phrase(difference)}: {found.word}{reason}"
    )


def _controls(
    teaching: Teaching, pairs: list[tuple[TeachingMetric, Difference]], taught: Objective
) -> list[str]:
    """Whether what helps also helps more than rationales that say nothing."""
    metric, difference = pairs[0]
    if verdict(difference, metric.direction, teaching.threshold).word != "helps":
        return []
    sentences = []
    for control in (o for o in teaching.objectives if o.role == "control"):
        against = judged(differences_of(teaching, metric.name, taught.name, control.name))
        if against is None:
            continue
        better = verdict(against, metric.direction, teaching.threshold).word == "helps"
        says = "teaching helps more" if better else "teaching is not shown to help more"
        name = inline(control.name)
        sentences.append(sentence(f"Against the control “{name}”: {phrase(against)}; {says}"))
    return sentences


def _plot(difference: Difference) -> Markup:
    group = Group(difference.estimate.name, "", (difference.estimate,))
    scale = scale_of(values_of([group]), keep=(0.0,))
    return interval_row(group, scale, "estimate", Backdrop(lines=(0.0,))) + axis(scale)
