"""Every study on every kind, in a browser: for a mouse, a finger, a screen reader, a printer, on a
laptop and on a phone. `test_studies.py` does the same pages with the keyboard.

Each test opens the page of one case in a browser page that is used again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page

from hits.protocol import Check
from hits.render import PageFacts, Shell
from hits.studies.base import asked_in
from hits.studies.panels import ShownItem
from tests.conformance.axe import faults
from tests.conformance.cases import IN_BROWSERS, SIZED, Case
from tests.conformance.hands import FACTS, IN_VIEW, Desk, Hand, Market, chromium
from tests.conformance.test_studies import read_back

pytestmark = pytest.mark.browser
each = pytest.mark.parametrize("case", IN_BROWSERS, ids=str)
LAPTOP, PHONE, NARROW = (1280, 900), (390, 844), (360, 740)
CONTROLS = (
    "button, input:not([type=hidden]), textarea, select, summary, [role=listbox], [data-stage]"
)
PROTOCOL = replace(
    FACTS,
    hourly="$15.00",
    consent_page="# Taking part\n\nWe study *how people read*.\n\n- You may stop at any time.\n\n"
    "| kept | how long |\n|---|---|\n| answers | ten years |\n\n[Write to us](mailto:a@example.org).",
    comprehension=(
        Check("What is asked?", ("all words", "words that decide"), 1, "See the instructions."),
    ),
    debriefing="We compared answers.\n\n## Why\n\nComputers give reasons, too.",
    practice=True,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    one = Market()
    yield one
    one.close()


def _opened(browser: Browser, size: tuple[int, int], **more: Any) -> Page:
    """A page of this size; still, so that colours are looked at once they are what they will be."""
    size_of = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=size_of, reduced_motion="reduce", **more).new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.fixture(scope="module")
def laptop(browser: Browser) -> Page:
    return _opened(browser, LAPTOP)


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Page:
    return _opened(browser, PHONE, has_touch=True, is_mobile=True)


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Page:
    return _opened(browser, NARROW, has_touch=True, is_mobile=True)


def show(
    page: Page, market: Market, case: Case, items: list[ShownItem], facts: PageFacts = FACTS
) -> Desk:
    """The page of a case, framed and ready."""
    shell = Shell(case.study, case.settings, facts, case.kind)
    return market.open(page, shell.page(items))


def task(page: Page) -> Frame:
    """The frame that the page stands in."""
    frame = page.frame("task")
    assert frame is not None
    return frame


def assert_faultless(page: Page, state: str) -> None:
    """axe-core finds nothing, in a light and in a dark room."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{scheme}: {one}" for one in faults(task(page), colours_only=scheme == "dark")]
    assert found == [], f"{state}:\n" + "\n".join(found)


@pytest.mark.parametrize(("case", "size"), SIZED, ids=[f"{c}-{size}" for c, size in SIZED])
def test_a_page_has_no_accessibility_faults_fresh_with_problems_or_answered(
    case: Case, size: str, request: pytest.FixtureRequest, market: Market
) -> None:
    page = request.getfixturevalue(size)
    desk = show(page, market, case, case.page(2))
    assert_faultless(page, "fresh")
    desk.frame.locator("#konkyo-next").click()
    desk.frame.locator("#konkyo-instructions > summary").click()
    assert desk.frame.get_by_role("alert").is_visible()
    assert_faultless(page, "with problems shown, instructions folded")
    Hand(desk).answer_item()
    assert_faultless(page, "answered")


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_what_stands_around_the_items_has_no_accessibility_faults(
    size: str, request: pytest.FixtureRequest, market: Market
) -> None:
    page = request.getfixturevalue(size)
    case = Case("rate", "text")
    practice = replace(case.item("p"), practice={"convincing": 2, "confidence": 3})
    desk = show(page, market, case, [practice, case.item("i")], PROTOCOL)
    begin = desk.frame.get_by_role("button", name="Begin")
    begin.click()
    assert_faultless(page, "consent, not given")
    desk.frame.get_by_label("I have read").check()
    begin.click()
    assert_faultless(page, "comprehension")
    check = desk.frame.get_by_role("button", name="Check my answers")
    desk.frame.get_by_label("all words").check()
    check.click()
    assert_faultless(page, "comprehension, not quite")
    desk.frame.get_by_label("words that decide").check()
    check.click()
    assert_faultless(page, "practice")
    Hand(desk).answer_item()
    desk.frame.get_by_role("button", name="Check my answer").click()
    assert_faultless(page, "practice, known answer shown")
    desk.frame.locator("#konkyo-next").click()
    Hand(desk).answer_item()
    desk.frame.locator("#konkyo-next").click()
    assert desk.frame.get_by_role("heading", name="What this was about").is_visible()
    assert_faultless(page, "debriefing")


@pytest.mark.parametrize("case", [c for c in IN_BROWSERS if c.kind == "text"], ids=str)
def test_a_preview_has_no_accessibility_faults(case: Case, laptop: Page, market: Market) -> None:
    html = Shell(case.study, case.settings, FACTS, case.kind).page([case.item()])
    desk = market.open(laptop, html, {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"})
    assert desk.frame.locator("#konkyo-notice").is_visible()
    assert_faultless(laptop, "preview")


def test_axe_finds_a_fault_where_there_is_one(laptop: Page, market: Market) -> None:
    html = "<!doctype html><html><title>t</title><main><h1>h</h1><img alt><input></main>"
    ready = "<script>parent.postMessage({konkyo: 'ready'}, '*')</script>"
    market.open(laptop, html + ready)
    rules = {fault.split(":")[0] for fault in faults(task(laptop))}
    assert rules == {"html-has-lang", "label"}


def assert_answered(desk: Desk, case: Case, items: list[ShownItem]) -> None:
    """Something came back for every question of every item, and no script failed."""
    answers = read_back(case, desk.submitted(), items)
    asked = case.loaded.questions(case.settings)
    assert [list(answer) for answer in answers] == [
        [question.name for question in asked_in(asked, shown.phase)] for shown in items
    ]
    assert desk.errors == []


@each
def test_a_whole_page_is_answered_with_the_mouse(case: Case, laptop: Page, market: Market) -> None:
    items = case.page(2)
    desk = show(laptop, market, case, items)
    Hand(desk).answer_page()
    assert_answered(desk, case, items)


@each
def test_a_whole_page_is_answered_with_a_finger(case: Case, phone: Page, market: Market) -> None:
    items = case.page(2)
    desk = show(phone, market, case, items)
    Hand(desk, touch=True).answer_page()
    assert_answered(desk, case, items)


def too_wide(page: Page) -> list[str]:
    """What reaches past the right edge, or everything that scrolls sideways as one line."""
    found: list[str] = task(page).evaluate(
        """controls => {
          const wide = innerWidth, over = wide === 360 ? [] : ['the window is ' + wide + ' wide'];
          const page = document.documentElement.scrollWidth;
          if (page > wide) over.push('the page is ' + page + ' wide in ' + wide);
          for (const node of document.querySelectorAll(controls)) {
            const box = node.getBoundingClientRect();
            if (box.width && (box.left < -0.5 || box.right > wide + 0.5)) {
              over.push(node.outerHTML.slice(0, 120) + ' ' + box.left + ' to ' + box.right);
            }
          }
          return over;
        }""",
        CONTROLS,
    )
    return found


@each
def test_nothing_scrolls_sideways_on_a_narrow_phone(
    case: Case, narrow: Page, market: Market
) -> None:
    text = "A donaudampfschifffahrtsgesellschaftskapitaensmuetzenfabrik is long . It is , really"
    show(narrow, market, case, [case.item("i1", text), case.item("i2")])
    assert too_wide(narrow) == []


@each
def test_with_text_of_double_size_every_control_is_in_view_and_can_be_used(
    case: Case, narrow: Page, market: Market
) -> None:
    items = case.page(2)
    desk = show(narrow, market, case, items)
    task(narrow).evaluate("document.documentElement.style.fontSize = '200%'")
    assert too_wide(narrow) == []
    Hand(desk, touch=True).answer_page()
    assert_answered(desk, case, items)


def scale_points(desk: Desk) -> Locator:
    """The options of the questions, whichever item they belong to."""
    return desk.frame.locator(".item fieldset.choice .options label")


@each
def test_in_print_every_item_stands_with_its_content_and_options(
    case: Case, laptop: Page, market: Market
) -> None:
    desk = show(laptop, market, case, case.page(2))
    laptop.emulate_media(media="print")
    try:
        shown = ".item .panel, .item .words, .item .pickcard, .item .features table, .item .stage"
        for found in (desk.frame.locator(shown), scale_points(desk)):
            # What cannot be reached yet is no part of the page: later phases of a study.
            within = [one for one in found.all() if not _is_shut(one)]
            assert all(one.is_visible() for one in within)
        n_open = desk.frame.locator(".item:not(.shut)").count()
        assert n_open == desk.frame.locator(".item:visible").count() >= 1
        assert n_open == len(case.page(2)) or case.study == "simulate"
    finally:
        laptop.emulate_media(media="screen")


def _is_shut(node: Locator) -> bool:
    shut: bool = node.evaluate("node => Boolean(node.closest('.shut'))")
    return shut


@pytest.mark.parametrize("kind", ["text", "pair", "row"])
def test_in_forced_colours_heat_is_told_by_the_thickness_of_lines(
    kind: str, laptop: Page, market: Market
) -> None:
    case = Case("compare", kind)
    desk = show(laptop, market, case, [case.item()])
    laptop.emulate_media(forced_colors="active")
    try:
        widths = [_line(desk.frame.locator(f".legend .l{level}").first) for level in range(1, 5)]
        assert all(thin < thick for thin, thick in pairwise([0.0, *widths]))
        marked = desk.frame.locator(f"{IN_VIEW} .panel :is(.words, table) :is(.l1, .l2, .l3, .l4)")
        assert marked.count() > 0
        assert all(_line(one) > 0 for one in marked.all())
    finally:
        laptop.emulate_media(forced_colors="none")


@pytest.mark.parametrize(
    ("kind", "marked"), [("text", ".w.on"), ("pair", ".w.on"), ("row", "tr.on")]
)
def test_in_forced_colours_a_mark_is_told_by_a_line_or_a_tick(
    kind: str, marked: str, laptop: Page, market: Market
) -> None:
    case = Case("highlight", kind)
    desk = show(laptop, market, case, [case.item()])
    laptop.emulate_media(forced_colors="active")
    try:
        Hand(desk).answer_item()
        one = desk.frame.locator(marked).first
        assert _line(one) >= 2 or one.locator("input:checked").is_visible()
    finally:
        laptop.emulate_media(forced_colors="none")


def _line(node: Locator) -> float:
    """How thick the line is that is drawn under a word or a row of a table, in pixels."""
    thick: float = node.evaluate(
        """node => {
          const style = getComputedStyle(node), none = style.borderBottomStyle === 'none';
          if (style.textDecorationLine === 'underline') return parseFloat(style.textDecorationThickness);
          return none ? 0 : parseFloat(style.borderBottomWidth);
        }"""
    )
    return thick
