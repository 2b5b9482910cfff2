"""Picking one of an item's own choices, and naming something in one's own words."""

from __future__ import annotations

from typing import Any

import pytest
from gallery import hang, image, picture, text
from playwright.sync_api import Browser, Locator, Page

from hits.studies.base import Option, Question
from hits.studies.panels import Choice, Panel, ShownItem

pytestmark = pytest.mark.browser

BETTER = Question(
    "better", "Which is better?", "nominal", (Option("equal", "both alike"),), form="pick"
)
NAME = Question("name", "What is this?", "nominal", form="text")


def sides(item_id: str = "i1", n: int = 2) -> ShownItem:
    """An item whose choices are `n` panels."""
    panels = tuple(text(f"cold soup {i}", (4, 1, 0), presentation="heat") for i in range(n))
    return ShownItem(item_id, panels, tuple(Choice(panel=i) for i in range(n)))


def pick(page: Page, *items: ShownItem) -> Locator:
    """The cards of the items, hung with one question."""
    hang(page, items, panels=0, questions=[BETTER])
    return page.locator(".pickcard")


def answers(page: Page) -> Any:
    """What the page would send of each item."""
    return page.evaluate("views.map(fields)")


def missing(page: Page) -> Any:
    return page.evaluate("views.map(view => missing(view).map(part => part.missing()))")


def test_a_click_anywhere_on_a_card_picks_it_by_its_position(page: Page) -> None:
    cards = pick(page, sides())
    assert answers(page) == [{}]
    assert missing(page) == [["choose an answer to “Which is better?”"]]
    box = cards.nth(1).bounding_box() or {}
    page.mouse.click(box["x"] + box["width"] - 9, box["y"] + box["height"] - 9)
    assert answers(page) == [{"better": 1}]
    assert missing(page) == [[]]
    assert page.evaluate("changes") > 0


def test_cards_show_their_panels_and_are_named_by_letters(page: Page) -> None:
    cards = pick(page, sides())
    assert page.get_by_role("radio").count() == 3
    first = page.get_by_role("radio", name="A", exact=True)
    described = first.get_attribute("aria-describedby")
    assert "cold soup 0" in page.locator(f"#{described}").inner_text()
    assert cards.nth(1).locator(".words .w").all_inner_texts() == ["cold", "soup", "1"]


def test_arrow_keys_go_through_the_cards_to_what_the_question_offers(page: Page) -> None:
    pick(page, sides())
    page.get_by_role("radio", name="A", exact=True).press(" ")
    seen = []
    for _ in range(4):
        seen.append(answers(page)[0]["better"])
        page.keyboard.press("ArrowDown")
    assert seen == [0, 1, "equal", 0]


def test_choices_in_words_are_answered_by_position_too(page: Page) -> None:
    choices = (Choice("<i>cold</i>"), Choice("warm"), Choice("neither"))
    pick(page, ShownItem("i1", (text("soup"),), choices))
    page.get_by_label("<i>cold</i>").check()
    assert answers(page) == [{"better": 0}]


def test_items_are_picked_apart(page: Page) -> None:
    cards = pick(page, sides("i1"), sides("i2"))
    cards.nth(0).click()
    cards.nth(3).click()
    assert answers(page) == [{"better": 0}, {"better": 1}]
    ids = page.locator("[id]").evaluate_all("all => all.map(node => node.id)")
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("saved", [1, "equal"])
def test_a_saved_pick_is_put_back(page: Page, saved: Any) -> None:
    pick(page, sides())
    page.evaluate("saved => views[0].parts[0].set({better: saved})", saved)
    assert answers(page) == [{"better": saved}]


def test_the_slider_of_a_picture_moves_without_picking_its_card(page: Page) -> None:
    heat: Panel = image((0, 1, 0, 4), (2, 2), picture(), presentation="heat")
    pick(page, ShownItem("i1", (heat, heat), (Choice(panel=0), Choice(panel=1))))
    slider = page.get_by_label("Strength of the colours").first
    slider.click(position={"x": 5, "y": 10})
    assert int(slider.input_value()) < 20
    assert answers(page) == [{}]
    page.evaluate("views[0].parts[0].set({better: 0})")
    assert answers(page) == [{"better": 0}]


@pytest.mark.parametrize(
    ("width", "n", "columns"), [(1000, 2, 2), (1000, 4, 2), (1000, 6, 3), (390, 4, 1)]
)
def test_cards_stand_side_by_side_where_there_is_room(
    browser: Browser, width: int, n: int, columns: int
) -> None:
    sized = browser.new_page(viewport={"width": width, "height": 800})
    cards = pick(sized, sides(n=n))
    lefts = [(cards.nth(i).bounding_box() or {})["x"] for i in range(n)]
    assert len(set(lefts)) == columns
    assert sized.evaluate("document.documentElement.scrollWidth") == width
    sized.close()


def name(page: Page) -> Locator:
    hang(page, [ShownItem("i1", (text("soup"),))], questions=[NAME])
    return page.get_by_label("What is this?")


def test_a_name_is_sent_without_the_space_around_it(page: Page) -> None:
    name(page).press_sequentially("  a red disc ")
    assert answers(page) == [{"name": "a red disc"}]
    assert missing(page) == [[]]


def test_blanks_are_no_name(page: Page) -> None:
    name(page).fill("   ")
    assert answers(page) == [{}]
    assert missing(page) == [["write an answer to “What is this?”"]]


def test_a_name_ends_after_two_hundred_characters(page: Page) -> None:
    line = name(page)
    line.focus()
    page.keyboard.insert_text("x" * 201)
    assert answers(page) == [{"name": "x" * 200}]


def test_a_saved_name_is_put_back_and_nothing_else_is(page: Page) -> None:
    name(page)
    page.evaluate("views[0].parts[1].set({name: 'disc'})")
    assert answers(page) == [{"name": "disc"}]
    page.evaluate("views[0].parts[1].set({name: 7})")
    assert answers(page) == [{}]
