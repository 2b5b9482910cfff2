"""Do workers agree with each other? Judged by the widest interval of the headline coefficient."""

from __future__ import annotations

from analysis.report.content import Agreement, People
from analysis.report.findings.finding import WORKERS, Finding
from analysis.report.glossary import term
from analysis.report.groups import Group, grouped
from analysis.report.nouns import worded
from analysis.report.plots.intervals import Backdrop, axis, interval_row, values_of
from analysis.report.svg import scale_of
from analysis.report.wording import (
    UNDEFINED,
    capital,
    intervals_phrase,
    number,
    plain,
    sentence,
)
from db.words import counted

RELIABLE, TENTATIVE = 0.8, 0.667


def agreement_finding(agreement: Agreement, people: People) -> Finding | None:
    """The finding, or None where there is no coefficient at all."""
    group = _headline(agreement)
    if group is None:
        return None
    who = WORKERS[people]
    question = f"Do {who.rstrip(',')} agree with each other?"
    if group.value is None:
        reason = "; ".join(group.notes) or "the coefficient is undefined"
        return Finding(question, "This cannot be said.", (sentence(reason),))
    scale = scale_of(values_of([group]), keep=(0.0, 1.0))
    plot = interval_row(group, scale, "estimate", Backdrop(lines=_marks(group))) + axis(scale)
    return Finding(question, sentence(_answer(group, who)), tuple(_details(group)), plot)


def _headline(agreement: Agreement) -> Group | None:
    groups = grouped(agreement.estimates)
    named = (g for g in groups if g.name == agreement.headline)
    return next(named, groups[0] if groups else None)


def _is_alpha(group: Group) -> bool:
    return "alpha" in group.name.lower()


def _marks(group: Group) -> tuple[float, ...]:
    return (TENTATIVE, RELIABLE) if _is_alpha(group) else ()


def _answer(group: Group, who: str) -> str:
    widest = group.widest
    if widest is None or widest.low is None or widest.high is None:
        return f"{capital(who)} reach {number(group.value)}, with no interval to judge by"
    if not _is_alpha(group):
        return f"{capital(who)} reach {number(group.value)} on {term(group.name).title}"
    return f"{capital(who)} {_level(widest.low, widest.high)}"


def _level(low: float, high: float) -> str:
    """The words for an interval of alpha, after Krippendorff's two levels."""
    if low >= RELIABLE:
        return "agree reliably"
    if low >= TENTATIVE:
        return "agree well enough for tentative conclusions"
    if low <= 0:
        return "are not shown to agree beyond chance"
    if high < TENTATIVE:
        return "agree more than chance would, but not reliably"
    return "agree more than chance would; whether reliably is not settled"


def _details(group: Group) -> list[str]:
    about = f" ({plain(group.subject)})" if group.subject else ""
    phrases = intervals_phrase(group.drawn)
    value = f"{term(group.name).title}{about} is {number(group.value)}"
    details = [sentence(f"{value}, {phrases}" if phrases else value)]
    if _is_alpha(group):
        details.append(
            f"Krippendorff (2004) asks for {RELIABLE:.3f}, and for {TENTATIVE:.3f} where "
            "conclusions are tentative (dashed). Below that, read the share of workers who marked "
            f"{worded('a token')}, not any single worker's marks."
        )
    size = group.size
    if size is not None and size.n_workers is not None and size.n_units is not None:
        units, workers = counted(size.n_units, "unit"), counted(size.n_workers, "worker")
        details.append(f"Made from {units} and {workers}.")
    return [detail for detail in details if UNDEFINED not in detail]
