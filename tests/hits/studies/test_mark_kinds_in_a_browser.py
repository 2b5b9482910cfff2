"""Marking words and features as one of several kinds, in a real browser."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hands import drag, press
from playwright.sync_api import Page
from workbench import FACTS, Desk, Market, item, marked, submit, word

from hits.render import Shell
from hits.studies.base import Asked
from hits.studies.highlight import Highlight
from hits.studies.panels import Panel, ShownItem

pytestmark = pytest.mark.browser
KINDS = {"mark_labels": ["supports", "contradicts"]}


def with_kinds(page: Page, market: Market, saved: str = "null", **more: Any) -> Desk:
    """A text whose words are marked as one of two kinds."""
    html = Shell("highlight", KINDS | more, FACTS).page([item("i1", "The soup was cold but fine")])
    return market.open(page, html, None, saved)


def of_kind(desk: Desk, kind: int) -> list[int]:
    """Words that look like a kind of mark."""
    script = "nodes => nodes.map(node => Number(node.dataset.i))"
    found: list[int] = desk.frame.locator(f".w.on.k{kind}").evaluate_all(script)
    return found


def read(desk: Desk, settings: dict[str, Any], n_tokens: int) -> dict[str, Any]:
    """What a collection makes of the answer."""
    desk.frame.get_by_label("positive").check()
    entry = submit(desk).items[0]
    return Highlight().read(entry, Asked("i1", "text", n_tokens), settings)


def test_words_are_marked_as_the_kind_that_is_chosen(page: Page, market: Market) -> None:
    desk = with_kinds(page, market)
    drag(desk, 1, 2)
    desk.frame.get_by_role("radio", name="contradicts").check()
    drag(desk, 3, 4)
    assert (of_kind(desk, 0), of_kind(desk, 1)) == ([1, 2], [3, 4])
    # A word of the other kind changes its kind, one of this kind loses its mark.
    word(desk, 2).click()
    word(desk, 4).click()
    assert (of_kind(desk, 0), of_kind(desk, 1)) == ([1], [2, 3])
    assert marked(desk) == [1, 2, 3]
    answer = read(desk, KINDS, 6)
    assert answer["marks"] == [1, 2, 3]
    assert (answer["marks.supports"], answer["marks.contradicts"]) == ([1], [2, 3])


def test_number_keys_choose_the_kind_and_what_is_marked_is_said(page: Page, market: Market) -> None:
    desk = with_kinds(page, market)
    status = desk.frame.locator("#konkyo-status")
    desk.frame.locator(".words").focus()
    press(desk, "2")
    assert desk.frame.get_by_role("radio", name="contradicts").is_checked()
    assert status.inner_text() == "Marking as contradicts"
    press(desk, "ArrowRight", "Space", "Shift+ArrowRight")
    assert of_kind(desk, 1) == [1, 2]
    press(desk, "End", "1", "Space")
    assert status.inner_text() == "fine, marked as supports"
    fine = desk.frame.get_by_role("option", name="fine, marked as supports", selected=True)
    assert fine.count() == 1
    press(desk, "Space")
    assert status.inner_text() == "fine, not marked"
    assert fine.count() == 0
    press(desk, "3")
    assert desk.frame.get_by_role("radio", name="supports").is_checked(), "there is no third kind"


def test_undo_clear_and_nothing_know_kinds(page: Page, market: Market) -> None:
    desk = with_kinds(page, market)
    word(desk, 1).click()
    desk.frame.get_by_role("radio", name="contradicts").check()
    drag(desk, 1, 2)
    assert (of_kind(desk, 0), of_kind(desk, 1)) == ([], [1, 2])
    desk.frame.get_by_label("Nothing to mark").check()
    assert marked(desk) == []
    undo = desk.frame.get_by_role("button", name="Undo")
    undo.click()
    assert of_kind(desk, 1) == [1, 2]
    undo.click()
    assert (of_kind(desk, 0), of_kind(desk, 1)) == ([1], [])
    desk.frame.get_by_role("button", name="Clear").click()
    desk.frame.get_by_label("Nothing to mark").check()
    answer = read(desk, KINDS, 6)
    assert (answer["marks"], answer["marks.supports"]) == ([], [])


def test_kinds_come_back_from_what_was_saved(page: Page, market: Market) -> None:
    desk = with_kinds(page, market)
    word(desk, 3).click()
    desk.frame.get_by_role("radio", name="contradicts").check()
    word(desk, 5).click()
    page.wait_for_function("saved && JSON.parse(saved).items[0].marks.contradicts[0] === 5")
    saved = page.evaluate("saved")
    again = with_kinds(page, market, json.dumps(saved))
    again.frame.locator(".w.on").nth(1).wait_for()
    assert (of_kind(again, 0), of_kind(again, 1)) == ([3], [5])
    # Marks that were saved by something else are no reason to fail.
    state = json.loads(saved)
    state["items"][0]["marks"] = {"supports": [1, "2", 99, -1, None], "contradicts": "length"}
    strange = with_kinds(page, market, json.dumps(json.dumps(state)))
    strange.frame.locator(".w.on").wait_for()
    assert (marked(strange), strange.errors) == ([1], [])


def test_kinds_look_different_without_colour(page: Page, market: Market) -> None:
    names = ["one", "two", "three", "four"]
    html = Shell("highlight", {"mark_labels": names}, FACTS).page([item("i1", "a b c d")])
    desk = market.open(page, html)
    desk.frame.locator(".words").focus()
    for key in ("1", "2", "3", "4"):
        press(desk, key, "Space", "ArrowRight")
    script = "nodes => nodes.map(node => getComputedStyle(node).textDecorationStyle)"
    lines = desk.frame.locator(".w.on").evaluate_all(script)
    assert len(set(lines)) == 4
    assert desk.frame.locator(".kinds b").evaluate_all(script) == lines


def test_a_practice_item_with_kinds_is_held_against_each(page: Page, market: Market) -> None:
    known = {"marks": [1, 3], "marks.supports": [1], "marks.contradicts": [3]}
    practised = item("p1", "The soup was cold but fine", practice=known)
    html = Shell("highlight", KINDS, replace(FACTS, practice=True)).page(
        [practised, item("i1", "warm bread")]
    )
    desk = market.open(page, html)
    desk.frame.get_by_label("positive").first.check()
    for i in (1, 3):
        word(desk, i).first.click()
    desk.frame.get_by_role("button", name="Check my answer").click()
    asked = desk.frame.locator(".known .asked").all_inner_texts()
    assert asked[0] + " (supports)" == asked[1]
    told = desk.frame.locator(".known .judged").all_inner_texts()
    assert told == [
        "This agrees.",
        "1 of 1 are the same, and you marked 1 more.",
        "0 of 1 are the same.",
    ]
    assert desk.errors == []


def test_features_are_marked_as_kinds_and_come_back(page: Page, market: Market) -> None:
    panel = Panel("row", names=("age", "job", "city"), values=("41", "none", "Oslo"))
    html = Shell("highlight", KINDS, FACTS, kind="row").page([ShownItem("i1", (panel,))])
    desk = market.open(page, html)
    ticks = desk.frame.get_by_role("table").get_by_role("checkbox")
    ticks.nth(0).check()
    desk.frame.get_by_role("radio", name="contradicts").check()
    ticks.nth(2).check()
    # Of the other kind it changes its kind and stays marked.
    ticks.nth(0).click()
    assert ticks.nth(0).is_checked()
    assert desk.frame.locator("#konkyo-status").inner_text() == "age, marked as contradicts"
    names = desk.frame.locator("tbody tr.on").all_inner_texts()
    assert [" ".join(name.split()) for name in names] == [
        "age contradicts 41",
        "city contradicts Oslo",
    ]
    ticks.nth(2).uncheck()
    page.wait_for_function("saved && JSON.parse(saved).items[0].marks.contradicts.length === 1")
    again = market.open(page, html, None, json.dumps(page.evaluate("saved")))
    again.frame.locator("tbody tr.on.k1").wait_for()
    answer = read(again, KINDS, 3)
    assert (answer["marks.supports"], answer["marks.contradicts"]) == ([], [0])
    assert again.errors == []
