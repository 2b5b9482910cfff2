"""Marking words with mouse, keys and fingers, in a real browser."""

from __future__ import annotations

import pytest
from hands import Finger, drag, middle, press
from playwright.sync_api import Page
from workbench import FACTS, Market, highlight, item, marked, submit, word

from hits.render import Shell
from hits.studies.panels import Panel, ShownItem

pytestmark = pytest.mark.browser
LONG = " ".join(f"word{n}" for n in range(400))
RTL = "قال الناقد إن الفيلم رائع"


def test_a_click_marks_a_word_and_a_second_click_unmarks_it(page: Page, market: Market) -> None:
    desk = highlight(page, market)
    word(desk, 3).click()
    word(desk, 7).click()
    assert marked(desk) == [3, 7]
    word(desk, 3).click()
    assert marked(desk) == [7]
    assert desk.frame.locator("[data-count]").inner_text() == "1 word marked"


def test_a_drag_marks_a_range_forwards_or_backwards_and_erases_from_a_marked_word(
    page: Page, market: Market
) -> None:
    desk = highlight(page, market)
    drag(desk, 6, 8)
    drag(desk, 3, 1)
    assert marked(desk) == [1, 2, 3, 6, 7, 8]
    drag(desk, 7, 8)
    assert marked(desk) == [1, 2, 3, 6]


def test_shift_click_extends_from_the_last_word(page: Page, market: Market) -> None:
    desk = highlight(page, market)
    word(desk, 2).click()
    word(desk, 5).click(modifiers=["Shift"])
    assert marked(desk) == [2, 3, 4, 5]


def test_every_act_can_be_undone_one_by_one(page: Page, market: Market) -> None:
    desk = highlight(page, market)
    undo = desk.frame.get_by_role("button", name="Undo")
    assert undo.is_disabled()
    word(desk, 0).click()
    drag(desk, 2, 4)
    desk.frame.get_by_role("button", name="Clear").click()
    desk.frame.get_by_label("Nothing to mark").check()
    press(desk, "Control+z")
    assert not desk.frame.get_by_label("Nothing to mark").is_checked()
    undo.click()
    assert marked(desk) == [0, 2, 3, 4]
    press(desk, "Control+z")
    assert marked(desk) == [0]
    undo.click()
    assert marked(desk) == []
    assert undo.is_disabled()


def test_nothing_to_mark_is_a_choice_that_marking_takes_back(page: Page, market: Market) -> None:
    desk = highlight(page, market)
    nothing = desk.frame.get_by_label("Nothing to mark")
    word(desk, 0).click()
    nothing.check()
    assert marked(desk) == []
    word(desk, 1).click()
    assert not nothing.is_checked()
    nothing.check()
    desk.frame.get_by_label("negative").check()
    entry = submit(desk).items[0]
    assert (entry["label"], entry["marks"], entry["nothing"]) == ("negative", [], True)


def test_keys_move_mark_and_extend(page: Page, market: Market) -> None:
    desk = highlight(page, market)
    desk.frame.locator(".words").focus()
    press(desk, "ArrowRight", "ArrowRight", "Space")
    assert marked(desk) == [2]
    press(desk, "End", "Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowRight")
    assert marked(desk) == [2, 12, 13]
    press(desk, "Home", "Shift+ArrowRight", "ArrowRight", "Space")
    assert marked(desk) == [0, 1, 12, 13]
    press(desk, "Control+z", "Control+z")
    assert marked(desk) == [2, 12, 13]
    here = desk.frame.locator(".words").get_attribute("aria-activedescendant")
    assert here == word(desk, 2).get_attribute("id")


def test_up_and_down_go_to_the_word_above_and_below(page: Page, market: Market) -> None:
    desk = highlight(page, market, LONG)
    desk.frame.locator(".words").focus()
    press(desk, "ArrowRight", "ArrowDown", "ArrowDown", "Space")
    (third_line,) = marked(desk)
    x, y = middle(desk, third_line)
    assert abs(x - middle(desk, 1)[0]) < 60
    assert y > middle(desk, 1)[1] + 40
    press(desk, "ArrowUp", "ArrowUp", "Space")
    assert len(marked(desk)) == 2
    assert abs(middle(desk, min(marked(desk)))[1] - middle(desk, 1)[1]) < 5


def test_in_a_text_from_right_to_left_the_left_arrow_goes_on(page: Page, market: Market) -> None:
    desk = highlight(page, market, RTL)
    assert desk.frame.locator(".text").get_attribute("dir") == "rtl"
    desk.frame.locator(".words").focus()
    press(desk, "ArrowLeft", "Space", "Shift+ArrowLeft")
    assert marked(desk) == [1, 2]
    assert middle(desk, 2)[0] < middle(desk, 1)[0]


def test_a_phrase_in_the_other_direction_keeps_its_own_order(page: Page, market: Market) -> None:
    # In an English sentence two Hebrew words read from right to left, digits after Latin letters
    # in an Arabic one stay after them.
    desk = highlight(page, market, "He said שלום עולם twice")
    assert middle(desk, 3)[0] < middle(desk, 2)[0] < middle(desk, 4)[0]
    desk = highlight(page, market, RTL + " iPhone 15 ظهر")
    assert middle(desk, 5)[0] < middle(desk, 6)[0]


def test_the_words_of_a_pair_count_on(page: Page, market: Market) -> None:
    (first,), (second,) = item("a", "cold soup").panels, item("b", "warm bread").panels
    both = Panel("pair", first.text, first.offsets, second.text, second.offsets)
    pair = ShownItem("i1", (both,))
    desk = market.open(page, Shell("highlight", {}, FACTS).page([pair]))
    assert desk.frame.locator(".text").all_inner_texts() == ["cold soup", "warm bread"]
    drag(desk, 1, 2)
    desk.frame.get_by_label("positive").check()
    assert submit(desk).items[0]["marks"] == [1, 2]


def test_a_finger_taps_words_pulls_the_handle_and_scrolls(phone: Page, market: Market) -> None:
    desk = highlight(phone, market, LONG)
    finger = Finger(phone)
    desk.frame.locator("#konkyo-instructions summary").click()
    word(desk, 12).scroll_into_view_if_needed()
    finger.tap(middle(desk, 4))
    assert marked(desk) == [4]
    handle = desk.frame.locator(".handle").bounding_box()
    assert handle is not None
    grip = (handle["x"] + 22, handle["y"] + 22)
    x, y = middle(desk, 8)
    # The finger stays below the word it means, so that the word can be seen.
    finger.pull(grip, (x, y + grip[1] - middle(desk, 4)[1]))
    assert marked(desk) == [4, 5, 6, 7, 8]
    desk.frame.get_by_role("button", name="Undo").evaluate("node => node.click()")
    assert marked(desk) == [4]

    before = word(desk, 20).bounding_box()
    finger.pull(middle(desk, 20), (200, 60))
    after = word(desk, 20).bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] < before["y"] - 100, "a swipe over the words scrolls the page"
    assert marked(desk) == [4]
    finger.tap(middle(desk, 20))
    finger.tap(middle(desk, 20))
    assert marked(desk) == [4]


def test_combining_characters_stay_with_their_letter_and_words_without_spaces_are_apart(
    page: Page, market: Market
) -> None:
    # Tokens come from the instance: Japanese has no spaces between them, Devanagari and a
    # decomposed "é" have marks that belong to the letter before.
    text = "映画は最高だったcafe\u0301हिन्दी"
    spans = ((0, 2), (2, 3), (3, 5), (5, 8), (8, 13), (13, 19))
    shown = ShownItem("i1", (Panel("text", text, spans),))
    desk = market.open(page, Shell("highlight", {}, FACTS).page([shown]))
    assert desk.words() == [text[a:b] for a, b in spans]
    assert desk.frame.locator(".text").inner_text() == text
    drag(desk, 1, 2)
    word(desk, 4).click()
    assert marked(desk) == [1, 2, 4]
    # Neither a gap nor a pixel lies between neighbours.
    for left, right in ((0, 1), (1, 2), (2, 3)):
        a, b = (word(desk, i).bounding_box() for i in (left, right))
        assert a is not None
        assert b is not None
        assert abs(a["x"] + a["width"] - b["x"]) < 1
    desk.frame.locator(".words").focus()
    press(desk, "End", "Shift+ArrowLeft")
    assert marked(desk) == [1, 2, 4, 5]


def test_marking_touches_only_the_words_that_change(page: Page, market: Market) -> None:
    desk = highlight(page, market, LONG)
    desk.frame.locator(".words").focus()
    press(desk, "Space")
    watch = """() => { window.touched = new Set();
      new MutationObserver(found => found.forEach(one => {
        if (one.target.classList.contains('w')) window.touched.add(one.target.dataset.i);
      })).observe(document.querySelector('.words'), {attributes: true, subtree: true}); }"""
    frame = page.frame("task")
    assert frame is not None
    frame.evaluate(watch)
    press(desk, "ArrowRight", "Shift+ArrowRight")
    assert marked(desk) == [0, 1, 2]
    assert sorted(frame.evaluate("Array.from(window.touched)")) == ["0", "1", "2"]


def test_spaces_between_words_are_not_sent_and_are_there_all_the_same(
    page: Page, market: Market
) -> None:
    html = Shell("highlight", {}, FACTS).page(
        [item("i1", "warm bread  twice"), item("i2", "cold soup")]
    )
    desk = market.open(page, html)
    texts = desk.frame.locator(".text").evaluate_all("nodes => nodes.map(n => n.textContent)")
    assert texts == ["warm bread  twice", "cold soup"]
    assert html.count('"gaps"') == 1
