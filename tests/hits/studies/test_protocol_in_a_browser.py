"""What happens between opening a page and submitting it, beside its questions, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from workbench import FACTS, TEXT, Desk, Market, answer_xml, item, marked, submit

from hits.answers import PageAnswer, read_fields, read_konkyo
from hits.protocol import Check
from hits.render import Shell
from hits.studies.base import Question
from hits.studies.highlight import Highlight
from hits.studies.panels import Choice, Panel, ShownItem

pytestmark = pytest.mark.browser

CHECKS = (
    Check("What do you mark?", ("All words", "Words that decide"), 1, "Mark what decides."),
    Check("May you return the page?", ("Yes", "No"), 0, "You may, at any time."),
)
CONSENT = replace(FACTS, consent_page="# Taking part\n\nIt is **voluntary**.")
CHECKED = replace(FACTS, comprehension=CHECKS)
PRACTISED = replace(FACTS, practice=True)
DEBRIEFED = replace(FACTS, debriefing="We compared your words with a *computer's*.")
KNOWN = {"label": "negative", "marks": [3, 7, 8]}


def opened(
    page: Page, market: Market, facts: Any = FACTS, items: Sequence[ShownItem] = (), **more: Any
) -> Desk:
    """A highlight page with these facts, by default of one text."""
    shown = items or [item("i1", TEXT)]
    facts = replace(facts, practice=any(one.practice is not None for one in shown))
    return market.open(page, Shell("highlight", {}, facts).page(shown), **more)


def answer(desk: Desk, label: str = "negative", token: int = 3) -> None:
    """Answer the item in view."""
    here = desk.frame.locator(".item:not([hidden])")
    here.get_by_label(label, exact=True).check()
    here.locator(f".w[data-i='{token}']").click()


def press(desk: Desk, name: str) -> None:
    desk.frame.get_by_role("button", name=name, exact=True).click()


def heading(desk: Desk) -> str:
    return desk.frame.locator(".item:not([hidden]) h2").inner_text()


def sent(desk: Desk, *ids: str) -> PageAnswer:
    """Submit, and read what arrived as a collection does."""
    found: PageAnswer = submit(desk, ids=ids or ("i1",))
    return found


def saved_by(desk: Desk) -> str:
    """What the page around has kept once everything so far was saved, as JavaScript."""
    desk.page.frame("task").evaluate("dispatchEvent(new Event('pagehide'))")  # type: ignore[union-attr]
    desk.page.wait_for_function("heard.some(message => message.konkyo === 'autosave')")
    return json.dumps(desk.page.evaluate("saved"))


# Consent


def test_nothing_but_the_consent_is_shown_before_somebody_agrees(
    page: Page, market: Market
) -> None:
    desk = opened(page, market, CONSENT)
    assert desk.frame.get_by_role("heading", name="Taking part").is_visible()
    for hidden in ("#konkyo-instructions", "#konkyo-items", "#konkyo-submit", ".consent"):
        assert desk.frame.locator(hidden).is_hidden(), hidden
    press(desk, "Begin")
    assert "tick the box if you agree" in desk.frame.get_by_role("alert").inner_text()
    assert desk.focus()["id"] == "konkyo-agree"
    assert desk.frame.locator("#konkyo-items").is_hidden()


def test_agreeing_opens_the_page_and_is_recorded(page: Page, market: Market) -> None:
    desk = opened(page, market, CONSENT)
    desk.frame.get_by_label("I have read this and agree to take part").check()
    press(desk, "Begin")
    assert desk.frame.get_by_role("heading", name="Taking part").is_hidden()
    answer(desk)
    facts = sent(desk).facts
    assert 0 <= facts["consented_ms"] <= facts["active_ms"]


def test_who_agreed_is_not_asked_again_after_coming_back(page: Page, market: Market) -> None:
    desk = opened(page, market, CONSENT)
    desk.frame.get_by_label("I have read this").check()
    press(desk, "Begin")
    again = opened(page, market, CONSENT, saved=saved_by(desk))
    again.frame.locator("#konkyo-items").wait_for()
    answer(again)
    facts = sent(again).facts
    assert facts["restores"] == 1
    assert "consented_ms" in facts


def test_a_page_without_consent_checks_or_practice_carries_nothing_of_them() -> None:
    html = Shell("highlight", {}, FACTS).page([item("i1", TEXT)])
    for trace in ("consented_ms", "comprehension_passed", "enterStage", "Known answer"):
        assert trace not in html


# Questions on the instructions


def choose(desk: Desk, *options: str) -> None:
    for option in options:
        desk.frame.get_by_label(option, exact=True).check()
    press(desk, "Check my answers")


def test_a_wrong_check_says_why_and_the_second_attempt_opens_the_items(
    page: Page, market: Market
) -> None:
    desk = opened(page, market, CHECKED)
    assert desk.frame.locator("#konkyo-instructions").is_visible()
    assert desk.frame.locator("#konkyo-items").is_hidden()
    choose(desk, "All words")
    expect(desk.frame.locator("#konkyo-checks-said")).to_contain_text("answer every question")
    choose(desk, "All words", "Yes")
    assert desk.frame.locator(".verdict-note:visible").all_inner_texts() == [
        "Not quite. Mark what decides."
    ]
    assert desk.frame.locator("#konkyo-items").is_hidden()
    choose(desk, "Words that decide")
    answer(desk)
    facts = sent(desk).facts
    assert (facts["comprehension_attempts"], facts["comprehension_passed"]) == (2, 1)


def test_after_the_second_wrong_attempt_the_page_thanks_and_shows_no_items(
    page: Page, market: Market
) -> None:
    desk = opened(page, market, CHECKED)
    choose(desk, "All words", "No")
    choose(desk, "All words", "Yes")
    thanks = desk.frame.get_by_text("You can return this task without any disadvantage.")
    assert thanks.is_visible()
    for hidden in ("#konkyo-items", "#konkyo-submit", "#konkyo-checks"):
        assert desk.frame.locator(hidden).is_hidden(), hidden
    again = opened(page, market, CHECKED, saved=saved_by(desk))
    again.frame.get_by_text("You can return this task").wait_for()
    state = json.loads(page.evaluate("saved"))["facts"]
    assert (state["comprehension_attempts"], state["comprehension_passed"]) == (2, 0)
    assert market.posted == []


def test_coming_back_gives_no_third_attempt(page: Page, market: Market) -> None:
    desk = opened(page, market, CHECKED)
    choose(desk, "All words", "Yes")
    again = opened(page, market, CHECKED, saved=saved_by(desk))
    again.frame.get_by_text("Mark what decides.").wait_for()
    choose(again, "All words", "Yes")
    assert again.frame.get_by_text("You can return this task").is_visible()


def test_consent_comes_before_the_checks(page: Page, market: Market) -> None:
    desk = opened(page, market, replace(CONSENT, comprehension=CHECKS))
    assert desk.frame.locator("#konkyo-checks").is_hidden()
    desk.frame.get_by_label("I have read this").check()
    press(desk, "Begin")
    assert desk.frame.locator("#konkyo-checks").is_visible()
    assert desk.frame.locator("#konkyo-items").is_hidden()


# Practice


def practised(page: Page, market: Market, **more: Any) -> Desk:
    items = [item("p1", TEXT, practice=KNOWN), item("i1", TEXT), item("i2", TEXT)]
    return opened(page, market, items=items, **more)


def test_practice_is_announced_and_counted_by_itself(page: Page, market: Market) -> None:
    desk = practised(page, market)
    assert desk.frame.locator("#konkyo-count").inner_text() == "2 texts and 1 for practice"
    assert heading(desk) == "Practice text 1 of 1"
    assert desk.frame.get_by_text("For practice: answer").is_visible()
    assert desk.frame.locator("#konkyo-steps button").all_inner_texts() == ["P", "1", "2"]


def test_the_known_answer_is_shown_in_words_after_one_s_own(page: Page, market: Market) -> None:
    desk = practised(page, market)
    press(desk, "Check my answer")
    assert "Answer this first" in desk.frame.locator("#konkyo-problems").inner_text()
    assert desk.frame.locator(".known").count() == 0
    answer(desk, "positive", 3)
    desk.frame.locator(".item:not([hidden]) .w[data-i='0']").click()
    press(desk, "Check my answer")
    label, marks = desk.frame.locator(".known").all_inner_texts()
    assert "Your answer: positive" in label
    assert "Known answer: negative" in label
    assert "This differs." in label
    # Marked: The, cold. Known: cold, never, smiled. One of three is the same, one is more.
    assert "Your answer: The, cold" in marks
    assert "Known answer: cold, never, smiled" in marks
    assert "1 of 3 are the same, and you marked 1 more." in marks


def test_nobody_goes_on_without_having_checked_a_practice_item(page: Page, market: Market) -> None:
    desk = practised(page, market)
    answer(desk)
    for _ in range(2):
        press(desk, "Next")
        assert heading(desk) == "Practice text 1 of 1"
    assert desk.frame.get_by_role("button", name="Text 1 of 2").is_disabled()
    press(desk, "Check my answer")
    press(desk, "Next")
    assert heading(desk) == "Text 1 of 2"


def test_the_first_answer_to_a_practice_item_is_the_one_that_is_kept(
    page: Page, market: Market
) -> None:
    desk = practised(page, market)
    answer(desk, "positive", 3)
    press(desk, "Check my answer")
    page.keyboard.press("Control+z")
    assert marked(desk) == [3]
    assert desk.frame.locator(".item:not([hidden]) [data-question][inert]").count() == 2
    for name in ("Next", "Next"):
        press(desk, name)
        answer(desk)
    entries = sent(desk, "p1", "i1", "i2").items
    assert (entries[0]["label"], entries[0]["marks"]) == ("positive", [3])
    assert set(entries[0]) == {"id", "position", "label", "marks", "nothing", "ms"}


def test_a_checked_practice_item_is_still_checked_after_coming_back(
    page: Page, market: Market
) -> None:
    desk = practised(page, market)
    answer(desk, "positive", 3)
    press(desk, "Check my answer")
    again = practised(page, market, saved=saved_by(desk))
    again.frame.locator(".known").first.wait_for()
    assert "Your answer: positive" in again.frame.locator(".known").first.inner_text()
    press(again, "Next")
    assert heading(again) == "Text 1 of 2"


def test_a_picked_card_and_an_answer_in_one_s_own_words_are_compared_too(
    page: Page, market: Market
) -> None:
    panel = item("x", TEXT).panels[0]
    choices = (Choice("soup"), Choice("rain"), Choice("waiter"))
    picked = ShownItem("p1", (panel,), choices, practice={"intruder": 1})
    desk = market.open(page, Shell("intrude", {"k": 2}, PRACTISED).page([picked]))
    desk.frame.get_by_label("waiter").check()
    press(desk, "Check my answer")
    told = desk.frame.locator(".known").inner_text()
    assert "Your answer: waiter" in told
    assert "Known answer: rain" in told
    named = ShownItem("p1", (Panel("words", words=("wet", "cold")),), practice={"name": "Rain"})
    desk = market.open(page, Shell("name", {}, PRACTISED).page([named]))
    desk.frame.locator(".free input").fill(" rain ")
    press(desk, "Check my answer")
    assert "This agrees." in desk.frame.locator(".known").inner_text()
    assert desk.errors == []


# Phases


class Phased(Highlight):
    """The same questions, asked before and after something is looked at."""

    def questions(self, settings: Any) -> tuple[Question, ...]:
        """Those of `highlight`, in two phases."""
        phases = ("before", "after")
        return tuple(replace(q, phases=phases) for q in super().questions(settings))


def phased(page: Page, market: Market, saved: str = "null") -> Desk:
    names = ["before", "before", "learn", "after"]
    items = [item(f"i{n}", TEXT, phase=phase) for n, phase in enumerate(names)]
    html = Shell("highlight", {}, FACTS, study=Phased()).page(items)
    return market.open(page, html, saved=saved)


def test_a_phase_opens_when_the_one_before_is_finished(page: Page, market: Market) -> None:
    desk = phased(page, market)
    assert desk.frame.locator(".item:not([hidden]) .part").inner_text() == "Part 1 of 3"
    desk.frame.get_by_role("button", name="Text 2 of 4").click()
    answer(desk)
    for _ in range(2):
        press(desk, "Next")
        assert heading(desk) == "Text 1 of 4"
        desk.frame.get_by_role("button", name="Text 2 of 4").click()
    assert desk.frame.get_by_role("button", name="Text 3 of 4").is_disabled()
    desk.frame.get_by_role("button", name="Text 1 of 4").click()
    answer(desk)
    press(desk, "Next")
    assert "cannot come back" in desk.frame.locator("#konkyo-ahead").inner_text()
    press(desk, "Next")
    assert heading(desk) == "Text 3 of 4"


def through(desk: Desk) -> None:
    """From the first item to the last, answering."""
    for _ in range(2):
        answer(desk)
        press(desk, "Next")
    press(desk, "Next")


def test_there_is_no_way_back_and_what_is_learnt_from_asks_nothing(
    page: Page, market: Market
) -> None:
    desk = phased(page, market)
    answer(desk)
    press(desk, "Next")
    answer(desk)
    press(desk, "Next")
    assert desk.frame.locator(".item:not([hidden]) [data-question]").count() == 0
    press(desk, "Next")
    assert heading(desk) == "Text 4 of 4"
    assert desk.frame.get_by_role("button", name="Back").is_disabled()
    for name in ("Text 1 of 4", "Text 2 of 4", "Text 3 of 4"):
        assert desk.frame.get_by_role("button", name=name).is_disabled(), name
    answer(desk, "positive")
    entries = sent(desk, "i0", "i1", "i2", "i3").items
    assert [entry.get("label") for entry in entries] == ["negative", "negative", None, "positive"]
    assert set(entries[2]) == {"id", "position", "ms"}


def test_coming_back_leads_into_the_phase_that_was_left(page: Page, market: Market) -> None:
    desk = phased(page, market)
    through(desk)
    again = phased(page, market, saved=saved_by(desk))
    again.frame.get_by_role("heading", name="Text 4 of 4").wait_for()
    assert again.frame.get_by_role("button", name="Text 2 of 4").is_disabled()
    answer(again)
    assert len(sent(again, "i0", "i1", "i2", "i3").items) == 4


def test_a_saved_state_cannot_jump_into_a_later_phase(page: Page, market: Market) -> None:
    state = {"v": 1, "study": "highlight", "assignment": "A1", "at": 3, "items": [], "facts": {}}
    desk = phased(page, market, saved=json.dumps(json.dumps(state)))
    page.wait_for_timeout(100)
    assert heading(desk) == "Text 1 of 4"


# Debriefing


def test_the_debriefing_comes_after_the_last_item_and_before_submit(
    page: Page, market: Market
) -> None:
    desk = opened(page, market, DEBRIEFED)
    told = desk.frame.get_by_text("We compared your words")
    press(desk, "Next")
    press(desk, "Next")
    assert told.is_hidden()
    answer(desk)
    assert "cannot be changed" in desk.frame.locator("#konkyo-ahead").inner_text()
    assert desk.frame.locator("#konkyo-submit").is_hidden()
    press(desk, "Next")
    assert told.is_visible()
    assert desk.frame.locator("#konkyo-items").is_hidden()
    assert desk.frame.locator("#konkyo-back").is_hidden()
    again = opened(page, market, DEBRIEFED, saved=saved_by(desk))
    again.frame.get_by_text("We compared your words").wait_for()
    assert sent(again).items[0]["marks"] == [3]


# The whole way


EVERYTHING = replace(
    CONSENT, comprehension=CHECKS, debriefing="What it was about: " + "longword" * 20
)


def test_the_whole_protocol_is_passed_with_the_keyboard_alone(page: Page, market: Market) -> None:
    items = [item("p1", TEXT, practice=KNOWN), item("i1", TEXT)]
    desk = opened(page, market, EVERYTHING, items)
    ticked: set[str] = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        place = page.frame("task").evaluate(  # type: ignore[union-attr]
            """() => { const at = document.activeElement, item = at.closest('.item');
                const box = at.closest('fieldset, .words');
                return {words: at.textContent, id: at.id, type: at.type || '',
                    group: box ? (item ? item.innerText.slice(0, 30) : '') + box.innerText : ''}; }"""
        )
        if place["words"] in ("Begin", "Check my answers", "Check my answer", "Next", "Submit"):
            if place["words"] == "Submit":
                desk.press_here()
                break
            page.keyboard.press("Enter")
        elif place["id"] == "konkyo-agree" or (place["group"] and place["group"] not in ticked):
            # The second option of the first check is the right one, the first of all others.
            page.keyboard.press("ArrowDown" if "What do you mark" in place["group"] else "Space")
            ticked.add(place["group"])
    found = read_konkyo(read_fields(answer_xml(desk.submitted())), "highlight", ["p1", "i1"])
    assert found.facts["comprehension_passed"] == 1
    assert [entry["label"] for entry in found.items] == ["positive", "positive"]


def test_no_stage_is_wider_than_a_small_phone(browser: Browser, market: Market) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 640})
    items = [item("p1", TEXT, practice=KNOWN), item("i1", TEXT)]
    desk = opened(page, market, EVERYTHING, items)
    width = "document.documentElement.scrollWidth"
    widths = []

    def measure() -> None:
        widths.append(page.frame("task").evaluate(width))  # type: ignore[union-attr]

    measure()
    desk.frame.get_by_label("I have read this").check()
    press(desk, "Begin")
    choose(desk, "All words", "Yes")
    measure()
    choose(desk, "Words that decide")
    answer(desk)
    press(desk, "Check my answer")
    measure()
    press(desk, "Next")
    answer(desk)
    press(desk, "Next")
    measure()
    page.close()
    assert max(widths) <= 360, widths


# Facts


def test_the_screen_the_pointer_and_restores_are_told(page: Page, market: Market) -> None:
    desk = opened(page, market)
    width = page.frame("task").evaluate("screen.width")  # type: ignore[union-attr]
    answer(desk)
    facts = sent(desk).facts
    assert (facts["width"], facts["coarse"], facts["restores"]) == (width, 0, 0)


def test_pay_an_hour_is_shown_only_where_it_is_known(page: Page, market: Market) -> None:
    desk = opened(page, market, replace(FACTS, hourly="$15.00"))
    assert "that is about $15.00 an hour" in desk.frame.locator(".facts").inner_text()
    desk = opened(page, market)
    assert desk.frame.locator(".facts li").all_inner_texts() == [
        "$0.50 for this page",
        "about 2 minutes",
        "1 text",
        "take the time you need",
    ]


# The page inside somebody else's form

HOST = """<!doctype html><meta charset="utf-8"><title>host</title>
<form name="mturk_form" method="post" action="/host/take">
<input type="hidden" name="assignmentId" value="H7"><input type="hidden" name="csrf" value="c">
{fragment}
<p><input type="submit" id="submitButton" value="Send"><button>Send too</button></p></form>"""


def fragment(items: Sequence[ShownItem], facts: Any = FACTS) -> str:
    """A template of the study with the data of one HIT in it."""
    shell = Shell("highlight", {}, facts)
    return shell.fragment().replace("${konkyo}", shell.data(items))


def hosted(page: Page, market: Market, facts: Any = FACTS, saved: str = "null") -> Desk:
    html = HOST.format(fragment=fragment([item("i1", TEXT), item("i2", TEXT)], facts))
    return market.open(page, html, {"some": "query"}, saved)


def finish(desk: Desk) -> None:
    answer(desk)
    press(desk, "Next")
    answer(desk)


def test_in_a_host_s_form_one_field_is_added_and_the_host_s_own_are_kept(
    page: Page, market: Market
) -> None:
    desk = hosted(page, market)
    finish(desk)
    press(desk, "Submit")
    fields = desk.submitted()
    assert market.paths == ["/host/take"]
    assert set(fields) == {"assignmentId", "csrf", "konkyo"}
    assert (fields["assignmentId"], fields["csrf"]) == ("H7", "c")
    found = read_konkyo(read_fields(answer_xml(fields)), "highlight", ["i1", "i2"])
    assert [entry["marks"] for entry in found.items] == [[3], [3]]
    assert desk.errors == []


def test_a_host_s_own_buttons_are_put_away_and_its_form_waits_for_the_answers(
    page: Page, market: Market
) -> None:
    desk = hosted(page, market)
    assert desk.frame.locator("#submitButton").is_hidden()
    assert desk.frame.get_by_role("button", name="Send too").is_hidden()
    page.frame("task").evaluate("document.forms[0].requestSubmit()")  # type: ignore[union-attr]
    assert "Not finished yet" in desk.frame.get_by_role("alert").inner_text()
    assert market.posted == []


def test_a_fragment_is_a_template_without_a_form_of_its_own() -> None:
    html = Shell("highlight", {}, FACTS).fragment()
    assert html.count("${konkyo}") == 1
    for not_there in ("<form", "<html", "<body", "<!doctype", "i1"):
        assert not_there not in html


def test_a_fragment_outside_of_a_form_says_that_it_cannot_be_submitted(
    page: Page, market: Market
) -> None:
    desk = market.open(page, fragment([item("i1", TEXT)]), {"some": "query"})
    answer(desk)
    desk.frame.locator("#konkyo-submit").press("Enter")
    assert "cannot be submitted" in desk.frame.locator("#konkyo-notice").inner_text()
    assert desk.errors == []


def test_a_fragment_in_preview_sends_nothing(page: Page, market: Market) -> None:
    html = HOST.replace("H7", "ASSIGNMENT_ID_NOT_AVAILABLE")
    desk = market.open(page, html.format(fragment=fragment([item("i1", TEXT)])), {"some": "query"})
    answer(desk)
    desk.frame.locator("#konkyo-submit").press("Enter")
    assert "preview" in desk.frame.locator("#konkyo-notice").inner_text()
    assert market.posted == []


def test_work_in_a_host_s_form_is_saved_and_put_back(page: Page, market: Market) -> None:
    desk = hosted(page, market, CONSENT)
    desk.frame.get_by_label("I have read this").check()
    press(desk, "Begin")
    answer(desk)
    again = hosted(page, market, CONSENT, saved=saved_by(desk))
    again.frame.locator(".w.on").first.wait_for()
    assert marked(again) == [3]
