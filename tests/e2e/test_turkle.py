"""The folder in a real site: Turkle's own server, a worker in Chromium, and what comes of it.

Every study type goes to Turkle as a template and a table, is answered there, and its results are
collected; the same answers then go through our own endpoint, and the judgements must be the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, FrameLocator, Page

from db import frames
from db.records import Campaign, Item, ModelRun, Prediction, Rationale
from db.store import assignments, campaigns, instances, rationales, runs
from hits.browser import WorkerSession
from hits.markets.base import HitOrder, MarketAccess
from hits.markets.files import Files
from hits.page import visible
from hits.render import PageFacts, Shell
from hits.studies import STUDIES, load_study
from pipeline.collect import collect
from pipeline.drawing import drawing_of
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.publish import publish, published_hits
from tests.hits.studies.workbench import chromium, item
from tests.support.data import reviews
from tests.support.turkle import Turkle, turkle

pytestmark = pytest.mark.browser

EXPLAINERS = ("attention", "gradient")
OPTIONS = {
    "guess": "k = [3]",
    "intrude": "k = 2",
    "name": "k = 2",
    "simulate": "before = 1\nlearn = 1\nafter = 1",
}
"""Texts of a dozen words are too short for the defaults of these."""
SETTINGS = '[market]\nendpoint_url = "{url}"\n[study]\nitems_per_hit = 3\nworkers = 1\n{options}'
OWN = """
name = "fluency"
title = "How fluent are these texts?"
instructions = "Judge the language alone."
fields = ["text"]

[[questions]]
name = "fluent"
text = "How fluent is it?"
level = "ordinal"
values = ["not at all", "somewhat", "completely"]

[[questions]]
name = "why"
text = "Why?"
form = "text"
"""
OWN_TEMPLATE = """<blockquote>${text}</blockquote>
<fieldset><legend>How fluent is it?</legend>
<label><input type="radio" name="fluent" value="1">not at all</label>
<label><input type="radio" name="fluent" value="2">somewhat</label>
<label><input type="radio" name="fluent" value="3">completely</label>
</fieldset>
<label>Why? <input type="text" name="why"></label>
"""
HOSTILE = [
    "<script>alert(1)</script>", "</script>", "<!--", "-->", "]]>", "${x}", "${konkyo}", "${hit}",
    "{{x}}", "&amp;", "&#0;", '"', "'", "\\", "\\u0041", "😀", "שלום", "\u202e", "\u2028", "\ufeff",
    "\x00", "\ud800", "漢字",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turkle]:
    with turkle(tmp_path_factory.mktemp("turkle"), "ann") as one:
        yield one


@pytest.fixture
def page(browser: Browser, site: Turkle) -> Iterator[Page]:
    """The browser of a worker who has signed in to Turkle; what goes wrong in it is an error."""
    context = browser.new_context(viewport={"width": 1000, "height": 1200})
    one = context.new_page()
    trouble: list[str] = []
    one.on("pageerror", lambda error: trouble.append(str(error)))
    one.on("dialog", lambda dialog: trouble.append(dialog.message) or dialog.dismiss())
    site.sign_in(one, "ann")
    yield one
    context.close()
    assert trouble == []


def explained(project: Project) -> None:
    """Reviews, a model that reads them, and rationales for both of its classes."""
    found, evidence = reviews(40)
    instances.add(project.engine, found)
    predicted = [
        np.array([i.label == "negative", i.label == "positive"], np.float32) for i in found
    ]
    run = ModelRun("run1", "test", ("negative", "positive"), {}, 0, "h", {}, "models/run1")
    made = [Prediction("run1", i.id, p) for i, p in zip(found, predicted, strict=True)]
    runs.add(project.engine, run, made)
    for at, name in enumerate((*EXPLAINERS, "random")):
        for target in (0, 1):
            batch = []
            for one in found:
                scores = np.full(one.n_tokens, 0.1 + 0.01 * at, dtype=np.float32)
                scores[evidence[one.id]] = 1.0
                scores[at] = 0.5
                identity = f"{name}-{target}-{one.id}"
                batch.append(
                    Rationale(identity, "run1", name, one.id, target, scores, "none", "none")
                )
            rationales.add(project.engine, batch)


def write_own(folder: Path) -> None:
    """A study of one's own: two questions and a template with their controls."""
    folder.mkdir()
    (folder / "study.toml").write_text(OWN, encoding="utf-8")
    (folder / "template.html").write_text(OWN_TEMPLATE, encoding="utf-8")


def planned(project: Project, study: str, name: str, market: str) -> Campaign:
    """A published campaign of a study; with another name and market it shows the same."""
    shows = drawing_of(study).uses_run(load_study(study).defaults, "text")
    asked = "fluency" if study == "own" else study
    request = PlanRequest(
        asked, name, items=12, run="run1", explainers=EXPLAINERS if shows else (), market=market
    )
    campaign = plan(project, request).campaign
    publish(project, name)
    return campaign


def answer(task: FrameLocator, page: Page) -> None:
    """Do the HIT in its frame: the first answer to every question, then on, to the end."""
    for _ in range(60):
        own = ".item:not([hidden]) [data-widget=own]"
        asked = f".item:not([hidden]) [data-question], {own} fieldset, {own} > label"
        for question in task.locator(asked).all():
            if question.is_visible():
                answer_question(question)
        check = task.get_by_role("button", name="Check my answer")
        if check.count() and check.first.is_visible():
            check.first.click()
        onward = task.get_by_role("button", name="Next", exact=True)
        if onward.is_visible():
            onward.click()
        else:
            task.get_by_role("button", name="Submit", exact=True).click()
            return
    raise AssertionError("there was always another item")


def answer_question(question: Any) -> None:
    """The first word marked, the first option chosen, a word written: whatever it takes."""
    words, written = question.locator(".w"), question.locator("input[type=text], textarea")
    if question.get_attribute("data-widget") == "mark":
        words.first.click()
    elif written.count():
        written.first.fill("naïve words")
    elif not question.locator("input:checked").count():
        question.locator("label").first.click()


def items_of(project: Project, campaign: Campaign) -> list[Item]:
    return campaigns.read_items(project.engine, campaign.id)


def places(project: Project, campaign: Campaign) -> dict[str, tuple[int, int]]:
    """Item id → the position of its HIT, and its own there."""
    hits = {h.id: h.position for h in campaigns.read_hits(project.engine, campaign.id)}
    return {i.id: (hits[i.hit_id], i.position) for i in items_of(project, campaign)}


def judged(project: Project, campaign: Campaign, study: str) -> dict[tuple[int, int, str], Any]:
    """Place and question → what was said."""
    where = places(project, campaign)
    found = {}
    for question in load_study(study).questions(campaign.settings["options"]):
        table = frames.answers(project.engine, campaign.id, question.name)
        for unit, value in zip(table["unit"], table["value"], strict=True):
            found[*where[unit], question.name] = value
    return found


def answer_again(project: Project, there: Campaign, here: Campaign, url: str) -> None:
    """Give the answer that Turkle's worker gave once more, on the endpoint."""
    (sent,) = assignments.read(project.engine, there.id)
    was, now = places(project, there), places(project, here)
    at = {place: identity for identity, place in now.items()}
    content = json.loads(json.loads(sent.answer)["konkyo"])
    for entry in content["items"]:
        entry["id"] = at[was[entry["id"]]]
    hits = {h.position: h.id for h in campaigns.read_hits(project.engine, here.id)}
    (position,) = {was[i.id][0] for i in items_of(project, there) if i.hit_id == sent.hit_id}
    with WorkerSession(url) as worker:
        worker.register("A1WORKER")
        task = worker.accept(published_hits(project, here)[hits[position]])
        assert task is not None
        query = dict(httpx.URL(task).params)
        form = {"assignmentId": query["assignmentId"], "konkyo": json.dumps(content)}
        assert worker.submit(f"{query['turkSubmitTo']}/mturk/externalSubmit", form)


@pytest.mark.parametrize("study", list(STUDIES))
def test_answers_given_in_turkle_are_judged_as_those_given_at_our_endpoint(
    study: str, make_project: Callable[..., Project], endpoint: str, site: Turkle, page: Page
) -> None:
    options = f"[study.options.{study}]\n{OPTIONS[study]}\n" if study in OPTIONS else ""
    project = make_project(SETTINGS.format(url=endpoint, options=options))
    explained(project)
    write_own(project.folder / "fluency")
    there = planned(project, study, "there", "files")
    here = planned(project, study, "here", "mturk")
    shown = [(i.instance_id, i.position) for i in items_of(project, there)]
    assert shown == [(i.instance_id, i.position) for i in items_of(project, here)]

    folder = project.folder / "files" / "there"
    batch = site.load(study, folder, 1)
    task = site.accept(page, batch)
    task.locator("#konkyo-submit, #konkyo-next").first.wait_for(state="attached")
    assert "${" not in task.locator("#konkyo-items").inner_text()
    answer(task, page)
    page.wait_for_url(f"{site.url}/")
    (folder / "results" / "turkle.csv").write_bytes(site.results(batch))
    taken = collect(project, "there")
    assert (taken.new, taken.unreadable) == (1, {})

    answer_again(project, there, here, endpoint)
    again = collect(project, "here")
    assert (again.new, again.unreadable) == (1, {})
    said = judged(project, there, study)
    assert said == judged(project, here, study)
    assert said


def test_hostile_text_and_instructions_reach_turkles_worker_as_the_characters_they_are(
    tmp_path: Path, site: Turkle, page: Page
) -> None:
    facts = PageFacts("Mark", "$1", 2, "Call it ${konkyo} or ${name}.", "By submitting you agree.")
    shell, hostile = (
        Shell("highlight", {}, facts),
        item("<i>&amp;", " ".join(HOSTILE) + "\n\tend"),
    )
    market = Files(MarketAccess("", folder="f", base=tmp_path))
    market.prepare(shell.fragment(), [HitOrder("h1", "konkyo:c:0", shell.data([hostile]))])
    batch = site.load("hostile", tmp_path / "f", 1)
    task = site.accept(page, batch)
    shown = task.locator(".item:not([hidden]) [data-widget] .words .w")
    shown.first.wait_for()
    assert shown.evaluate_all("nodes => nodes.map(node => node.textContent)") == [
        visible(token) for token in [*HOSTILE, "end"]
    ]
    instructions = task.locator("#konkyo-instructions").inner_text()
    assert "Call it ${konkyo} or ${name}." in instructions
    answer(task, page)
    page.wait_for_url(f"{site.url}/")
    (tmp_path / "f" / "results" / "turkle.csv").write_bytes(site.results(batch))
    (sent,) = market.submissions("h1")
    (entry,) = json.loads(json.loads(sent.answer)["konkyo"])["items"]
    assert (entry["id"], entry["marks"]) == ("<i>&amp;", [0])


def test_a_hit_that_is_not_finished_is_not_sent_by_turkles_form(
    tmp_path: Path, site: Turkle, page: Page
) -> None:
    facts = PageFacts("Mark", "$1", 2, "Read.", "By submitting you agree.")
    shell = Shell("highlight", {}, facts)
    market = Files(MarketAccess("", folder="f", base=tmp_path))
    orders = [HitOrder("h1", "konkyo:c:0", shell.data([item("a", "nice music")]))]
    market.prepare(shell.fragment(), orders)
    batch = site.load("unfinished", tmp_path / "f", 1)
    task = site.accept(page, batch)
    submits = task.locator("[type=submit]:visible, button:not([type]):visible")
    assert submits.count() == 1
    submits.click()
    assert task.get_by_role("alert").get_by_role("button").count() == 2
    assert site.results(batch).count(b"\n") == 1  # the header alone


def test_a_preview_in_turkle_says_that_it_is_one(tmp_path: Path, site: Turkle, page: Page) -> None:
    facts = PageFacts("Mark", "$1", 2, "Read.", "By submitting you agree.")
    shell = Shell("highlight", {}, facts)
    market = Files(MarketAccess("", folder="f", base=tmp_path))
    orders = [HitOrder("h1", "konkyo:c:0", shell.data([item("a", "nice music")]))]
    market.prepare(shell.fragment(), orders)
    batch = site.load("preview", tmp_path / "f", 1)
    page.goto(f"{site.url}/batch/{batch}/preview_next_task/")
    task = page.frame_locator("iframe")
    assert "preview" in task.locator("#konkyo-notice").inner_text()
    task.locator("#konkyo-submit").press("Enter")
    assert site.results(batch).count(b"\n") == 1
