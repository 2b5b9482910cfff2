"""A finding: a question, its answer in one line, the numbers behind it, and a small plot."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from analysis.report.content import People


class Finding(NamedTuple):
    """`answer` follows from the numbers in `details` by a rule that the code states."""

    question: str
    answer: str
    details: tuple[str, ...]
    plot: Markup = Markup("")
    legend: str = ""


PEOPLE: dict[People, str] = {
    "real": "people",
    "simulated": "simulated workers",
    "mixed": "people and simulated workers",
}

WORKERS: dict[People, str] = {
    "real": "workers",
    "simulated": "simulated workers",
    "mixed": "workers, some of them simulated,",
}
