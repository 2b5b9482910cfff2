"""A worker's hand: answers whatever a page asks, with a mouse or with a finger.

Only what is in view is used, as a person would: each question of the item in view, then Next, to
Submit.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator

sys.path.insert(0, str(Path(__file__).parents[1] / "hits" / "studies"))
from workbench import FACTS, Desk, Market, chromium

__all__ = ["FACTS", "IN_VIEW", "Desk", "Hand", "Market", "chromium"]

IN_VIEW = ".item:not([hidden])"
MOST_ITEMS = 9


@dataclass
class Hand:
    """One pointer on a page. `touch`: a finger, which taps; else a mouse, which clicks and drags."""

    desk: Desk
    touch: bool = False

    def press(self, target: Locator) -> None:
        """Tap or click; Playwright refuses what is covered or cannot be scrolled into view."""
        if self.touch:
            target.tap()
        else:
            target.click()

    def answer_page(self) -> None:
        """Every item, one after the other, and Submit at the end."""
        for _ in range(MOST_ITEMS):
            self.answer_item()
            ahead = self.desk.frame.locator("#konkyo-next:visible, #konkyo-submit:visible")
            last = ahead.get_attribute("id") == "konkyo-submit"
            self.press(ahead)
            if last:
                return
        raise AssertionError(f"not at the end after {MOST_ITEMS} items")

    def answer_item(self) -> None:
        """Answer every question of the item in view."""
        widgets = self.desk.frame.locator(f"{IN_VIEW} [data-widget]")
        for at in range(widgets.count()):
            node = widgets.nth(at)
            act = _ACTS.get(node.get_attribute("data-widget") or "")
            if act is not None:
                act(self, node)

    def option(self, node: Locator) -> None:
        """The first of the options, on its words."""
        self.press(node.locator("label").first)

    def card(self, node: Locator) -> None:
        """The last of the cards, in its middle: the whole card can be hit."""
        self.press(node.locator(".pickcard > label").last)

    def line(self, node: Locator) -> None:
        """A few words into the field."""
        self.press(node.locator("input[type=text], textarea").first)
        self.desk.page.keyboard.type("a word or two")

    def word(self, node: Locator) -> None:
        """The second word of the text."""
        self.press(node.locator(".w").nth(1))

    def feature(self, node: Locator) -> None:
        """A feature by the value at the end of its line."""
        self.press(node.locator("tbody td").first)

    def stroke(self, node: Locator) -> None:
        """A stroke of the brush on the picture; a finger leaves a dot."""
        stage = node.locator("[data-stage]")
        self.press(stage)
        if self.touch:
            return
        box = stage.bounding_box()
        assert box is not None
        mouse = self.desk.page.mouse
        mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
        mouse.down()
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        mouse.up()

    def form(self, node: Locator) -> None:
        """Somebody's own controls: the first of the options, and a few words."""
        self.option(node)
        self.line(node)


_ACTS = {
    "choice": Hand.option,
    "pick": Hand.card,
    "free": Hand.line,
    "mark": Hand.word,
    "features": Hand.feature,
    "region": Hand.stroke,
    "own": Hand.form,
}
