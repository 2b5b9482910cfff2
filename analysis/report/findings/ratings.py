"""Whose rationales are rated highest? Judged by whether the widest intervals part."""

from __future__ import annotations

import math

from analysis.report.content import People, Ratings
from analysis.report.findings.finding import PEOPLE, Finding
from analysis.report.groups import Group
from analysis.report.ladder import role_of
from analysis.report.plots.intervals import Backdrop, axis, interval_row
from analysis.report.rated import in_order, point_scale, rated_name
from analysis.report.wording import capital, interval_phrase, listed, number, sentence


def ratings_finding(ratings: Ratings, people: People) -> Finding | None:
    """The finding, or None where nothing was rated."""
    groups = in_order(ratings)
    if not groups:
        return None
    question = f"Whose rationales do {PEOPLE[people]} rate highest?"
    rated = [group for group in groups if group.value is not None]
    if not rated:
        reason = "; ".join(groups[0].notes) or "no mean rating is defined"
        return Finding(question, "This cannot be said.", (sentence(reason),))
    best, others = rated[0], rated[1:]
    scale = point_scale(ratings)
    dashed = Backdrop(lines=tuple(g.value for g in others[:1] if g.value is not None))
    plot = interval_row(best, scale, role_of(best.subject), dashed) + axis(scale)
    return Finding(
        question,
        _answer(best, others, people),
        tuple(_details(ratings, best, others, people)),
        plot,
    )


def _answer(best: Group, others: list[Group], people: People) -> str:
    """Clearly the highest only if its widest interval lies above that of every other.

    Equal means are named together, and without intervals nothing is judged.
    """
    name = rated_name(best.subject, people)
    if not others:
        return sentence(f"only those of {name} were rated")
    level = [g for g in others if math.isclose(g.value or 0.0, best.value or 0.0)]
    if level:
        return sentence(f"those of {_names([best, *level], people)} have the same mean rating")
    if best.widest is None or any(g.widest is None for g in others):
        return sentence(f"those of {name}, but not every mean has an interval to judge by")
    close = [g for g in others if not _parts(best, g)]
    if not close:
        return sentence(f"those of {name}, clearly: the interval lies above every other")
    those = "that" if len(close) == 1 else "those"
    return sentence(
        f"those of {name}, but the interval does not part from {those} of {_names(close, people)}"
    )


def _parts(best: Group, other: Group) -> bool:
    low = best.widest.low if best.widest is not None else None
    high = other.widest.high if other.widest is not None else None
    return low is not None and high is not None and low > high


def _names(groups: list[Group], people: People) -> str:
    return listed(rated_name(group.subject, people) for group in groups)


def _details(ratings: Ratings, best: Group, others: list[Group], people: People) -> list[str]:
    details = [sentence(f"{_mean(best, people)} on a scale from 1 to {ratings.points}")]
    if others:
        details.append(sentence(f"{_mean(others[0], people)} (dashed)"))
        details.append("The best of several is flattered by having been picked for being the best.")
    details.append("A rationale can please without naming what the model uses.")
    return details


def _mean(group: Group, people: People) -> str:
    inside = f" ({interval_phrase(group.widest)})" if group.widest is not None else ""
    return (
        f"{capital(rated_name(group.subject, people))}: mean rating {number(group.value)}{inside}"
    )
