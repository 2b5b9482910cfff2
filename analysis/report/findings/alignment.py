"""Does the model look where people look? The best explainer between the floor and the ceiling."""

from __future__ import annotations

from analysis.report.content import Alignment, People
from analysis.report.findings.finding import PEOPLE, Finding
from analysis.report.glossary import subject, term
from analysis.report.groups import Group
from analysis.report.ladder import Ladder, ladders, share_of_way
from analysis.report.plots.intervals import Backdrop, axis, interval_row, values_of
from analysis.report.svg import scale_of
from analysis.report.teaching import Direction
from analysis.report.verdict import judged, verdict
from analysis.report.wording import interval_phrase, number, percent, sentence


def alignment_finding(alignment: Alignment, people: People) -> Finding | None:
    """The finding, or None where no metric was measured."""
    ladder = _headline(alignment)
    if ladder is None:
        return None
    who = PEOPLE[people]
    question = f"Does the model look where {who} look?"
    if ladder.best is None:
        return Finding(question, "This cannot be said.", ("No explainer has a defined score.",))
    scale = scale_of(values_of(ladder.rows))
    backdrop = Backdrop(ladder.backdrop.band, _values(ladder.random))
    plot = interval_row(ladder.best, scale, "estimate", backdrop) + axis(scale)
    details = _details(ladder, ladder.best, who, share_of_way(ladder, alignment.normalised))
    answer = _answer(alignment, ladder, ladder.best, who)
    return Finding(question, answer, tuple(details), plot)


def _values(group: Group | None) -> tuple[float, ...]:
    return () if group is None or group.value is None else (group.value,)


def _headline(alignment: Alignment) -> Ladder | None:
    found = ladders(alignment.estimates)
    named = (ladder for ladder in found if ladder.metric == alignment.headline)
    return next(named, found[0] if found else None)


def _answer(alignment: Alignment, ladder: Ladder, best: Group, who: str) -> str:
    above = _beats(alignment, ladder, best, ladder.random)
    reaches = _beats(alignment, ladder, best, ladder.people)
    below = _beats(alignment, ladder, ladder.people, best)
    if above is None:
        return "There is no interval or no floor to judge this by."
    if not above:
        return "Not shown: the best explainer is not clearly better than random marks."
    if ladder.people is None or ladder.people.value is None:
        return "Better than random marks; there is no ceiling to hold it against."
    if below:
        return f"In part: better than random marks, not as well as {who} among themselves."
    if reaches:
        return f"Yes: better than random marks, and above {who} among themselves."
    return f"Better than random marks; how it stands to {who} among themselves is not settled."


def _beats(
    alignment: Alignment, ladder: Ladder, one: Group | None, other: Group | None
) -> bool | None:
    """Whether one is clearly better: by their paired difference, else by intervals that part.

    None where either is undefined, or where neither has an interval.
    """
    if one is None or other is None or one.value is None or other.value is None:
        return None
    direction: Direction = "lower" if ladder.lower_is_better else "higher"
    for first, second, word in ((one, other, "helps"), (other, one, "hurts")):
        paired = judged(
            d
            for d in alignment.differences
            if (d.estimate.name, d.estimate.subject, d.against)
            == (ladder.metric, first.subject, second.subject)
        )
        if paired is not None:
            return verdict(paired, direction).word == word
    if one.widest is None and other.widest is None:
        return None
    return _reach(one, ladder)[0] > _reach(other, ladder)[1]


def _reach(group: Group, ladder: Ladder) -> tuple[float, float]:
    """The widest interval, turned so that more is better; the value alone where there is none."""
    value, widest = group.value or 0.0, group.widest
    low = value if widest is None or widest.low is None else widest.low
    high = value if widest is None or widest.high is None else widest.high
    return (-high, -low) if ladder.lower_is_better else (low, high)


def _details(ladder: Ladder, best: Group, who: str, way: float | None) -> list[str]:
    inside = f" ({interval_phrase(best.widest)})" if best.widest is not None else ""
    n = len(ladder.explainers)
    name = subject(best.subject) + (f", the best of {n} explainers," if n > 1 else "")
    score = f"scores {number(best.value)} on {term(ladder.metric).title}{inside}"
    details = [sentence(f"{name} {score}")]
    details.append(_beside(ladder, who))
    if way is not None:
        details.append(f"That is {percent(way)} of the way from random marks to {who}.")
    if n > 1:
        details.append("The best of several is flattered by having been picked for being the best.")
    return [detail for detail in details if detail]


def _beside(ladder: Ladder, who: str) -> str:
    parts = []
    if ladder.random is not None:
        parts.append(f"random marks reach {number(ladder.random.value)} (dashed)")
    if ladder.people is not None and ladder.people.value is not None:
        parts.append(f"{who} among themselves {number(ladder.people.value)} (green band)")
    return sentence(", ".join(parts))
