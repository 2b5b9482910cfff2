"""Marking on pictures and feature rows with mouse, keys and fingers, in a real browser."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from db.masks import decode, encode
from hits.masks import check
from hits.render import _environment
from hits.studies.base import Question

pytestmark = pytest.mark.browser
Mask = NDArray[np.uint8]
Point = tuple[float, float]
PARTS = {
    "region": (
        "marking.css",
        "region.css",
        "region_rle.js",
        "region_state.js",
        "region_areas.js",
        "region_view.js",
        "region_input.js",
        "region.js",
    ),
    "features": ("marking.css", "features.css", "marks.js", "features.js"),
}
# One item and its widget, made by the page's own core; `part` is what the widget promises.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>marking</title>
<style>{style}</style>
<main id="konkyo-main"><div id="konkyo-items"></div>
<p class="unseen" role="status" id="konkyo-status"></p></main>
<template id="konkyo-item"><article class="item">{widget}</article></template>
<form id="konkyo-form"></form>
<script type="application/json" id="konkyo-data">{data}</script>
<script>(function () {{ 'use strict';
{script}
window.changes = 0;
const view = makeView(page.items[0], 0, () => {{ window.changes += 1; }});
byId('items').append(view.root);
window.part = view.parts[0];
}})();</script></html>"""


def marking_page(name: str, panel: dict[str, Any]) -> str:
    """A page with the widget `name` on one panel."""
    macro = getattr(_environment().get_template("widgets.html").module, name)

    def sources(kind: str, first: str) -> str:
        names = [first, *(part for part in PARTS[name] if part.endswith(kind))]
        return "\n".join(files("hits.templates").joinpath(n).read_text("ascii") for n in names)

    return PAGE.format(
        style=sources(".css", "page.css"),
        script=sources(".js", "core.js"),
        widget=macro(Question("marks", "Mark what justifies your answer.", "set", form="marks")),
        data=json.dumps({"items": [{"id": "i1", "panels": [panel]}]}),
    )


def image_panel(pixels: NDArray[np.uint8], src: str | None = None) -> dict[str, Any]:
    """A picture as a page carries it."""
    height, width = pixels.shape[:2]
    panel = {"kind": "image", "width": width, "height": height, "alt": "a test picture"}
    return {**panel, "presentation": "plain", "src": src or f"data:image/png;base64,{png(pixels)}"}


def png(pixels: NDArray[np.uint8]) -> str:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def two_halves(width: int = 200, height: int = 100) -> NDArray[np.uint8]:
    """Dark on the left, light on the right."""
    pixels = np.full((height, width, 3), 30, np.uint8)
    pixels[:, width // 2 :] = 220
    return pixels


class Stage:
    """The picture on the page, and what a worker does to it; points are picture pixels."""

    def __init__(self, page: Page, pixels: NDArray[np.uint8], src: str | None = None) -> None:
        self.page = page
        self.height, self.width = pixels.shape[:2]
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_content(marking_page("region", image_panel(pixels, src)))
        self.stage = page.get_by_role("application", name="Mark what justifies your answer.")
        page.wait_for_function("document.querySelector('.sheet').style.width")

    def at(self, point: Point) -> Point:
        """Where a picture point lies in the window now."""
        box = self.page.locator(".sheet").bounding_box()
        assert box is not None
        x, y = point
        return box["x"] + x / self.width * box["width"], box["y"] + y / self.height * box["height"]

    def drag(self, *points: Point) -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.at(point), steps=5)
        mouse.up()

    def click(self, *points: Point) -> None:
        for point in points:
            self.page.mouse.click(*self.at(point))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def use(self, tool: str) -> None:
        self.page.get_by_label(tool, exact=True).check()

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def said(self) -> str:
        return self.page.get_by_role("status").inner_text()

    def answer(self) -> dict[str, Any]:
        given: dict[str, Any] = self.page.evaluate("part.get()")
        assert self.errors == []
        return given

    def mask(self) -> Mask:
        """The answer, read as a collection reads it."""
        return decode(check(self.answer()["marks"], (self.width, self.height)))

    def marked(self) -> int:
        return int(self.mask().sum())


def block(stage: Stage, x0: int, y0: int, x1: int, y1: int) -> Mask:
    """The mask of a rectangle of pixels, ends included."""
    mask = np.zeros((stage.height, stage.width), np.uint8)
    mask[y0 : y1 + 1, x0 : x1 + 1] = 1
    return mask


def test_the_brush_marks_what_it_passes_over_and_the_eraser_takes_it_back(page: Page) -> None:
    stage = Stage(page, two_halves())
    stage.drag((40, 50), (120, 50))
    mask = stage.mask()
    assert mask[50, 40:121].all()
    # The ends are round: nothing is marked far from the line, and both sides alike.
    assert not mask[:30].any()
    assert not mask[70:].any()
    assert abs(int(mask[:50].sum()) - int(mask[50:].sum())) <= 81 * 2
    stage.use("Eraser")
    stage.drag((80, 20), (80, 80))
    after = stage.mask()
    assert not after[:, 80].any()
    assert after[50, 45]
    assert after[50, 115]
    assert stage.said().startswith("Erased. ")


def test_a_larger_brush_marks_more(page: Page) -> None:
    stage = Stage(page, two_halves())
    sizes = []
    for size in ("1", "10"):
        page.get_by_label("Size").fill(size)
        stage.click((100, 50))
        sizes.append(stage.marked())
        stage.button("Undo").click()
    # The smallest brush on a small picture: the pixel under it and its neighbours at most.
    assert 1 <= sizes[0] <= 9
    assert sizes[1] > 1000


@pytest.mark.parametrize("way", ["drag", "two clicks"])
def test_a_box_marks_the_pixels_from_corner_to_corner(page: Page, way: str) -> None:
    stage = Stage(page, two_halves())
    stage.use("Box")
    corners = ((20.5, 60.5), (90.5, 30.5))
    if way == "drag":
        stage.drag(*corners)
    else:
        stage.click(*corners)
    assert (stage.mask() == block(stage, 20, 30, 90, 60)).all()


@pytest.mark.parametrize("end", ["Enter", "first corner", "double click"])
def test_a_polygon_closes_with_enter_its_first_corner_or_a_double_click(
    page: Page, end: str
) -> None:
    stage = Stage(page, two_halves())
    stage.use("Polygon")
    stage.click((20, 20), (120, 20))
    if end == "double click":
        page.mouse.dblclick(*stage.at((20, 80)))
    else:
        stage.click((20, 80))
        assert stage.marked() == 0
        assert stage.said() == "Corner 3 set"
        if end == "Enter":
            stage.press("Enter")
        else:
            stage.click((20, 20))
    # A triangle of 100 by 60 pixels has an area of 3000.
    assert abs(stage.marked() - 3000) < 60
    mask = stage.mask()
    assert mask[25, 25]
    assert mask[25, 100]
    assert not mask[75, 100]


def test_escape_gives_up_a_shape_and_so_does_another_tool(page: Page) -> None:
    stage = Stage(page, two_halves())
    shape = page.locator("path.shape").first
    stage.use("Polygon")
    stage.click((20, 20), (120, 20), (20, 80))
    assert shape.get_attribute("d") != ""
    stage.press("Escape")
    assert stage.said() == "Shape given up"
    assert shape.get_attribute("d") == ""
    stage.click((20, 20), (120, 20))
    stage.use("Box")
    stage.click((10.5, 10.5), (12.5, 12.5))
    assert stage.marked() == 9


def test_areas_keep_to_what_is_seen_and_a_click_toggles_one(page: Page) -> None:
    stage = Stage(page, two_halves())
    stage.use("Areas")
    assert page.locator("path.areas").first.get_attribute("d")
    # Areas beside the border between dark and light.
    stage.click((96, 50))
    dark = stage.mask()
    assert dark[:, :100].any()
    assert not dark[:, 100:].any(), "an area holds dark and light pixels"
    stage.click((104, 50))
    assert stage.mask()[:, 100:].any()
    stage.click((96, 50))
    assert not stage.mask()[:, :100].any()
    assert stage.said().startswith("Area not marked. ")


def test_every_pixel_belongs_to_one_area_in_one_piece(page: Page) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), np.uint8)
    stage = Stage(page, noise)
    stage.use("Areas")
    seen = np.zeros((60, 80), np.int64)
    for y in range(0, 60, 10):
        for x in range(0, 80, 10):
            if not seen[y, x]:
                stage.click((x + 0.5, y + 0.5))
                seen += stage.mask()
                stage.button("Clear").click()
    assert seen.max() == 1


def test_a_picture_whose_pixels_may_not_be_read_can_still_be_marked(page: Page) -> None:
    address = "http://pictures.example/one.png"
    body = base64.b64decode(png(two_halves()))
    page.route(address, lambda route: route.fulfill(body=body, content_type="image/png"))
    stage = Stage(page, two_halves(), address)
    page.wait_for_function("document.querySelector('.sheet img').naturalWidth")
    stage.use("Areas")
    assert stage.said() == "No areas can be found in this picture; use another tool"
    stage.click((50, 50))
    assert stage.marked() == 0
    stage.use("Brush")
    stage.click((50, 50))
    assert stage.marked() > 0


def test_acts_are_undone_and_redone_one_by_one(page: Page) -> None:
    stage = Stage(page, two_halves())
    undo, redo = stage.button("Undo"), stage.button("Redo")
    assert undo.is_disabled()
    assert redo.is_disabled()
    states = [stage.marked()]
    stage.drag((20, 20), (60, 20))
    states.append(stage.marked())
    stage.drag((20, 80), (60, 80))
    states.append(stage.marked())
    stage.button("Clear").click()
    states.append(stage.marked())
    assert states[0] == states[3] == 0 < states[1] < states[2]
    stage.press("Control+z")
    assert stage.marked() == states[2]
    undo.click()
    stage.press("Control+z")
    assert stage.marked() == 0
    assert undo.is_disabled()
    redo.click()
    stage.press("Control+Shift+Z")
    assert stage.marked() == states[2]
    stage.press("Control+y")
    assert stage.marked() == 0
    undo.click()
    stage.click((150, 50))
    assert redo.is_disabled()


def test_nothing_to_mark_is_a_choice_that_marking_takes_back(page: Page) -> None:
    stage = Stage(page, two_halves())
    nothing = page.get_by_label("Nothing to mark")
    assert (
        page.evaluate("part.missing()") == "mark the picture, or say that there is nothing to mark"
    )
    assert page.evaluate("changes") == 0
    stage.click((50, 50))
    assert page.evaluate("part.missing()") == ""
    nothing.check()
    assert (stage.marked(), stage.answer()["nothing"]) == (0, True)
    assert page.evaluate("part.missing()") == ""
    stage.click((50, 50))
    assert not nothing.is_checked()
    assert stage.answer()["nothing"] is False
    stage.press("Control+z")
    assert nothing.is_checked()
    nothing.uncheck()
    assert page.evaluate("part.missing()") != ""


def test_the_keyboard_alone_paints_boxes_and_closes_shapes(page: Page) -> None:
    stage = Stage(page, two_halves())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.querySelector('.stage')")
    assert page.locator(".ring").is_visible()
    stage.press("Space")
    assert stage.mask()[50, 100]
    stage.press("Control+z")
    assert stage.said() == "Undone. nothing marked"
    assert stage.marked() == 0
    # To the tools and on to the box by their arrow keys, then back to the picture.
    stage.press("Tab", "ArrowRight", "ArrowRight", "Shift+Tab")
    stage.press("Enter", "Shift+ArrowLeft", "Shift+ArrowUp")
    place = stage.said()
    x, y = (int(word) for word in place.replace(",", "").split() if word.isdigit())
    stage.press("Space")
    assert stage.said().startswith("Box marked. ")
    ys, xs = np.nonzero(stage.mask())
    assert (int(xs.min()), int(ys.min())) == (x, y)
    assert x < int(xs.max())
    assert y < int(ys.max())
    stage.press("Tab", "ArrowRight", "Shift+Tab")
    before = stage.marked()
    stage.press("Space", "Enter")
    assert stage.said() == "A polygon needs three corners"
    stage.press("Shift+ArrowUp", "Space", "Shift+ArrowLeft", "Space", "Enter")
    assert stage.said().startswith("Shape marked. ")
    assert stage.marked() > before


def test_arrow_keys_stop_at_the_edge_and_zooming_makes_steps_finer(page: Page) -> None:
    stage = Stage(page, two_halves())
    stage.stage.focus()
    stage.press(*["Shift+ArrowLeft"] * 20)
    assert stage.said().startswith("0 across, 50 down")
    stage.press("ArrowRight")
    coarse = int(stage.said().split()[0])
    stage.press("+", "+", "+", "+", "ArrowRight")
    fine = int(stage.said().split()[0]) - coarse
    assert 1 <= fine < coarse
    ring, frame = page.locator(".ring").bounding_box(), stage.stage.bounding_box()
    assert ring is not None
    assert frame is not None
    assert frame["x"] - 10 <= ring["x"] <= frame["x"] + frame["width"]


def test_what_is_marked_while_zoomed_lies_where_it_was_seen(page: Page) -> None:
    stage = Stage(page, two_halves())
    page.mouse.move(*stage.at((150, 70)))
    before = stage.at((150, 70))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function("parseFloat(document.querySelector('.sheet').style.left) < -5")
    assert stage.at((150, 70)) == pytest.approx(before, abs=2)
    stage.use("Box")
    stage.drag((140.5, 65.5), (155.5, 72.5))
    assert (stage.mask() == block(stage, 140, 65, 155, 72)).all()
    left = stage.at((0, 0))[0]
    page.mouse.wheel(-60, 0)
    page.wait_for_function(
        f"document.querySelector('.sheet').getBoundingClientRect().left > {left + 50}"
    )
    stage.drag((120.5, 60.5), (125.5, 62.5))
    assert stage.marked() == 16 * 8 + 6 * 3
    for _ in range(9):
        stage.button("Zoom out").click()
    frame, sheet = stage.stage.bounding_box(), page.locator(".sheet").bounding_box()
    assert frame is not None
    assert sheet is not None
    assert sheet["width"] <= frame["width"]


def test_a_saved_answer_comes_back_and_one_that_does_not_fit_is_left(page: Page) -> None:
    noise = (np.random.default_rng(1).random((100, 200)) < 0.4).astype(np.uint8)
    stage = Stage(page, two_halves())
    page.evaluate("saved => part.set(saved)", {"marks": encode(noise), "nothing": False})
    assert (stage.mask() == noise).all()
    assert page.evaluate("part.missing()") == ""
    # A dab makes the page write the whole mask itself: more is marked, the rest is as it was.
    stage.click((100, 50))
    assert ((stage.mask() >= noise) & (stage.mask()[50, 100] == 1)).all()
    kept = stage.answer()["marks"]
    for marks in (
        {"size": [100, 200], "counts": "0"},
        {"size": [100, 200], "counts": kept["counts"][:-1]},
        {"size": [100, 200], "counts": "\u00e9"},
        {"size": [200, 100], "counts": kept["counts"]},
        [1, 2],
        None,
    ):
        page.evaluate("saved => part.set(saved)", {"marks": marks, "nothing": False})
        assert stage.answer()["marks"] == kept


@pytest.mark.parametrize("size", [(8, 8), (1500, 1500), (600, 20), (1, 1)])
def test_pictures_of_every_size_can_be_marked(page: Page, size: tuple[int, int]) -> None:
    width, height = size
    stage = Stage(page, two_halves(width, height))
    # Well inside a pixel, as the middle of an even number of them is not.
    stage.click((width // 2 + 0.5, height // 2 + 0.5))
    assert stage.mask()[height // 2, width // 2]
    stage.button("Clear").click()
    stage.use("Areas")
    stage.click((width // 4 + 0.5, height // 2 + 0.5))
    assert stage.mask()[height // 2, width // 4]
    stage.use("Box")
    stage.button("Clear").click()
    stage.drag((0.01, 0.01), (width - 0.01, height - 0.01))
    if min(size) > 8:
        assert stage.marked() == width * height


def test_the_mask_is_seen_hatched_on_dark_and_on_light(page: Page) -> None:
    stage = Stage(page, two_halves())
    stage.drag((60, 50), (140, 50))
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.move(0, 0)
    shot = np.asarray(Image.open(BytesIO(stage.stage.screenshot())).convert("RGB")).astype(int)
    row = shot[shot.shape[0] // 2, int(shot.shape[1] * 0.32) : int(shot.shape[1] * 0.68)]
    half = len(row) // 2
    for part in (row[:half], row[half:]):
        # Yellow: blue is well below red; and darker lines through it.
        assert (part[:, 0] - part[:, 2] > 60).mean() > 0.4
        assert part.sum(axis=1).max() - part.sum(axis=1).min() > 150
    page.get_by_label("Opacity").fill("0")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    bare = np.asarray(Image.open(BytesIO(stage.stage.screenshot())).convert("RGB")).astype(int)
    assert (bare[bare.shape[0] // 2, bare.shape[1] // 3] == 30).all()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


class Fingers:
    """Fingers on a touch screen, through the browser's own input events."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def test_one_finger_draws_and_two_zoom_without_drawing(phone: Page) -> None:
    stage, fingers = Stage(phone, two_halves()), Fingers(phone)
    fingers.send("touchStart", stage.at((40, 30)))
    fingers.send("touchMove", stage.at((60, 30)))
    fingers.send("touchMove", stage.at((80, 30)))
    fingers.send("touchEnd")
    drawn = stage.mask()
    assert drawn[30, 40:81].all()
    # The first finger of a pinch has drawn already: that is taken back.
    a, b = stage.at((90, 60)), stage.at((110, 60))
    fingers.send("touchStart", a)
    fingers.send("touchStart", a, b)
    for step in range(1, 6):
        fingers.send("touchMove", (a[0] - 10 * step, a[1]), (b[0] + 10 * step, b[1]))
    fingers.send("touchEnd")
    assert (stage.mask() == drawn).all()
    sheet, frame = phone.locator(".sheet").bounding_box(), stage.stage.bounding_box()
    assert sheet is not None
    assert frame is not None
    assert sheet["width"] > 2 * frame["width"]
    fingers.send("touchStart", stage.at((100, 60)))
    fingers.send("touchEnd")
    assert stage.mask()[60, 100]


def test_corners_that_were_set_survive_zooming_with_two_fingers(phone: Page) -> None:
    stage, fingers = Stage(phone, two_halves()), Fingers(phone)
    stage.use("Polygon")
    for corner in ((60, 40), (100, 40), (100, 70)):
        fingers.send("touchStart", stage.at(corner))
        fingers.send("touchEnd")
    a, b = stage.at((70, 50)), stage.at((90, 50))
    fingers.send("touchStart", a)
    fingers.send("touchStart", a, b)
    fingers.send("touchMove", (a[0] - 15, a[1]), (b[0] + 15, b[1]))
    fingers.send("touchEnd")
    assert stage.marked() == 0
    fingers.send("touchStart", stage.at((60, 40)))
    fingers.send("touchEnd")
    # Half of 40 by 30 pixels; a fingertip is no finer than a pixel or so.
    assert abs(stage.marked() - 600) < 80


def test_the_page_fits_a_small_screen(phone: Page) -> None:
    stage = Stage(phone, two_halves())
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    for name in ("Undo", "Redo", "Clear", "Zoom in", "Zoom out"):
        box = stage.button(name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40


ROW = {
    "kind": "row",
    "presentation": "plain",
    "names": ["age", "income <b>", "a_very_long_name_of_a_feature_" * 3, "height"],
    "values": ["41", "1,200.50", "yes", "1.8"],
}


def ticked(page: Page) -> list[int]:
    """The positions that are ticked, which are the answer's and those of the coloured rows."""
    boxes = page.locator("tbody input").evaluate_all("nodes => nodes.map(node => node.checked)")
    rows = page.locator("tbody tr").evaluate_all(
        "nodes => nodes.map(node => node.classList.contains('on'))"
    )
    assert boxes == rows
    marks: list[int] = page.evaluate("part.get().marks")
    assert marks == [i for i, on in enumerate(boxes) if on]
    return marks


def test_features_are_ticked_by_name_by_row_and_by_key(page: Page) -> None:
    page.set_content(marking_page("features", ROW))
    assert page.evaluate("part.missing()") == "mark features, or say that there is nothing to mark"
    page.get_by_label("height").check()
    page.get_by_role("cell", name="1,200.50").click()
    assert ticked(page) == [1, 3]
    page.get_by_role("row", name="income <b>").get_by_text("income").click()
    assert ticked(page) == [3]
    page.evaluate("part.focus()")
    page.keyboard.press("Space")
    assert ticked(page) == [0, 3]
    assert page.get_by_role("status").inner_text() == "age, marked"
    assert page.locator("[data-count]").inner_text() == "2 features marked"
    assert page.evaluate("part.missing()") == ""


def test_ticks_are_undone_and_nothing_is_a_choice(page: Page) -> None:
    page.set_content(marking_page("features", ROW))
    nothing = page.get_by_label("Nothing to mark")
    page.get_by_label("age").check()
    page.get_by_label("height").check()
    page.get_by_role("button", name="Clear").click()
    page.keyboard.press("Control+z")
    assert ticked(page) == [0, 3]
    page.get_by_role("button", name="Undo").click()
    assert ticked(page) == [0]
    nothing.check()
    assert (ticked(page), page.evaluate("part.get().nothing")) == ([], True)
    page.get_by_label("age").check()
    assert not nothing.is_checked()
    page.evaluate("part.set({marks: [3, 1, 9, 'x'], nothing: false})")
    assert ticked(page) == [1, 3]


def test_long_feature_names_fit_a_small_screen(phone: Page) -> None:
    phone.set_content(marking_page("features", ROW))
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
