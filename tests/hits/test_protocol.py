"""Which parts a page carries, and which checks can be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.errors import ConfigError
from hits.protocol import Check, protocol_parts
from hits.render import PageFacts, Shell
from hits.studies.base import Question
from hits.studies.panels import Panel, ShownItem, StudyError

FACTS = PageFacts("title", "$1", 2, "Read.", "I agree.")
PLAIN = Question("label", "Which?", "nominal")
PHASED = replace(PLAIN, phases=("before",))


@pytest.mark.parametrize(
    ("options", "right", "why", "said"),
    [
        (("a",), 0, "w", "at least two options"),
        (("a", "a"), 0, "w", "all of them different"),
        (("a", "b"), 2, "w", "number 3, but there are 2 options"),
        (("a", "b"), -1, "w", "number 0, but there are 2 options"),
        (("a", "b"), 0, " ", "'why'"),
    ],
)
def test_a_check_that_cannot_be_asked_is_refused_by_name(
    options: tuple[str, ...], right: int, why: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=rf"'What\?'.*{said}"):
        Check("What?", options, right, why)


@pytest.mark.parametrize(
    ("facts", "question", "parts"),
    [
        ({}, PLAIN, ()),
        ({}, PHASED, ("phases.js",)),
        ({"practice": True}, PLAIN, ("practice.js", "practice.css")),
        ({"consent_page": "c"}, PLAIN, ("stages.css", "stages.js", "consent.js")),
        ({"debriefing": "d"}, PHASED, ("stages.css", "stages.js", "phases.js", "debriefing.js")),
    ],
)
def test_a_page_carries_the_parts_that_it_uses(
    facts: dict[str, Any], question: Question, parts: tuple[str, ...]
) -> None:
    assert protocol_parts(replace(FACTS, **facts), [question]) == parts


def test_practice_items_need_pages_that_announce_them() -> None:
    shown = ShownItem("i", (Panel("text", "a", ((0, 1),)),), practice={"label": "positive"})
    with pytest.raises(StudyError, match="practice item"):
        Shell("highlight", {}, FACTS).data([shown])
    assert '"practice":{"label":"positive"}' in Shell(
        "highlight", {}, replace(FACTS, practice=True)
    ).data([shown])
