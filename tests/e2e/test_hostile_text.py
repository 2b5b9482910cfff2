"""Hostile text reaches a worker's browser as the characters it is, and marks come back in place.

The whole way: a JSON lines file, the database, the market over HTTP, a worker in Chromium who
registers, accepts, marks by click, drag and keyboard, submits; then collect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page

from db import frames
from db.store import campaigns, instances
from hits.page import visible
from pipeline.collect import collect
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.publish import publish
from tests.support.browsers import chromium

pytestmark = pytest.mark.browser

TEXTS = [
    "<script>alert(1)</script> </script> <!-- ]]> ${x} &amp; {{ 7*7 }}",
    "שלום world قال hello 😀 e\u0301\u0323 👩🏽\u200d🚀 漢字 end",
    "nul\x00here c0\x1f\x0b lone\ud800 \udfff \ufffe \u2028x done",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def hostile_campaign(make_project: Callable[..., Project], url: str, folder: Path) -> Project:
    """The texts imported from a file and published as one HIT."""
    rows = [{"text": text, "label": ("a", "b")[n % 2]} for n, text in enumerate(TEXTS)]
    file = folder / "hostile.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="ascii")
    project = make_project(
        f'[market]\nendpoint_url = "{url}"\n[study]\nitems_per_hit = 3\ngold_per_hit = 0\nworkers = 1\n'
    )
    import_data(project, "jsonl", file, ReadOptions())
    plan(project, PlanRequest("highlight", "hostile"))
    publish(project, "hostile")
    return project


def open_task(page: Page, url: str) -> FrameLocator:
    """Register, take the only HIT, and wait for its page in the frame."""
    page.goto(url)
    page.click('form[action="/register"] button')
    page.goto(url)
    page.click("form[data-accept-next] button")
    task = page.frame_locator("iframe[data-task]")
    task.locator(".item:not([hidden]) .words .w").first.wait_for()
    return task


def words(task: FrameLocator) -> list[str]:
    """What the browser holds of each token of the item in view."""
    found: list[str] = task.locator(".item:not([hidden]) .words .w").evaluate_all(
        "nodes => nodes.map(node => node.textContent)"
    )
    return found


def test_hostile_text_is_shown_as_it_is_and_marks_refer_to_its_tokens(
    make_project: Callable[..., Project], endpoint: str, tmp_path: Path, browser: Browser
) -> None:
    project = hostile_campaign(make_project, endpoint, tmp_path)
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    trouble: list[str] = []
    page.on("dialog", lambda dialog: trouble.append(f"dialog {dialog.message}") or dialog.dismiss())
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    task = open_task(page, endpoint)

    (campaign,) = [c for c in campaigns.read(project.engine) if c.name == "hostile"]
    items = campaigns.read_items(project.engine, campaign.id)
    stored = {i.id: i for i in instances.read(project.engine)}
    assert sorted(i.text for i in stored.values()) == sorted(TEXTS)
    marked: dict[str, list[int]] = {}
    for number, item in enumerate(items):
        tokens = stored[item.instance_id].tokens
        assert words(task) == [visible(token) for token in tokens]
        marked[item.id] = mark(page, task, number, len(tokens))
        task.locator(".item:not([hidden]) label", has_text="a").first.click()
        if number < len(items) - 1:
            task.get_by_role("button", name="Next").click()
    task.get_by_role("button", name="Submit").click()
    page.locator('main[data-page="done"]').wait_for()
    assert trouble == []

    done = collect(project, "hostile")
    assert (done.new, done.unreadable) == (1, {})
    table = frames.answers(project.engine, campaign.id, "marks")
    assert dict(zip(table["unit"], table["value"], strict=True)) == marked


def mark(page: Page, task: FrameLocator, number: int, length: int) -> list[int]:
    """Mark by another means in each item; returns the positions that should come back."""
    tokens = task.locator(".item:not([hidden]) .words .w")
    if number == 0:
        tokens.nth(1).click()
        tokens.nth(length - 1).click()
        return [1, length - 1]
    if number == 1:
        first, last = tokens.nth(0).bounding_box(), tokens.nth(2).bounding_box()
        assert first is not None and last is not None
        page.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
        page.mouse.down()
        page.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2, steps=8)
        page.mouse.up()
        return [0, 1, 2]
    tokens.nth(0).click()
    # An arrow key goes where it points: in a text that runs to the left, onward is left.
    to_the_left = tokens.nth(0).evaluate(
        "node => getComputedStyle(node.closest('[dir]')).direction"
    )
    page.keyboard.press("ArrowLeft" if to_the_left == "rtl" else "ArrowRight")
    page.keyboard.press("Space")
    return [0, 1]
