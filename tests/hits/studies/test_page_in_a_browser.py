"""The page around the questions: what it shows, keeps, sends and refuses, in a real browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page
from workbench import FACTS, TEXT, Desk, Market, highlight, item, marked, submit, word

from hits.render import Shell

pytestmark = pytest.mark.browser


def test_a_rationale_is_told_by_shade_by_line_and_in_words(page: Page, market: Market) -> None:
    # Largest 4: 4 → 1 (level 4), 2 → .5 (level 2), 1 → .25 (level 1), .1 → .025 (none).
    scores = (4.0, 2.0, 1.0, 0.1, -3.0)
    shown = item("i1", "a b c d e", scores=scores, presentation="heat", label="<b>")
    desk = market.open(page, Shell("rate", {}, FACTS).page([shown]))
    classes = desk.frame.locator(".shown .text .w").evaluate_all("all => all.map(w => w.className)")
    assert classes == ["w l4", "w l2", "w l1", "w", "w"]
    widths = desk.frame.locator(".shown .text .w").evaluate_all(
        "all => all.map(w => parseFloat(getComputedStyle(w).borderBottomWidth))"
    )
    assert widths[0] > widths[1] > widths[2] > widths[3] == 0
    assert desk.frame.locator("[data-verdict]").inner_text() == "The computer’s answer: <b>"
    assert (
        desk.frame.locator("[data-summary]").text_content() == "Words that counted most: a, b, c."
    )
    assert desk.frame.locator("[data-legend]").is_visible()


def test_marks_are_shown_alike_without_a_legend(page: Page, market: Market) -> None:
    shown = item("i1", "a b c", scores=(4.0, 0.1, -1.0), presentation="marks")
    desk = market.open(page, Shell("rate", {}, FACTS).page([shown]))
    classes = desk.frame.locator(".shown .text .w").evaluate_all("all => all.map(w => w.className)")
    assert classes == ["w l3", "w l3", "w"]
    assert desk.frame.locator("[data-legend]").is_hidden()
    assert desk.frame.locator("[data-verdict]").is_hidden()


def test_next_says_once_what_is_open_and_then_lets_go(page: Page, market: Market) -> None:
    items = [item("i1", TEXT), item("i2", TEXT)]
    desk = market.open(page, Shell("highlight", {}, FACTS).page(items))
    heading = desk.frame.locator(".item:not([hidden]) h2")
    desk.frame.get_by_role("button", name="Next").click()
    assert heading.inner_text() == "Text 1 of 2"
    assert "Still open" in desk.frame.get_by_role("alert").inner_text()
    assert desk.frame.locator(".question.open").count() == 2
    desk.frame.get_by_label("negative").first.check()
    assert desk.frame.locator(".question.open").count() == 1
    desk.frame.get_by_role("button", name="Next").click()
    assert heading.inner_text() == "Text 2 of 2"
    assert desk.frame.locator("#konkyo-instructions").get_attribute("open") is None
    desk.frame.get_by_role("button", name="Back").click()
    assert heading.inner_text() == "Text 1 of 2"


def finish(desk: Desk) -> None:
    word(desk, 3).click()
    desk.frame.get_by_label("negative").check()


@pytest.mark.parametrize("address", ["/task/1/assignment/2", "{market}/task/1/assignment/2"])
def test_turkle_s_address_is_taken_as_it_is(page: Page, market: Market, address: str) -> None:
    html = Shell("highlight", {}, FACTS).page([item("i1", TEXT)])
    where = address.format(market=market.url)
    desk = market.open(page, html, {"assignmentId": "7", "urlSubmitTo": where})
    finish(desk)
    assert submit(desk).items[0]["marks"] == [3]
    assert market.paths == ["/task/1/assignment/2"]


@pytest.mark.parametrize("end", ["", "/"])
def test_mturk_s_address_gets_the_fixed_path(page: Page, market: Market, end: str) -> None:
    html = Shell("highlight", {}, FACTS).page([item("i1", TEXT)])
    query = {"assignmentId": "A1", "turkSubmitTo": f"{market.url}/s/token{end}"}
    desk = market.open(page, html, query)
    finish(desk)
    submit(desk)
    assert market.paths == ["/s/token/mturk/externalSubmit"]


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "data:text/html,x", "http://"])
def test_without_a_usable_address_the_page_says_that_it_cannot_be_submitted(
    page: Page, market: Market, address: str
) -> None:
    html = Shell("highlight", {}, FACTS).page([item("i1", TEXT)])
    query = {"urlSubmitTo": address} if address else {"hitId": "H"}
    desk = market.open(page, html, {"assignmentId": "A1", **query})
    finish(desk)
    desk.frame.locator("#konkyo-submit").press("Enter")
    assert "without an address" in desk.frame.locator("#konkyo-notice").inner_text()
    assert market.posted == []


def test_the_page_counts_time_in_view_and_pastes(page: Page, market: Market) -> None:
    desk = highlight(page, market)
    page.wait_for_timeout(300)
    finish(desk)
    desk.frame.locator("body").dispatch_event("paste")
    sent = submit(desk)
    assert 300 <= sent.items[0]["ms"] <= sent.facts["active_ms"] < 60_000
    assert sent.facts["pastes"] == 1


def saved_state(**changes: Any) -> str:
    entry = {"id": "i1", "position": 0, "label": "negative", "marks": [1, 99, "length"], "ms": 7000}
    state = {"v": 1, "study": "highlight", "assignment": "A1", "at": 0, "items": [entry]}
    return json.dumps(json.dumps({**state, "facts": {"active_ms": 9000}, **changes}))


def test_restored_work_is_checked_and_its_time_is_kept(page: Page, market: Market) -> None:
    desk = highlight(page, market, saved=saved_state())
    desk.frame.locator(".w.on").wait_for()
    assert marked(desk) == [1]
    sent = submit(desk)
    assert sent.items[0]["ms"] >= 7000
    assert sent.facts["active_ms"] >= 9000


@pytest.mark.parametrize("saved", [saved_state(assignment="A2"), saved_state(v=2), '"nonsense"'])
def test_what_was_saved_elsewhere_is_not_restored(page: Page, market: Market, saved: str) -> None:
    desk = highlight(page, market, saved=saved)
    page.wait_for_timeout(100)
    assert marked(desk) == []
    assert desk.errors == []


def test_the_answer_is_sent_once_and_as_plain_ascii(page: Page, market: Market) -> None:
    html = Shell("highlight", {"labels": ["gut 😀", "schön"]}, FACTS).page([item("i1", TEXT)])
    desk = market.open(page, html)
    word(desk, 3).click()
    desk.frame.get_by_label("gut").check()
    assert submit(desk).items[0]["label"] == "gut 😀"
    assert desk.submitted()["konkyo"].isascii()
    assert len(market.posted) == 1
