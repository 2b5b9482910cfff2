"""Pages larger than a question: uploaded at publishing, worked on, collected; exactly once."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import httpx
import pytest

from db import frames
from db.store import campaigns, instances
from hits.browser import WorkerSession
from hits.page import study_page_data
from pipeline.collect import collect
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.publish import publish
from tests.support.data import instance

SETTINGS = (
    '[market]\nendpoint_url = "{url}"\nflavour = "external"\n'
    "[study]\nitems_per_hit = 2\ngold_per_hit = 0\nworkers = 1\n"
)
N_TEXTS = 6


@pytest.fixture
def project(make_project: Callable[..., Project], endpoint: str) -> Project:
    """Six texts of 6,000 words, two a page, on three pages that are to be uploaded."""
    one = make_project(SETTINGS.format(url=endpoint))
    words = [" ".join(f"word{n}{k % 89}" for k in range(6000)) for n in range(N_TEXTS)]
    instances.add(one.engine, [instance(text, "ab"[n % 2]) for n, text in enumerate(words)])
    plan(one, PlanRequest("highlight", "long"))
    return one


def on_the_market(url: str) -> dict[str, str]:
    """HIT id → Question, through a client of our own."""
    client = boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    return {hit["HITId"]: hit["Question"] for hit in client.list_hits()["HITs"]}


def test_a_stop_between_uploads_ends_with_exactly_the_planned_hits(
    project: Project, endpoint: str
) -> None:
    def stop(number: int, _total: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(project, None, on_hit=stop)
    assert (publish(project, None).made, publish(project, None).made) == (1, 0)
    questions = on_the_market(endpoint)
    assert len(questions) == 3
    assert len({q.partition("<ExternalURL>")[2] for q in questions.values()}) == 3


def test_an_uploaded_page_is_worked_on_and_collected(project: Project, endpoint: str) -> None:
    publish(project, None)
    for number, hit in enumerate(on_the_market(endpoint)):
        with WorkerSession(endpoint) as worker:
            worker.register(f"A{number}WORKER")
            task = worker.accept(hit)
            assert task is not None
            page = worker.get(task)
            assert len(page.encode()) > 65_535
            query = dict(httpx.URL(task).params)
            form = {"assignmentId": query["assignmentId"], "konkyo": said(page)}
            assert worker.submit(f"{query['turkSubmitTo']}/mturk/externalSubmit", form)
    taken = collect(project, None)
    assert (taken.new, taken.unreadable) == (3, {})
    campaign = campaigns.find(project.engine, "long")
    table = frames.answers(project.engine, campaign.id, "marks")
    assert [list(value) for value in table["value"]] == [[0, 5999]] * N_TEXTS


def said(page: str) -> str:
    """The first and the last word of each text, marked."""
    entries = [
        {"id": i["id"], "position": n, "label": "a", "marks": [0, 5999], "nothing": False, "ms": 1}
        for n, i in enumerate(study_page_data(page)["items"])
    ]
    facts = {"active_ms": 9, "focus_losses": 0, "pastes": 0}
    return json.dumps({"v": 1, "study": "highlight", "items": entries, "facts": facts})
