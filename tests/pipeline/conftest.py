"""A published campaign on a running endpoint, ready to be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import boto3
import httpx
import pytest

from db.store import instances
from hits.browser import WorkerSession
from hits.page import study_page_data
from pipeline.plan import Planned, PlanRequest, plan
from pipeline.project import Project
from pipeline.publish import publish
from tests.support.data import reviews


@dataclass(frozen=True)
class Field:
    """A published campaign: the project, the plan, and where it is."""

    project: Project
    planned: Planned
    url: str

    @property
    def client(self):  # type: ignore[no-untyped-def]
        """An unmodified boto3 client of the endpoint."""
        return boto3.client(
            "mturk",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    @property
    def market_hits(self) -> list[str]:
        pages = self.client.get_paginator("list_hits").paginate()
        return [hit["HITId"] for page in pages for hit in page["HITs"]]

    def answer(self, worker: str, hit: str, fields: Callable[[dict], dict[str, str]]) -> int:
        """Take a HIT as a person and post what `fields` makes of the page's data."""
        with WorkerSession(self.url) as browser:
            browser.register(worker)
            task = browser.accept(hit)
            assert task is not None
            query = dict(httpx.URL(self.url).join(task).params)
            data = study_page_data(browser.get(task))
            form = {"assignmentId": query["assignmentId"], **fields(data)}
            address = query["turkSubmitTo"] + "/mturk/externalSubmit"
            return httpx.post(address, data=form).status_code


@pytest.fixture
def field(make_project: Callable[..., Project], endpoint: str) -> Field:
    """Twelve reviews on four HITs for three workers each."""
    text = (
        f'[market]\nendpoint_url = "{endpoint}"\n'
        '[study]\nitems_per_hit = 4\nreward = "0.50"\nminutes = 5\n'
    )
    project = make_project(text)
    instances.add(project.engine, reviews(20)[0])
    planned = plan(project, PlanRequest("highlight", "pilot", items=12))
    publish(project, "pilot")
    return Field(project, planned, endpoint)
