"""What every study type promises, tried on each: a new file is tested without touching this one.

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

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from db.errors import ConfigError
from hits.answers import read_fields, read_konkyo
from hits.page import study_page_data, visible
from hits.render import PageTooLarge, html_question, render_page
from hits.studies import STUDIES, load_study
from hits.studies.base import Question, ShownItem, StudyError

sys.path.insert(0, str(Path(__file__).parents[1] / "hits" / "studies"))
from placeholders import Template
from workbench import FACTS, Desk, Market, answer_xml, chromium, item

each_study = pytest.mark.parametrize("name", list(STUDIES))
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


def shown(name: str, item_id: str = "i1", text: str = "cold soup , never again") -> ShownItem:
    """An item that the study can show: in its first presentation, with a rationale."""
    plain = item(item_id, text)
    scores = [(-1.0) ** at * (at % 7) for at in range(plain.n_tokens)]
    presentation = load_study(name).presentations[0]
    return item(
        item_id, text, scores=tuple(scores), presentation=presentation, label_shown="positive"
    )


def read_back(name: str, fields: dict[str, str], items: list[ShownItem]) -> list[dict[str, Any]]:
    """From a form's fields through answer XML to question → value, as a collection does it."""
    study = load_study(name)
    sent = read_konkyo(read_fields(answer_xml(fields)), name, [i.id for i in items])
    return [study.read(e, i.n_tokens, {}) for e, i in zip(sent.items, items, strict=True)]


@each_study
def test_every_question_has_one_widget_with_its_options(name: str) -> None:
    template = Template(render_page(name, [shown(name)], {}, FACTS))
    assert template.options == {q.name: q.values for q in load_study(name).questions({})}
    assert template.inputs == ["assignmentId", "konkyo"]


@each_study
def test_every_widget_of_the_page_has_its_script(name: str) -> None:
    html = render_page(name, [shown(name)], {}, FACTS)
    assert Template(html).widgets <= set(re.findall(r"^widgets\.(\w+) =", html, re.MULTILINE))


@each_study
def test_page_data_hold_the_items_and_the_settings_but_no_secret(name: str) -> None:
    items = [shown(name), shown(name, "i2", "nice\n music")]
    data = study_page_data(render_page(name, items, {}, FACTS))
    assert (data["v"], data["study"]) == (1, name)
    assert data["settings"] == load_study(name).check_settings({})
    assert [entry["tokens"] for entry in data["items"]] == [list(i.tokens) for i in items]
    assert data["items"][1]["gaps"] == ["", "\n ", ""]
    known = {"id", "tokens", "gaps", "split", "scores", "presentation", "label_shown"}
    assert all(set(entry) <= known for entry in data["items"])


@each_study
def test_settings_are_filled_in_and_unknown_ones_refused_by_name(name: str) -> None:
    study = load_study(name)
    complete = study.check_settings({})
    assert study.check_settings(complete) == complete
    assert json.loads(json.dumps(complete)) == complete
    with pytest.raises(ConfigError, match="no setting 'coulour'"):
        study.check_settings({"coulour": "red"})


@each_study
def test_an_unknown_presentation_or_an_item_without_words_is_refused(name: str) -> None:
    with pytest.raises(StudyError, match="no presentation 'sideways'"):
        load_study(name).check_item(item("i", "a b", presentation="sideways"))
    with pytest.raises(StudyError, match="item 'i' has no words"):
        render_page(name, [shown(name, "i", " ")], {}, FACTS)


@each_study
def test_a_page_over_the_limit_is_refused_with_its_size_and_what_to_do(name: str) -> None:
    many = [shown(name, f"i{n}", "word " * 300) for n in range(40)]
    with pytest.raises(PageTooLarge, match=r"takes \d\d\d,\d\d\d bytes.*fewer items on each HIT"):
        html_question(render_page(name, many, {}, FACTS))


@each_study
def test_five_texts_of_three_hundred_words_fit_on_a_page(name: str) -> None:
    texts = [" ".join(f"word{n % 97}" for n in range(300))] * 5
    items = [shown(name, f"i{n}", text) for n, text in enumerate(texts)]
    assert len(html_question(render_page(name, items, {}, FACTS)).encode()) < 65_535


def answers_to(question: Question, n_tokens: int) -> st.SearchStrategy[dict[str, Any]]:
    """Every possible answer to a question, as the fields that a page sends."""
    if question.level == "set":
        positions = st.sets(st.integers(0, n_tokens - 1))
        return positions.map(lambda s: {question.name: sorted(s), "nothing": not s})
    return st.sampled_from(question.values).map(lambda value: {question.name: value})


@each_study
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_possible_answer_comes_back_as_it_was_given(name: str, data: st.DataObject) -> None:
    study, items = load_study(name), [shown(name, f"i{n}") for n in range(3)]
    expected, entries = [], []
    for position, one in enumerate(items):
        said: dict[str, Any] = {}
        for question in study.questions({}):
            said |= data.draw(answers_to(question, one.n_tokens))
        entries.append(
            {"id": one.id, "position": position, **said, "ms": data.draw(st.integers(0, 9999))}
        )
        expected.append({question.name: said[question.name] for question in study.questions({})})
    facts = {"active_ms": 5, "focus_losses": 0, "pastes": 0}
    sent = json.dumps({"v": 1, "study": name, "items": entries, "facts": facts})
    assert read_back(name, {"assignmentId": "A1", "konkyo": sent}, items) == expected


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
        heading = desk.frame.locator(".item:not([hidden]) h2").inner_text()
        question = (heading, place["question"])
        if place["question"] and question not in answered:
            desk.page.keyboard.press("Space")
            answered.add(question)
        elif place["id"] in ("konkyo-next", "konkyo-submit"):
            desk.page.keyboard.press("Enter")
            if place["id"] == "konkyo-submit":
                return
    raise AssertionError(f"not submitted after {n_presses} presses of Tab")


@pytest.mark.browser
@each_study
def test_a_whole_page_is_answered_with_the_keyboard_alone(
    name: str, page: Page, market: Market
) -> None:
    items = [shown(name, "first"), shown(name, "second", "nice music")]
    desk = market.open(page, render_page(name, items, {}, FACTS))
    answer_by_keyboard(desk)
    fields = desk.submitted()
    assert set(fields) == {"assignmentId", "konkyo"}
    assert (fields["assignmentId"], market.paths) == ("A1", ["/s/token/mturk/externalSubmit"])
    answers = read_back(name, fields, items)
    assert [list(answer) for answer in answers] == [
        [question.name for question in load_study(name).questions({})]
    ] * 2
    assert desk.errors == []
    assert all(url.startswith(market.url) for url in desk.requests), "the page asked outside"


@pytest.mark.browser
@each_study
def test_hostile_text_reaches_the_reader_as_the_characters_it_is(
    name: str, page: Page, market: Market
) -> None:
    hostile = shown(name, "<i>&amp;", " ".join(HOSTILE) + "\r\n\tend")
    xml = html_question(render_page(name, [hostile], {}, FACTS))
    assert max(xml) <= "\uffff"
    assert visible(xml) == xml
    # The market takes the page out of the XML; an XML parser must hand over what was put in.
    html = carried_html(xml)
    desk = market.open(page, html)
    assert desk.words() == [visible(token) for token in hostile.tokens]
    assert [visible(t) for t in ("\x00", "\ud800", "\ufffe")] == ["␀", "\ufffd", "\ufffd"]
    answer_by_keyboard(desk)
    read_back(name, desk.submitted(), [hostile])
    assert desk.errors == []


def carried_html(xml: str) -> str:
    """The HTML inside an HTMLQuestion, as the market's XML parser sees it."""
    from defusedxml import ElementTree

    root = ElementTree.fromstring(xml)
    space = root.tag.removesuffix("HTMLQuestion")
    assert root.findtext(f"{space}FrameHeight") == "0"
    html: str = root.findtext(f"{space}HTMLContent")
    return html


@pytest.mark.browser
@each_study
@pytest.mark.parametrize("query", PREVIEWS, ids=["not available", "missing"])
def test_a_preview_shows_everything_says_why_and_sends_nothing(
    name: str, query: dict[str, str], page: Page, market: Market
) -> None:
    desk = market.open(page, render_page(name, [shown(name)], {}, FACTS), query)
    assert desk.words() == list(shown(name).tokens)
    assert "preview" in desk.frame.locator("#konkyo-notice").inner_text()
    desk.frame.locator("#konkyo-submit").press("Enter")
    assert "accept the task" in desk.frame.locator("#konkyo-status").inner_text()
    desk.page.wait_for_timeout(200)
    assert market.posted == []
    assert not any(message["konkyo"] == "autosave" for message in desk.heard())


@pytest.mark.browser
@each_study
def test_an_unfinished_page_points_to_what_is_missing(
    name: str, page: Page, market: Market
) -> None:
    items = [shown(name, "first"), shown(name, "second")]
    desk = market.open(page, render_page(name, items, {}, FACTS))
    desk.frame.get_by_role("button", name="Text 2 of 2, not finished").click()
    desk.frame.get_by_role("button", name="Submit").click()
    problems = desk.frame.get_by_role("alert")
    assert problems.get_by_role("button").all_inner_texts() == ["Text 1", "Text 2"]
    assert desk.focus()["question"] == load_study(name).questions({})[0].name
    assert desk.frame.locator(".item:not([hidden]) h2").inner_text() == "Text 1 of 2"
    assert market.posted == []


@pytest.mark.browser
@each_study
def test_what_was_entered_survives_leaving_and_coming_back(
    name: str, page: Page, market: Market
) -> None:
    items = [shown(name)]
    html = render_page(name, items, {}, FACTS)
    desk = market.open(page, html)
    desk.frame.locator("[data-question] input").first.check()
    page.wait_for_function("heard.some(message => message.konkyo === 'autosave')")
    again = market.open(page, html, saved=json.dumps(page.evaluate("saved")))
    again.frame.locator("[data-question] input:checked").wait_for()
    answer_by_keyboard(again)
    first = load_study(name).questions({})[0]
    assert read_back(name, again.submitted(), items)[0][first.name] == first.values[0]
