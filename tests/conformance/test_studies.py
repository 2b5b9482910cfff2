"""What every study type promises, tried on each and on every kind of instance: a new study file is
tested without touching this one.

The pages are tried in a real browser, framed as a market frames them, and answered from the
keyboard alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from db import masks
from db.errors import ConfigError
from hits.answers import read_fields, read_konkyo
from hits.page import study_page_data, visible
from hits.render import PageTooLarge, Shell, html_question
from hits.studies.base import Asked, Question, asked_in
from hits.studies.panels import PRESENTATIONS, Panel, ShownItem, StudyError

sys.path.insert(0, str(Path(__file__).parents[1] / "hits" / "studies"))
from placeholders import Template
from workbench import FACTS, Desk, Market, answer_xml, chromium

from tests.conformance.cases import CASES, EVERY, TEXTS, Case

each = pytest.mark.parametrize("case", EVERY, ids=str)
each_text = pytest.mark.parametrize("case", TEXTS, ids=str)
HOSTILE = [
    "<script>alert(1)</script>", "</script>", "<!--", "-->", "]]>", "${x}", "{{x}}", "&amp;", "&#0;",
    '"', "'", "\\", "\\u0041", "😀", "👩🏽\u200d🚀", "e\u0301\u0323", "\u0301", "שלום", "(قال)", "C++",
    "\u202e", "\u2028", "\u200b", "\ufeff", "\x00", "\x0b", "\x1f", "\r", "\x7f", "\x85", "\ud800",
    "\udfff", "\ufffe", "\uffff", "漢字", "%s", "javascript:alert(1)", "\U0010ffff",
]  # fmt: skip
PREVIEWS: list[dict[str, str]] = [
    {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "turkSubmitTo": "http://127.0.0.1:9"},
    {"hitId": "H1"},
]


def render(case: Case, items: list[ShownItem]) -> str:
    """The page with these items."""
    return Shell(case.study, case.settings, FACTS, case.kind).page(items)


def read_back(case: Case, fields: dict[str, str], items: list[ShownItem]) -> list[dict[str, Any]]:
    """From a form's fields through answer XML to question → value, as a collection does it."""
    sent = read_konkyo(read_fields(answer_xml(fields)), case.study, [i.id for i in items])
    return [
        case.loaded.read(entry, case.asked(shown), case.settings)
        for entry, shown in zip(sent.items, items, strict=True)
    ]


def posed(case: Case, shown: ShownItem) -> list[Question]:
    """The questions asked of an item."""
    return asked_in(case.loaded.questions(case.settings), shown.phase)


@each
def test_every_question_has_one_widget_with_its_options(case: Case) -> None:
    if case.study == "own":
        return  # its controls are the user's; `konkyo lint` holds them against the questions
    template = Template(render(case, case.page()))
    asked = case.loaded.questions(case.settings)
    # Marks of several kinds are made in one widget.
    assert template.options == {q.name: q.values for q in asked if not q.name.startswith("marks.")}
    assert template.inputs == ["assignmentId", "konkyo"]


@each
def test_every_widget_of_the_page_has_its_script(case: Case) -> None:
    html = render(case, case.page())
    assert Template(html).widgets <= set(re.findall(r"widgets\.(\w+) ?=", html)) | {"own"}


@each
def test_page_data_hold_the_items_and_the_settings_but_no_secret(case: Case) -> None:
    items = case.page()
    data = study_page_data(render(case, items))
    assert (data["v"], data["study"]) == (2, case.study)
    assert data["settings"] == {k: v for k, v in case.settings.items() if k != "html"}
    for entry, shown in zip(data["items"], items, strict=True):
        assert set(entry) <= {"id", "panels", "choices", "phase", "practice"}
        assert [panel["kind"] for panel in entry["panels"]] == [p.kind for p in shown.panels]
    # Neither who explained nor what is known of the answer reaches the page.
    told = json.dumps(data["items"])
    for secret in ("explainer0", "explainer1", "target", "intruder", "condition", "gold"):
        assert secret not in told


@each
def test_settings_are_filled_in_and_unknown_ones_refused_by_name(case: Case) -> None:
    study, complete = case.loaded, case.settings
    assert study.check_settings(complete) == complete
    assert json.loads(json.dumps(complete)) == complete
    with pytest.raises(ConfigError, match="no setting 'coulour'"):
        study.check_settings({**complete, "coulour": "red"})


@each
def test_a_page_without_items_or_with_one_twice_is_refused(case: Case) -> None:
    with pytest.raises(StudyError, match="at least one item"):
        render(case, [])
    with pytest.raises(StudyError, match="twice"):
        render(case, [case.item(), case.item()])


@pytest.mark.parametrize("kind", list(PRESENTATIONS))
def test_an_unknown_presentation_is_refused_with_those_there_are(kind: Any) -> None:
    with pytest.raises(StudyError, match=r"no presentation 'sideways' .*plain"):
        Panel(kind, presentation="sideways")


@each_text
def test_an_item_with_nothing_to_see_is_refused(case: Case) -> None:
    if case.study in ("own", "intrude"):
        return  # a user's page may show nothing; an intruder test shows its choices
    n = len(case.item().panels)
    with pytest.raises(StudyError, match="item 'i' has no words"):
        case.loaded.check_item(ShownItem("i", (Panel("text"),) * n), case.settings)


@each_text
def test_a_page_over_the_limit_is_refused_with_its_size_and_what_to_do(case: Case) -> None:
    long = " ".join(f"word{at}" for at in range(900))
    many = [case.item(f"i{at}", long) for at in range(400 if case.study == "intrude" else 40)]
    if case.study in ("guess", "intrude"):  # they show a few words, however long the text
        many = [case.item(f"i{at}", long) for at in range(900)]
    with pytest.raises(PageTooLarge, match=r"takes [\d,]+ bytes.*fewer items on each HIT"):
        html_question(render(case, many))


@pytest.mark.parametrize("case", [c for c in TEXTS if c.study in ("highlight", "rate")], ids=str)
def test_five_texts_of_three_hundred_words_fit_on_a_page(case: Case) -> None:
    text = " ".join(f"word{at % 97}" for at in range(300))
    items = [case.item(f"i{at}", text) for at in range(5)]
    assert len(html_question(render(case, items)).encode()) < 65_535


def answers_to(case: Case, question: Question, asked: Asked) -> st.SearchStrategy[Any]:
    """Every possible answer to a question: what the page sends, and what is read from it."""
    if question.form == "marks" and asked.size is not None:
        height, width = asked.size[1], asked.size[0]
        seeds = st.integers(0, 50).map(lambda seed: _mask(height, width, seed))
        return seeds.map(
            lambda m: ({question.name: masks.encode(m), "nothing": not m.any()}, masks.encode(m))
        )
    if question.form == "marks" and case.settings.get("mark_labels"):
        return marks_of_kinds(case, question, asked)
    if question.form == "marks":
        sets = st.sets(st.integers(0, asked.n_units - 1))
        return sets.map(lambda s: ({question.name: sorted(s), "nothing": not s}, sorted(s)))
    if question.form == "text":
        words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
        return words.map(lambda text: ({question.name: text}, text.strip()))
    values: list[Any] = list(question.values)
    if question.form == "pick":
        values = [*range(asked.n_choices), *values]
    as_sent = str if case.study == "own" else lambda value: value
    return st.sampled_from(values).map(lambda value: ({question.name: as_sent(value)}, value))


def marks_of_kinds(case: Case, question: Question, asked: Asked) -> st.SearchStrategy[Any]:
    """Marks that each are of one kind: the page sends them once, under the name of all marks."""
    kinds = case.settings["mark_labels"]
    one = st.sampled_from([None, *kinds])
    drawn = st.lists(one, min_size=asked.n_units, max_size=asked.n_units)

    def sent(of: list[str | None]) -> tuple[dict[str, Any], dict[str, list[int]]]:
        by_kind = {k: [at for at, mine in enumerate(of) if mine == k] for k in kinds}
        every = sorted(at for marks in by_kind.values() for at in marks)
        read = {"marks": every} | {f"marks.{k}": marks for k, marks in by_kind.items()}
        return {"marks": by_kind, "nothing": not every}, read

    return drawn.map(sent)


def _mask(height: int, width: int, seed: int) -> Any:
    """A mask of some seed; of seed 0, nothing marked."""
    return np.random.default_rng(seed).random((height, width)) < seed / 60


@each
@settings(max_examples=12, deadline=None)  # for each of over fifty cases
@given(data=st.data())
def test_every_possible_answer_comes_back_as_it_was_given(case: Case, data: st.DataObject) -> None:
    items = case.page(3)
    expected, entries = [], []
    for position, one in enumerate(items):
        sent: dict[str, Any] = {}
        known: dict[str, Any] = {}
        for question in posed(case, one):
            if question.name.startswith("marks."):
                continue  # sent together with all marks
            given_fields, value = data.draw(answers_to(case, question, case.asked(one)))
            sent |= given_fields
            known |= (
                value if isinstance(value, dict) and "marks" in value else {question.name: value}
            )
        milliseconds = data.draw(st.integers(0, 9999))
        entries.append({"id": one.id, "position": position, **sent, "ms": milliseconds})
        expected.append(known)
    facts = {"active_ms": 5, "focus_losses": 0, "pastes": 0}
    said = json.dumps({"v": 1, "study": case.study, "items": entries, "facts": facts})
    assert read_back(case, {"assignmentId": "A1", "konkyo": said}, items) == expected


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    return browser.new_page()


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    one = Market()
    yield one
    one.close()


def answer_by_keyboard(desk: Desk, n_presses: int = 400) -> None:
    """Do the whole page with Tab, Space and Enter: answer what is reached, then move on."""
    answered: set[tuple[str, str]] = set()
    for _ in range(n_presses):
        desk.page.keyboard.press("Tab")
        place = desk.focus()
        question = (place["item"], place["question"])
        if place["question"] and question not in answered:
            _answer(desk, place)
            answered.add(question)
        elif place["id"] == "konkyo-next":
            desk.page.keyboard.press("Enter")
        elif place["id"] == "konkyo-submit":
            desk.press_here()
            return
    raise AssertionError(f"not submitted after {n_presses} presses of Tab")


def _answer(desk: Desk, place: dict[str, Any]) -> None:
    """Answer the question that the keyboard is at."""
    if place["writes"]:
        desk.page.keyboard.type("words")
    else:
        desk.page.keyboard.press("Space")


@pytest.mark.browser
@each
def test_a_whole_page_is_answered_with_the_keyboard_alone(
    case: Case, page: Page, market: Market
) -> None:
    items = case.page(2)
    desk = market.open(page, render(case, items))
    answer_by_keyboard(desk)
    fields = desk.submitted()
    assert set(fields) == {"assignmentId", "konkyo"}
    assert (fields["assignmentId"], market.paths) == ("A1", ["/s/token/mturk/externalSubmit"])
    answers = read_back(case, fields, items)
    assert [list(answer) for answer in answers] == [
        [question.name for question in posed(case, shown)] for shown in items
    ]
    assert desk.errors == []
    ours = (market.url, "data:")
    assert all(url.startswith(ours) for url in desk.requests), "the page asked outside"


@pytest.mark.browser
@each_text
def test_hostile_text_reaches_the_reader_as_the_characters_it_is(
    case: Case, page: Page, market: Market
) -> None:
    hostile = case.item("<i>&amp;", " ".join(HOSTILE) + "\r\n\tend")
    items = [hostile]
    xml = html_question(render(case, items))
    assert max(xml) <= "\uffff"
    assert visible(xml) == xml
    # The market takes the page out of the XML; an XML parser must hand over what was put in.
    desk = market.open(page, carried_html(xml))
    shown = [token for panel in hostile.panels for token in (*panel.tokens, *panel.values)]
    shown = shown if case.study != "own" else list(hostile.panels[0].values)
    shown += [choice.text for choice in hostile.choices if choice.panel is None]
    seen = desk.words() if case.study != "intrude" else desk.cards()
    assert sorted(seen) == sorted(visible(text) for text in shown)
    assert [visible(t) for t in ("\x00", "\ud800", "\ufffe")] == ["␀", "\ufffd", "\ufffd"]
    answer_by_keyboard(desk, 600)
    assert json.loads(desk.submitted()["konkyo"])["items"][0]["id"] == "<i>&amp;"
    assert desk.errors == []


def carried_html(xml: str) -> str:
    """The HTML inside an HTMLQuestion, as the market's XML parser sees it."""
    root = ElementTree.fromstring(xml)
    space = root.tag.removesuffix("HTMLQuestion")
    assert root.findtext(f"{space}FrameHeight") == "0"
    html: str = root.findtext(f"{space}HTMLContent")
    return html


@pytest.mark.browser
@each_text
@pytest.mark.parametrize("query", PREVIEWS, ids=["not available", "missing"])
def test_a_preview_shows_everything_says_why_and_sends_nothing(
    case: Case, query: dict[str, str], page: Page, market: Market
) -> None:
    desk = market.open(page, render(case, [case.item()]), query)
    assert desk.words() or desk.cards()
    assert "preview" in desk.frame.locator("#konkyo-notice").inner_text()
    desk.frame.locator("#konkyo-submit").press("Enter")
    assert "accept the task" in desk.frame.locator("#konkyo-status").inner_text()
    desk.page.wait_for_timeout(200)
    assert market.posted == []
    assert not any(message["konkyo"] == "autosave" for message in desk.heard())


@pytest.mark.browser
@pytest.mark.parametrize("case", [c for c in TEXTS if c.study not in ("own", "simulate")], ids=str)
def test_an_unfinished_page_points_to_what_is_missing(
    case: Case, page: Page, market: Market
) -> None:
    desk = market.open(page, render(case, case.page(2)))
    desk.frame.get_by_role("button", name="Text 2 of 2, not finished").click()
    desk.frame.get_by_role("button", name="Submit").click()
    problems = desk.frame.get_by_role("alert")
    assert problems.get_by_role("button").all_inner_texts() == ["Text 1", "Text 2"]
    assert desk.focus()["question"] == case.loaded.questions(case.settings)[0].name
    assert desk.frame.locator(".item:not([hidden]) h2").first.inner_text() == "Text 1 of 2"
    assert market.posted == []


@pytest.mark.browser
@each_text
def test_what_was_entered_survives_leaving_and_coming_back(
    case: Case, page: Page, market: Market
) -> None:
    items = [case.item()]
    html = render(case, items)
    desk = market.open(page, html)
    first = desk.frame.locator(".item input:not([type=hidden])").first
    writes = first.get_attribute("type") == "text"
    first.fill("words") if writes else first.check()
    page.wait_for_function("heard.some(message => message.konkyo === 'autosave')")
    again = market.open(page, html, saved=json.dumps(page.evaluate("saved")))
    if writes:
        page.wait_for_timeout(100)
        assert again.frame.locator(".item input").first.input_value() == "words"
    else:
        again.frame.locator(".item input:checked").first.wait_for()
    answer_by_keyboard(again)
    question = case.loaded.questions(case.settings)[0]
    kept = read_back(case, again.submitted(), items)[0][question.name]
    assert str(kept).startswith("words") if writes else kept in (0, *question.values[:1])


def test_every_study_is_tried_on_every_kind_it_shows() -> None:
    assert {(case.study, case.kind) for case in CASES} == {
        (case.study, kind) for case in CASES for kind in case.loaded.kinds
    }


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["text", "row"])
def test_undo_changes_nothing_that_is_frozen(kind: str, page: Page, market: Market) -> None:
    case = Case("highlight", kind)
    desk = market.open(page, render(case, [case.item()]))
    mark = desk.frame.locator(".w[data-i='0']" if kind == "text" else "tbody input").first
    mark.click()
    desk.frame.locator("[data-question=marks]").evaluate("node => { node.inert = true; }")
    page.keyboard.press("Control+z")
    assert desk.frame.locator("[data-count]").inner_text().startswith("1 ")
    desk.frame.locator("[data-question=marks]").evaluate("node => { node.inert = false; }")
    page.keyboard.press("Control+z")
    assert desk.frame.locator("[data-count]").inner_text().startswith("0 ")
