"""How pictures are shown with rationales on them, in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from gallery import image, lightness, picture, show, styles
from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

HUES: tuple[Any, ...] = ("blue", "orange")
PIXEL = """(canvas, [x, y]) => Array.from(canvas.getContext('2d').getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data)"""


def test_heat_on_a_picture_is_brightest_where_the_score_is_largest(page: Page) -> None:
    panel = show(page, image((0, 1, 0, 4), (2, 2), picture(), presentation="heat"))
    canvas = panel.locator("canvas")
    # Centres of the four cells, and half way between the lower two: interpolated.
    places = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75), (0.5, 0.75)]
    bright = [lightness(canvas.evaluate(PIXEL, place)) for place in places]
    assert bright[0] == pytest.approx(bright[2], abs=1.5)
    assert bright[0] < bright[1] < bright[4] < bright[3]
    # Outside the outermost centres it stays as it is there.
    assert lightness(canvas.evaluate(PIXEL, (0.99, 0.99))) == pytest.approx(bright[3], abs=1.5)
    assert panel.locator("[data-summary]").text_content() == (
        "Parts that counted most: bottom right."
    )


def test_both_scales_of_a_picture_grow_lighter_alike(page: Page) -> None:
    scores = tuple(range(9))
    panels = [image(scores, (1, 9), picture(), presentation="heat", hue=h) for h in HUES]
    canvases = show(page, *panels).locator("canvas")
    blue, orange = (
        [lightness(canvases.nth(n).evaluate(PIXEL, ((i + 0.5) / 9, 0.5))) for i in scores]
        for n in (0, 1)
    )
    assert all(second - first > 4 for first, second in zip(blue, blue[1:], strict=False))
    assert blue == pytest.approx(orange, abs=4)


def test_the_colours_over_a_picture_can_be_made_weaker_with_the_keyboard(page: Page) -> None:
    panel = show(page, image((0, 1, 0, 4), (2, 2), picture(), presentation="heat"))
    before = float(styles(panel.locator("canvas"), "opacity")[0])
    panel.get_by_label("Strength of the colours").press("ArrowLeft")
    assert float(styles(panel.locator("canvas"), "opacity")[0]) < before
    panel.get_by_label("Strength of the colours").press("Home")
    assert float(styles(panel.locator("canvas"), "opacity")[0]) == 0


def boxes(panel: Locator) -> list[list[float]]:
    """Top, left, height and width of each box, in parts of the picture."""
    script = """nodes => nodes.map(node => ['top', 'left', 'height', 'width'].map(
        name => parseFloat(node.style[name]) / 100))"""
    found: list[list[float]] = panel.locator(".region").evaluate_all(script)
    return found


def test_boxes_stand_round_the_regions_above_half_of_the_largest(page: Page) -> None:
    # The 3 and the 4 touch at a corner and are one region; the 2 is just half of the largest.
    scores = (3, 0, 2, 0, 0, 4, 0, 0, 0, 0, 0, 3.5)
    panel = show(page, image(scores, (3, 4), picture(), presentation="boxes"))
    third = 1 / 3
    assert boxes(panel) == [
        pytest.approx([0, 0, 2 * third, 0.5], abs=1e-4),
        pytest.approx([2 * third, 0.75, third, 0.25], abs=1e-4),
    ]
    told = panel.locator("[data-summary]").text_content()
    assert told == "Parts that counted most: top left, centre, bottom right."


def test_a_region_that_turns_back_upwards_is_one_box(page: Page) -> None:
    # A U: its right arm is reached from below only.
    panel = show(page, image((4, 0, 4, 4, 4, 4), (2, 3), picture(), presentation="boxes"))
    assert boxes(panel) == [[0, 0, 1, 1]]


@pytest.mark.parametrize(("presentation", "cover"), [("top", range(150, 230)), ("only", [255])])
def test_what_did_not_count_is_dimmed_or_covered_whole(
    page: Page, presentation: str, cover: Sequence[int]
) -> None:
    panel = show(page, image((0, 0, 0, 4), (2, 2), picture(), presentation=presentation))
    canvas = panel.locator("canvas")
    corners = [(0.01, 0.01), (0.25, 0.25), (0.99, 0.01), (0.01, 0.99), (0.45, 0.45)]
    assert all(canvas.evaluate(PIXEL, place)[3] in cover for place in corners)
    assert canvas.evaluate(PIXEL, (0.75, 0.75))[3] == 0
    assert canvas.bounding_box() == panel.locator("img").bounding_box()


def test_pictures_are_named_and_small_ones_are_enlarged_without_blur(page: Page) -> None:
    panels = show(page, image(None, (1, 1), picture(8, 8)), image(None, (1, 1), picture(640, 9)))
    digit, wide = panels.nth(0).get_by_role("img"), panels.nth(1).get_by_role("img")
    assert (digit.bounding_box() or {})["width"] == 320
    assert styles(digit, "imageRendering") == ["pixelated"]
    assert (wide.bounding_box() or {})["width"] == 640
    assert digit.get_attribute("alt") == "Picture"
    named = show(page, image(None, (1, 1), picture(alt="A red disc")))
    assert named.get_by_role("img", name="A red disc").is_visible()
