"""From a paired difference to one word, by rule: helps, hurts, not shown, or no verdict.

The rule: the whole interval lies on one side of zero, and p, where there is one, does not exceed the
threshold. Where even the smallest p that the test can give exceeds the threshold, there is no
verdict, and none where nothing was tested. Where neither end of a metric is better, a difference rises or falls.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from analysis.report.glossary import inline, subject, term
from analysis.report.teaching import Difference, Direction, Teaching, TeachingMetric
from analysis.report.wording import defined, interval_phrase, number, sentence

Word = Literal[
    "helps", "hurts", "rises", "falls", "not shown", "no verdict", "not tested", "undefined"
]

SIGNS: dict[Word, str] = {
    "helps": "▲",
    "hurts": "▼",
    "rises": "△",
    "falls": "▽",
    "not shown": "○",
    "no verdict": "◌",
    "not tested": "·",
    "undefined": "—",
}


class Verdict(NamedTuple):
    """The word, and the reason where the word alone does not tell it."""

    word: Word
    reason: str = ""

    @property
    def class_(self) -> str:
        """A class name for the colour."""
        return self.word.replace(" ", "-")


def verdict(difference: Difference, direction: Direction, threshold: float = 0.05) -> Verdict:
    """What a difference shows.

    `undefined` without a value, `not tested` where no test was made, `no verdict` without an interval or where the test is too coarse.
    """
    e = difference.estimate
    if not defined(e.value):
        return Verdict("undefined", e.note)
    if not difference.tested:
        return Verdict("not tested")
    if e.low is None or e.high is None or not (defined(e.low) and defined(e.high)):
        return Verdict("no verdict", e.note or "no interval")
    if difference.smallest_p is not None and difference.smallest_p > threshold:
        reason = f"the smallest p possible here is {number(difference.smallest_p, 4)}"
        return Verdict("no verdict", f"{reason}, above {threshold:g}")
    if e.low <= 0 <= e.high:
        return Verdict("not shown", "the interval holds zero")
    if difference.p is not None and difference.p > threshold:
        return Verdict("not shown", f"p = {p_text(difference.p)}, above {threshold:g}")
    return Verdict(_word(e.low > 0, direction))


def _word(up: bool, direction: Direction) -> Word:
    if direction == "neither":
        return "rises" if up else "falls"
    return "helps" if up == (direction == "higher") else "hurts"


def p_text(p: float | None) -> str:
    """A p-value to three decimals, `< 0.001` below that."""
    if p is not None and defined(p) and p < 0.001:
        return "< 0.001"
    return number(p)


def p_phrase(p: float) -> str:
    """`p = 0.031` or `p < 0.001`, kept on one line."""
    text = p_text(p)
    words = f"p {text}" if text.startswith("<") else f"p = {text}"
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def differences_of(
    teaching: Teaching, metric: str, objective: str, against: str
) -> list[Difference]:
    """The differences of an objective against another on a metric, one per thing resampled."""
    return [
        d
        for d in teaching.differences
        if (d.estimate.name, d.estimate.subject, d.against) == (metric, objective, against)
    ]


def judged(differences: Iterable[Difference]) -> Difference | None:
    """The difference to judge by: the one with the widest interval, else the first."""
    return max(differences, key=_width, default=None)


def _width(difference: Difference) -> float:
    e = difference.estimate
    if e.low is None or e.high is None or not (defined(e.low) and defined(e.high)):
        return -1.0
    return e.high - e.low


def phrase(difference: Difference) -> str:
    """`+0.208 (95% interval 0.150 to 0.266 over seeds)`."""
    e = difference.estimate
    inside = interval_phrase(e, signed=True)
    return number(e.value, signed=True) + (f" ({inside})" if inside else "")


def verdict_sentence(difference: Difference, metric: TeachingMetric, threshold: float) -> str:
    """`Attention supervision against vanilla on AUROC: +0.2 (95% interval …): helps.`"""
    found = verdict(difference, metric.direction, threshold)
    reason = f" ({found.reason})" if found.reason else ""
    pair = f"{subject(difference.estimate.subject)} against {inline(difference.against)}"
    title = term(metric.name).title
    return sentence(f"{pair} on {title}: {phrase(difference)}: {found.word}{reason}")
