"""How texts, lists of words and feature rows are shown with rationales on them, in a browser."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from gallery import classes, hang, image, lightness, picture, row, show, styles, text
from PIL import Image
from playwright.sync_api import Browser, Locator, Page
from workbench import FACTS, Market, submit

from hits.render import Shell
from hits.studies.panels import Panel, ShownItem

pytestmark = pytest.mark.browser

COLD = "The soup was incomprehensibly cold"
CODE = ("renderWords", "createTHead", "putImageData")


def rgb(colour: str) -> list[int]:
    return [int(part) for part in colour[colour.index("(") + 1 : -1].split(",")]


def test_bars_are_as_wide_under_a_long_word_and_as_tall_as_the_score(page: Page) -> None:
    panel = show(page, text(COLD, (0, 1, 0, 2, 4), presentation="bars"))
    bars = [size.split(",")[0].split() for size in styles(panel.locator(".w"), "backgroundSize")]
    wide, tall = zip(*[(float(w[:-2]), float(h[:-2])) for w, h in bars], strict=True)
    assert len(set(wide)) == 1
    # Relative to the largest (4): 0, 1/4, 0, 1/2, 1.
    assert [height / tall[4] for height in tall] == pytest.approx([0, 0.25, 0, 0.5, 1])
    assert "taller the bar" in panel.locator("[data-legend]").inner_text()


def test_top_words_are_marked_alike_and_told_in_the_order_of_the_text(page: Page) -> None:
    panel = show(page, text(COLD, (0, 1, -2, 0.01, 4), presentation="top"))
    assert classes(panel.locator(".w")) == ["w", "w l3", "w", "w l3", "w l3"]
    told = panel.locator("[data-summary]").text_content()
    assert told == "Words that counted most: soup, incomprehensibly, cold."


def test_a_rationale_without_a_positive_score_says_that_nothing_counted(page: Page) -> None:
    panel = show(page, text(COLD, (0, -1, -2, 0, 0), presentation="heat"))
    assert classes(panel.locator(".text .w")) == ["w"] * 5
    assert panel.locator("[data-summary]").text_content() == "No word counted."


def test_a_plain_text_carries_no_legend_no_shade_and_no_summary(page: Page) -> None:
    panel = show(page, text(COLD, (0, 1, 2, 3, 4)))
    assert classes(panel.locator(".w")) == ["w"] * 5
    assert panel.locator("[data-legend], [data-summary], [data-verdict]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_hues_have_the_same_lightness_at_each_step(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    scores = (1, 2, 3, 4)
    panels = [text("a b c d", scores, presentation="heat", hue=hue) for hue in ("blue", "orange")]
    words = show(page, *panels).locator(".text .w")
    seen = [rgb(colour) for colour in styles(words, "backgroundColor")]
    page.emulate_media(color_scheme="light")
    blue, orange = [lightness(c) for c in seen[:4]], [lightness(c) for c in seen[4:]]
    assert blue == pytest.approx(orange, abs=1)
    steps = [second - first for first, second in zip(blue, blue[1:], strict=False)]
    assert all(step < -5 for step in steps) or all(step > 5 for step in steps)
    assert all(c[2] > c[0] for c in seen[:4])
    assert all(c[0] > c[2] for c in seen[4:])


def test_scores_of_a_pair_run_on_into_the_second_text(page: Page) -> None:
    pair = Panel(
        "pair", text="cold soup", offsets=((0, 4), (5, 9)), text_pair="never", hue="orange",
        offsets_pair=((0, 5),), scores=(0.0, 1.0, 4.0), presentation="heat",
    )  # fmt: skip
    panel = show(page, pair)
    assert classes(panel.locator(".text .w")) == ["w", "w l1", "w l4"]
    assert panel.locator(".words .caption").all_inner_texts() == ["First text", "Second text"]


def test_the_answer_is_shown_with_the_words_of_the_study_or_with_our_own(page: Page) -> None:
    panel = text(COLD, label="<b>", caption="A & B")
    assert show(page, panel).locator(".verdict").inner_text() == "The computer’s answer: <b>"
    assert page.locator(".panel > .caption").inner_text() == "A & B"
    said = show(page, panel, caption="Others said:").locator(".verdict").inner_text()
    assert said == "Others said: <b>"


def test_a_place_whose_panel_an_item_lacks_is_left_out(page: Page) -> None:
    items = [ShownItem("i1", (text("a"), text("b"))), ShownItem("i2", (text("c"),))]
    hang(page, items, panels=2)
    shown = page.locator(".shown")
    hidden = shown.evaluate_all("nodes => nodes.map(node => node.hidden)")
    assert hidden == [False, False, False, True]


def test_a_list_of_words_stands_in_frames_or_beside_bars_of_equal_length(page: Page) -> None:
    words = ("cold", "incomprehensibly", "קר")
    panels = show(
        page,
        Panel("words", words=words),
        Panel("words", words=words, scores=(2.0, 4.0, 0.0), presentation="bars"),
    )
    assert panels.nth(0).locator("li").all_inner_texts() == list(words)
    assert panels.nth(0).locator(".meter").count() == 0
    assert panels.nth(0).locator(".w").nth(2).get_attribute("dir") == "rtl"
    meters = panels.nth(1).locator(".meter")
    assert len(set(styles(meters, "width"))) == 1
    assert [s.split()[0] for s in styles(meters, "backgroundSize")] == ["50%", "100%", "0%"]
    told = panels.nth(1).locator("[data-summary]").text_content()
    assert told == "Words that counted most: incomprehensibly, cold."


def test_a_row_is_a_table_whose_lines_are_shaded_whole(page: Page) -> None:
    panel = show(page, row((3, 0, 1, -4), presentation="heat"))
    assert panel.get_by_role("rowheader").count() == 4
    assert panel.get_by_role("columnheader").all_inner_texts() == ["Feature", "Value"]
    assert classes(panel.locator("tbody tr")) == ["l4", "", "l2", ""]
    lines = [float(w[:-2]) for w in styles(panel.locator("tbody tr"), "borderBottomWidth")]
    assert lines[0] > lines[2] > lines[1]
    told = panel.locator("[data-summary]").text_content()
    assert told == "Features that counted most: bill length (mm), body mass (g)."


def test_bars_of_a_row_stand_in_a_column_and_are_told_in_words(page: Page) -> None:
    panel = show(page, row((3, 0, 1, -4), presentation="bars"))
    counted = panel.locator("tbody td:last-child")
    assert counted.all_inner_texts() == ["most", "not at all", "some", "not at all"]
    assert len(set(styles(counted.locator(".meter"), "width"))) == 1


def test_top_features_are_marked_alike(page: Page) -> None:
    panel = show(page, row((3, 0, 0.01, -4), presentation="top"))
    assert classes(panel.locator("tbody tr")) == ["l3", "", "l3", ""]


ALL: dict[str, Panel] = {
    "heat": text(COLD + "x" * 90, (0, 1, 2, 3, 4), presentation="heat", label="long" * 9),
    "bars": text(COLD + "x" * 90, (0, 1, 2, 3, 4), presentation="bars"),
    "words": Panel("words", words=("a" * 90, "b"), scores=(4.0, 2.0), presentation="bars"),
    "row": Panel("row", names=("n" * 90, "b"), values=("v" * 90, "1"), scores=(1.0, 2.0),
                 presentation="bars"),
    "picture": image((0, 1, 0, 4), (2, 2), picture(2000, 9), presentation="heat"),
    "tall": image((0, 1, 0, 4), (2, 2), picture(9, 2000), presentation="boxes"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ALL))
def test_nothing_is_wider_than_a_narrow_phone(browser: Browser, name: str) -> None:
    narrow = browser.new_page(viewport={"width": 360, "height": 640})
    show(narrow, ALL[name])
    assert narrow.evaluate("document.documentElement.scrollWidth") == 360
    narrow.close()


def dark(node: Locator) -> float:
    """The share of pixels in the lowest quarter of an element that are darker than half."""
    grey = Image.open(BytesIO(node.screenshot())).convert("L")
    lowest = grey.crop((0, grey.height * 3 // 4, grey.width, grey.height))
    counts = lowest.histogram()
    return sum(counts[:128]) / sum(counts)


def test_forced_colours_keep_lines_and_bars(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    panels = show(
        page,
        text("aaa bbb", (1, 4), presentation="heat"),
        text("aaa bbb", (0, 4), presentation="bars"),
        row((3, 0, 1, -4), presentation="bars"),
    )
    shaded, barred = panels.nth(0).locator(".text .w"), panels.nth(1).locator(".text .w")
    meters = panels.nth(2).locator(".meter")
    seen = [[dark(nodes.nth(i)) for i in (0, 1)] for nodes in (shaded, barred, meters)]
    page.emulate_media(forced_colors="none")
    assert seen[0][0] < seen[0][1]
    assert seen[1][0] < 0.1 < seen[1][1]
    assert seen[2][1] < 0.1
    assert seen[2][0] > 0.5


@pytest.mark.parametrize(
    ("panel", "code"),
    [
        (text(COLD, (0, 1, 2, 3, 4), presentation="bars", label="bad"), "renderWords"),
        (row((3, 0, 1, -4), presentation="bars", label="Adelie"), "createTHead"),
        (image((0, 1, 0, 4), (2, 2), picture(), presentation="heat", label="disc"), "putImageData"),
    ],
    ids=["text", "row", "image"],
)
def test_a_page_of_each_kind_shows_it_and_carries_only_its_code(
    page: Page, market: Market, panel: Panel, code: str
) -> None:
    html = Shell("rate", {}, FACTS, panel.kind).page([ShownItem("i1", (panel,))])
    assert [name for name in CODE if name in html] == [code]
    desk = market.open(page, html)
    assert desk.frame.locator(f".panel.as-{panel.presentation}").is_visible()
    assert desk.frame.locator(".verdict b").inner_text() == panel.label
    desk.frame.get_by_label("moderately convincing").check()
    desk.frame.get_by_label("fairly sure").check()
    assert submit(desk, "rate").items[0]["convincing"] == 3
    assert desk.errors == []
