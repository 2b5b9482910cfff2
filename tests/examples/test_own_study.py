"""The example of a study of one's own: its commands run, and its page works in a browser."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

from db.records import Item
from db.store import campaigns, instances
from hits.lint import lint_file
from hits.render import Shell
from hits.studies import load_study
from hits.studies.base import Asked, Material
from hits.studies.own import read_definition
from pipeline.project import open_project
from tests.cli.support import Said, done, write_settings
from tests.conformance.axe import faults
from tests.docs.pages import ROOT, marked_block
from tests.hits.studies.workbench import FACTS, Desk, Market, chromium, submit
from tests.support.data import instance

EXAMPLE = ROOT / "examples" / "own_study"
MARKER = "tests/examples/test_own_study.py runs this block"
OWN = load_study("own")
SETTINGS = OWN.check_settings(read_definition(EXAMPLE))
QUESTIONS = {"label", "clarity", "better_headline"}
HEADLINE = "A <b>bold</b> headline: ${text}"


@pytest.fixture
def said(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Said]]:
    """What each command of the README said, run in its order in an empty folder."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("KONKYO_CONFIG", "KONKYO_DB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, tmp_path / "examples" / "own_study")
    (tmp_path / "headlines").mkdir()
    write_settings(tmp_path / "headlines", endpoint)
    heard: dict[str, Said] = {}
    for line in marked_block(EXAMPLE / "README.md", MARKER).splitlines():
        words = shlex.split(line, comments=True)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        elif words[0] == "cp":
            shutil.copytree(words[2], words[3])
        elif words[1] != "serve":  # one is running
            heard[words[1]] = done(*words[1:])
    yield heard


def test_the_commands_of_the_readme_lead_from_import_to_agreement(said: dict[str, Said]) -> None:
    found = done("agreement", "pilot", "--json").json
    asked = {estimate["subject"].split(":")[0] for estimate in found["estimates"]}
    assert asked == QUESTIONS
    by_label = [e for e in found["estimates"] if e["subject"] == "label" and e["name"] == "alpha"]
    assert by_label and all(-1 <= one["value"] <= 1 for one in by_label)
    assert done("collect", "pilot", "--json").json["unreadable"] == {}
    assert len(pd.read_csv("consensus.csv")) == 8


def test_labelled_notices_that_are_not_asked_about_serve_as_checks(said: dict[str, Said]) -> None:
    project = open_project(Path.cwd())
    items = campaigns.read_items(project.engine, campaigns.find(project.engine, "pilot").id)
    asked = {item.instance_id for item in items if item.role == "regular"}
    checks = [item for item in items if item.role == "check"]
    labels = {one.id: one.label for one in instances.read(project.engine)}
    project.engine.dispose()
    assert len(asked) == 8 and checks
    for check in checks:
        assert check.instance_id not in asked
        assert check.gold == {"label": labels[check.instance_id]}
    campaign = done("status", "pilot", "--json").json["campaign"]
    assert campaign["checks"]["answered"] > 0


def test_the_linter_finds_nothing() -> None:
    assert lint_file(EXAMPLE, EXAMPLE / "notices.csv").findings == ()


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    served = Market()
    yield served
    served.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        yield context.new_page()
        context.close()


@pytest.fixture
def desk(page: Page, market: Market) -> Desk:
    """The example's page on a phone, with a headline that is no HTML."""
    text = instance("The water is off in Mill Lane on Tuesday morning.")
    notice = replace(text, attributes={"headline": HEADLINE})
    item = Item(id="i1", campaign_id="c", instance_id=notice.id, hit_id="h", position=0)
    shown = OWN.compose(item, Material(notice), SETTINGS)
    return market.open(page, Shell("own", SETTINGS, FACTS).page([shown]))


def test_a_worker_answers_with_the_keyboard_and_may_leave_the_headline_open(desk: Desk) -> None:
    keyboard = desk.page.keyboard
    desk.frame.get_by_label("It fits").focus()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("Space")
    sent = submit(desk, "own", ("i1",)).items[0]
    read = OWN.read(sent, Asked("i1"), SETTINGS)
    assert read == {"label": "says too much", "clarity": 1}
    assert desk.errors == []


def test_fields_are_shown_as_text_and_nothing_is_wider_than_a_phone(desk: Desk) -> None:
    frame = desk.frame
    assert frame.locator(".notice-sheet h3").inner_text() == HEADLINE
    assert frame.locator(".notice-sheet b").count() == 0
    wide = frame.locator("html").evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert wide[0] <= wide[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_the_page(scheme: str, desk: Desk) -> None:
    desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    frame = desk.page.frame("task")
    assert frame is not None
    assert faults(frame) == []


def test_the_page_says_which_questions_are_still_open(desk: Desk) -> None:
    desk.frame.get_by_role("button", name="Submit").click()
    told = desk.frame.get_by_role("alert").inner_text()
    assert "Does the headline fit?" in told
    assert "How easy is the notice to understand?" in told
    assert "Which headline would you give it?" not in told
    assert not desk.market.arrived.is_set()
