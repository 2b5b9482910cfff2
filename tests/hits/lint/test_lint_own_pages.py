"""konkyo's own pages, of every study and kind of thing, are clean by its own standards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from looking import in_file

from hits.protocol import Check
from hits.render import LARGEST_QUESTION, PageFacts, Shell, html_question
from hits.studies import STUDIES, load_study
from hits.studies.panels import Choice, Panel, Picture, ShownItem, StudyError

FACTS = PageFacts(
    title="Judge these <texts>",
    pay="$0.50",
    minutes=2,
    hourly="$15",
    instructions="Read.\n\n- **Then** answer.",
    consent="By submitting you agree.",
    consent_page="# Who we are\n\nA laboratory.",
    debriefing="Thank you.",
    comprehension=(Check("Where are the answers?", ("Here", "There"), 0, "They are here."),),
)
OWN: dict[str, Any] = {
    "name": "fluency",
    "title": "How fluent is it?",
    "instructions": "Read it.",
    "fields": ["text"],
    "questions": [
        {"name": "fluent", "text": "Fluent?", "level": "ordinal", "values": ["no", "rather", "yes"]}
    ],
    "html": '<p>${text}</p><fieldset><legend>Fluent?</legend>'
    + "".join(f'<label><input type="radio" name="fluent" value="{n}">{n}</label>' for n in "123")
    + "</fieldset>",
}  # fmt: skip
HOSTILE = "</script> ${x} {{ task.input.x }} <form> ]]> \U0001f600 \x0b"
SCORES = {"text": 2, "pair": 4, "row": 2, "image": 4}
EACH = [(name, kind) for name in STUDIES for kind in load_study(name).kinds]


def settings(name: str) -> dict[str, Any]:
    return OWN if name == "own" else {}


def panel(kind: str, **more: Any) -> Panel:
    """Something to see, with a rationale on it."""
    spans, words = ((0, 2), (3, 5)), f"ab cd {HOSTILE}"
    own: dict[str, dict[str, Any]] = {
        "text": {"text": words, "offsets": spans},
        "pair": {"text": words, "offsets": spans, "text_pair": words, "offsets_pair": spans},
        "row": {"names": ("a", HOSTILE), "values": (HOSTILE, "2")},
        "image": {"picture": Picture("data:image/png;base64,AA==", 4, 4, HOSTILE), "grid": (2, 2)},
        "words": {"words": ("a", HOSTILE)},
    }
    given = own[kind] | more
    return Panel(kind, **given)  # type: ignore[arg-type]


def candidates(kind: str) -> Iterator[ShownItem]:
    """Items of many builds, of which every study takes some."""
    scores = tuple(float(n) for n in range(1, SCORES[kind] + 1))
    plain, words = panel(kind), panel("words")
    heated = panel(kind, scores=scores, presentation="heat", label="good")
    topped = panel(kind, scores=scores, presentation="top", label="good")
    labelled = panel("words", label="good")
    firsts = (plain, heated, topped, words, labelled, panel(kind, label="good"))
    phases = ("", "before", "learn", "after")
    for first, other, n, phase in product(firsts, firsts, range(12), phases):
        panels = (first, *(other,) * n)
        texts = (Choice(text="good"), Choice(text="bad"))
        of_panels = tuple(Choice(panel=at) for at in range(n + 1))
        of_rest = tuple(Choice(panel=at) for at in range(1, n + 1))
        for choices in ((), texts, texts * 2, of_panels, of_rest):
            yield ShownItem("i1", panels, choices, phase)


def item(name: str, kind: str) -> ShownItem:
    """The first of them that the study would show."""
    study = load_study(name)
    complete = study.check_settings(settings(name))
    for one in candidates(kind):
        try:
            study.check_item(one, complete)
        except StudyError:
            continue
        return one
    raise AssertionError(f"no item of the kind {kind} is shown by {name}")


@pytest.mark.parametrize(("name", "kind"), EACH)
def test_a_rendered_page_is_clean_as_html_and_as_a_question(
    tmp_path: Path, name: str, kind: str
) -> None:
    html = Shell(name, settings(name), FACTS, kind).page([item(name, kind)])
    report = in_file(tmp_path, html)
    assert (report.kind, report.findings) == ("page", ())
    question = html_question(html)
    assert report.bytes == len(question.encode()) <= LARGEST_QUESTION
    assert in_file(tmp_path, question, "task.xml").findings == ()


@pytest.mark.parametrize(("name", "kind"), EACH)
def test_a_page_for_a_market_with_a_form_of_its_own_is_clean(
    tmp_path: Path, name: str, kind: str
) -> None:
    shell = Shell(name, settings(name), FACTS, kind)
    data = shell.data([item(name, kind)]).replace('"', '""')
    report = in_file(tmp_path, shell.fragment(), csv=f'konkyo\n"{data}"\n')
    assert (report.kind, report.findings) == ("fragment", ())
