"""What a worker's hands do to words on a page: mouse, keys, one finger."""

from __future__ import annotations

from playwright.sync_api import Page
from workbench import Desk, word


def middle(desk: Desk, i: int) -> tuple[float, float]:
    box = word(desk, i).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(desk: Desk, start: int, stop: int) -> None:
    mouse = desk.page.mouse
    mouse.move(*middle(desk, start))
    mouse.down()
    mouse.move(*middle(desk, stop), steps=5)
    mouse.up()


def press(desk: Desk, *keys: str) -> None:
    for key in keys:
        desk.page.keyboard.press(key)


class Finger:
    """One finger on a touch screen, through the browser's own input events."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def tap(self, at: tuple[float, float]) -> None:
        self._send("touchStart", at)
        self._send("touchEnd")

    def pull(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        self._send("touchStart", start)
        for step in range(1, 11):
            share = step / 10
            x, y = (a + (b - a) * share for a, b in zip(start, stop, strict=True))
            self._send("touchMove", (x, y))
        self._send("touchEnd")
