"""What a page asks for around its items: which parts of the protocol it carries, and its checks.

A page carries only what it uses: every byte counts towards the most that a market takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from db.errors import ConfigError
from hits.studies.base import Question

ATTEMPTS = 2
"""How often a worker may answer the checks; `checks.js` counts."""


@dataclass(frozen=True)
class Check:
    """One question on the instructions, asked before the items.

    `right` is the index of the right option; `why` is said after a wrong answer. The right
    answer stands in the page's source, as everything does that a page decides by itself: a check
    sees who has not read, it does not keep out who wants to cheat.
    """

    question: str
    options: tuple[str, ...]
    right: int
    why: str

    def __post_init__(self) -> None:
        """ConfigError where the check cannot be asked or cannot be answered."""
        place = f"the comprehension check {self.question!r}"
        if not self.question.strip() or not self.why.strip():
            raise ConfigError(f"{place} needs a question, and a 'why' for who answers it wrongly")
        if len(set(self.options)) < max(2, len(self.options)):
            raise ConfigError(f"{place} needs at least two options, all of them different")
        if not 0 <= self.right < len(self.options):
            raise ConfigError(
                f"{place}: the right option is said to be number {self.right + 1}, but there are "
                f"{len(self.options)} options"
            )


class Asks(Protocol):
    """The facts of a page that decide what it carries; see `hits.render.PageFacts`."""

    @property
    def consent_page(self) -> str: ...
    @property
    def debriefing(self) -> str: ...
    @property
    def comprehension(self) -> Sequence[Check]: ...
    @property
    def practice(self) -> bool: ...


def protocol_parts(facts: Asks, questions: Iterable[Question]) -> tuple[str, ...]:
    """The files that a page needs beside those of its widgets, in the order in which they run."""
    stages = (
        (facts.consent_page, "consent.js"),
        (facts.comprehension, "checks.js"),
        (any(question.phases for question in questions), "phases.js"),
        (facts.practice, "practice.js"),
        (facts.practice, "practice.css"),
        (facts.debriefing, "debriefing.js"),
    )
    wanted = tuple(name for used, name in stages if used)
    staged = facts.consent_page or facts.comprehension or facts.debriefing
    return ("stages.css", "stages.js", *wanted) if staged else wanted
