"""Marking whole sentences with mouse, keys and fingers, in a real browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hands import Finger, drag, middle, press
from playwright.sync_api import Page
from workbench import FACTS, Desk, Market, item, submit, word

from hits.render import Shell
from hits.studies.base import Asked
from hits.studies.highlight import Highlight
from hits.studies.panels import Panel, ShownItem

pytestmark = pytest.mark.browser
KINDS = {"mark_labels": ["supports", "contradicts"]}
SENTENCES = "Cold soup again. Never! We waited an hour, and nobody came. Goodbye then."
STARTS = (0, 3, 4, 11)


def words_on(desk: Desk, look: str = ".on") -> list[int]:
    """Positions of the words that look marked."""
    script = "nodes => nodes.map(node => Number(node.dataset.i))"
    found: list[int] = desk.frame.locator(f".w{look}").evaluate_all(script)
    return found


def read(desk: Desk, n_tokens: int) -> list[int]:
    """The marks that a collection makes of the answer."""
    desk.frame.get_by_label("positive").check()
    asked = Asked("i1", "text", n_tokens)
    marks: list[int] = Highlight().read(submit(desk).items[0], asked, {"unit": "sentence"})["marks"]
    return marks


def by_sentence(page: Page, market: Market, **settings: Any) -> Desk:
    """A text of four sentences that are marked whole."""
    shown = item("i1", SENTENCES, sentences=STARTS)
    return market.open(
        page, Shell("highlight", {"unit": "sentence"} | settings, FACTS).page([shown])
    )


def sentences_on(desk: Desk) -> list[int]:
    """Which sentences are marked, to the eye and to a screen reader alike."""
    script = """nodes => nodes.map((node, i) => [i, node]).filter(([i, node]) =>
      node.getAttribute('aria-selected') === 'true').map(([i]) => i)"""
    told: list[int] = desk.frame.get_by_role("option").evaluate_all(script)
    ends = [*STARTS, 13]
    assert words_on(desk) == [i for at in told for i in range(ends[at], ends[at + 1])]
    return told


def test_clicks_and_drags_mark_whole_sentences(page: Page, market: Market) -> None:
    desk = by_sentence(page, market)
    word(desk, 6).click()
    assert sentences_on(desk) == [2]
    assert desk.frame.locator("[data-count]").inner_text() == "1 sentence marked"
    assert desk.frame.locator("#mark-hint-0 .mouse").inner_text().startswith("Click a sentence")
    assert desk.frame.locator(".sample mark").inner_text().endswith("smiled.")
    assert "move between sentences" in desk.frame.locator(".keys").inner_text()
    word(desk, 9).click()
    assert sentences_on(desk) == []
    drag(desk, 1, 5)
    assert sentences_on(desk) == [0, 1, 2]
    drag(desk, 3, 3)
    word(desk, 12).click()
    assert read(desk, 13) == [0, 1, 2, *range(4, 13)]


def test_arrows_move_by_sentence(page: Page, market: Market) -> None:
    desk = by_sentence(page, market)
    assert desk.frame.get_by_role("option").count() == 4
    desk.frame.locator(".words").focus()
    press(desk, "ArrowRight", "ArrowDown", "Space")
    assert sentences_on(desk) == [2]
    assert desk.frame.locator("#konkyo-status").inner_text() == "Sentence 3, marked"
    press(desk, "ArrowUp", "ArrowLeft", "ArrowLeft", "Space", "Shift+ArrowRight")
    assert sentences_on(desk) == [0, 1, 2]
    press(desk, "End", "Space", "Control+z", "Control+z")
    assert sentences_on(desk) == [0, 2]


def test_sentences_of_kinds_come_back_whole_from_what_was_saved(page: Page, market: Market) -> None:
    desk = by_sentence(page, market, **KINDS)
    desk.frame.locator(".words").focus()
    press(desk, "Space", "2", "End", "Space")
    page.wait_for_function("saved && JSON.parse(saved).items[0].marks.contradicts.length === 2")
    shown = item("i1", SENTENCES, sentences=STARTS)
    html = Shell("highlight", {"unit": "sentence", **KINDS}, FACTS).page([shown])
    again = market.open(page, html, None, json.dumps(page.evaluate("saved")))
    again.frame.locator(".w.on.k1").first.wait_for()
    assert sentences_on(again) == [0, 3]
    assert words_on(again, ".on.k1") == [11, 12]


def test_sentences_of_a_pair_end_with_the_first_text(page: Page, market: Market) -> None:
    (first,), (second,) = item("a", "Cold soup. Bad").panels, item("b", "warm bread. Good.").panels
    both = Panel(
        "pair", first.text, first.offsets, second.text, second.offsets, sentences=(0, 2, 3, 5)
    )
    html = Shell("highlight", {"unit": "sentence"}, FACTS).page([ShownItem("i1", (both,))])
    desk = market.open(page, html)
    sentences = desk.frame.get_by_role("option").all_inner_texts()
    assert sentences == ["Cold soup.", "Bad", "warm bread.", "Good."]
    word(desk, 3).click()
    assert read(desk, 6) == [3, 4]


def test_a_finger_marks_sentences_and_pulls_on(phone: Page, market: Market) -> None:
    desk = by_sentence(phone, market)
    finger = Finger(phone)
    desk.frame.locator("#konkyo-instructions summary").click()
    word(desk, 12).scroll_into_view_if_needed()
    finger.tap(middle(desk, 1))
    assert sentences_on(desk) == [0]
    handle = desk.frame.locator(".handle").bounding_box()
    assert handle is not None
    grip = (handle["x"] + 22, handle["y"] + 22)
    end = word(desk, 2).bounding_box()
    assert end is not None
    x, y = middle(desk, 6)
    finger.pull(grip, (x, y + grip[1] - (end["y"] + end["height"] / 2)))
    assert sentences_on(desk) == [0, 1, 2]


def test_in_a_text_from_right_to_left_sentences_go_on_to_the_left(
    page: Page, market: Market
) -> None:
    text = "قال الناقد شيئا. ذهب الجميع iPhone 15 إلى البيت."
    shown = item("i1", text, sentences=(0, 3))
    desk = market.open(page, Shell("highlight", {"unit": "sentence"}, FACTS).page([shown]))
    desk.frame.locator(".words").focus()
    press(desk, "ArrowLeft", "Space")
    assert words_on(desk) == [3, 4, 5, 6, 7, 8]
    assert middle(desk, 5)[0] < middle(desk, 6)[0], "digits stay after the Latin letters"
    press(desk, "Shift+ArrowRight")
    assert words_on(desk) == list(range(9))
