"""A real server on loopback, an unmodified boto3 client and workers who speak plain HTTP."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest
from botocore.config import Config

from hits.endpoint.clock import SetClock
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.support.browsers import chromium
from tests.support.prepared import served
from tests.support.service_model import check_answers

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
FORM = (
    '<!DOCTYPE html><html><head><title>Task</title></head><body><form method="post" '
    'action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId" '
    'id="assignmentId" value=""><label>Answer <input name="answer"></label>'
    '<button id="submitButton">Submit</button></form></body></html>'
)

STRANGER = httpx.Client(timeout=30)
"""A client without cookies, kept because making one loads certificates anew."""


class Requester:
    """boto3 with the parameters that most tests do not care about filled in."""

    def __init__(self, session: boto3.session.Session, url: str, secret: str = "local") -> None:
        self.client: Any = session.client(
            "mturk",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 0}, max_pool_connections=20),
        )
        check_answers(self.client)

    def hit_parameters(self, **changes: Any) -> dict[str, Any]:
        return {
            "Title": "Mark the words",
            "Description": "Read a text and mark what matters.",
            "Reward": "0.50",
            "AssignmentDurationInSeconds": 600,
            "LifetimeInSeconds": 3600,
            "MaxAssignments": 1,
            "Question": html_question(),
        } | changes

    def create(self, **changes: Any) -> dict[str, Any]:
        hit: dict[str, Any] = self.client.create_hit(**self.hit_parameters(**changes))["HIT"]
        return hit

    def hit(self, hit_id: str) -> dict[str, Any]:
        hit: dict[str, Any] = self.client.get_hit(HITId=hit_id)["HIT"]
        return hit

    def assignments(self, hit_id: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("list_assignments_for_hit").paginate(HITId=hit_id)
        return [item for page in pages for item in page["Assignments"]]

    def balance(self) -> tuple[str, str]:
        """Available and on hold."""
        answer = self.client.get_account_balance()
        return answer["AvailableBalance"], answer.get("OnHoldBalance", "0.00")

    def refusal(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The error response of an operation that must be refused."""
        with pytest.raises(self.client.exceptions.ClientError) as caught:
            getattr(self.client, operation)(**parameters)
        response: dict[str, Any] = caught.value.response
        return response


class Worker:
    """A person without a browser: plain GET and POST, cookies, and the documented attributes."""

    def __init__(self, url: str, worker_id: str | None = None) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        answer = self.http.post("/register", data={"worker_id": worker_id} if worker_id else {})
        assert answer.status_code == 200, answer.text
        self.worker_id = attribute(answer.text, "data-worker-id")
        self.secret = attribute(answer.text, "data-worker-secret")
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', self.http.get("/").text)[1]  # type: ignore[index]

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.csrf, **fields})

    def accept(self, hit_id: str) -> str:
        """The assignment's id."""
        answer = self.post(f"/hits/{hit_id}/accept")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removeprefix("/assignments/")

    def frame_address(self, assignment_id: str) -> str:
        page = self.http.get(f"/assignments/{assignment_id}")
        found = re.search(r'<iframe data-task[^>]*\ssrc="([^"]+)"', page.text)
        assert found, page.text
        return unescape(found[1])

    def submit_address(self, assignment_id: str) -> str:
        given = parse_qs(urlsplit(self.frame_address(assignment_id)).query)
        return given["turkSubmitTo"][0] + "/mturk/externalSubmit"

    def submit(self, assignment_id: str, **fields: Any) -> httpx.Response:
        """As the sandboxed frame does it: no cookie, an opaque origin."""
        address = self.submit_address(assignment_id)
        data = {"assignmentId": assignment_id, **fields}
        return STRANGER.post(address, data=data, headers={"Origin": "null"})

    def do(self, hit_id: str, **fields: Any) -> str:
        """Accept and submit; the assignment's id."""
        assignment_id = self.accept(hit_id)
        answer = self.submit(assignment_id, **(fields or {"answer": "yes"}))
        assert outcome(answer) == "submitted", answer.text
        return assignment_id


def attribute(page: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', page)
    assert found, f"{name} is not on the page:\n{page}"
    return unescape(found[1])


def outcome(answer: httpx.Response) -> str:
    return attribute(answer.text, "data-outcome")


def html_question(html: str = FORM, height: int = 0) -> str:
    return (
        f'<HTMLQuestion xmlns="{SCHEMAS}2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA['
        f"{html}]]></HTMLContent><FrameHeight>{height}</FrameHeight></HTMLQuestion>"
    )


def external_question(url: str, height: int = 450) -> str:
    return (
        f'<ExternalQuestion xmlns="{SCHEMAS}2006-07-14/ExternalQuestion.xsd"><ExternalURL>'
        f"{url}</ExternalURL><FrameHeight>{height}</FrameHeight></ExternalQuestion>"
    )


class World:
    """What a test needs to know of one running market."""

    attribute = staticmethod(attribute)
    outcome = staticmethod(outcome)
    html_question = staticmethod(html_question)
    stranger = STRANGER
    external_question = staticmethod(external_question)

    def __init__(
        self, url: str, clock: SetClock, data: str, session: boto3.session.Session
    ) -> None:
        self.url = url
        self.clock = clock
        self.data = data
        self._session = session
        self.requester = Requester(session, url)

    def requester_with(self, secret: str) -> Requester:
        return Requester(self._session, self.url, secret)

    def worker(self, worker_id: str | None = None) -> Worker:
        return Worker(self.url, worker_id)


@pytest.fixture(scope="session")
def boto_session() -> boto3.session.Session:
    """One session: loading botocore's models takes longer than starting a server."""
    return boto3.session.Session()


@pytest.fixture
def connect(boto_session: boto3.session.Session) -> Callable[[str], Requester]:
    """A requester for a server that the test starts itself."""
    return lambda url: Requester(boto_session, url)


ON_BOTH = {
    "test_assignments",
    "test_concurrency",
    "test_crash",
    "test_hit_changes",
    "test_lifecycle",
    "test_money",
    "test_qualifications",
    "test_reviews",
}
"""Modules whose markets run on SQLite and, where a server is named, on PostgreSQL too."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    here = metafunc.module.__name__.rpartition(".")[2]
    if "books" in metafunc.fixturenames and here in ON_BOTH:
        metafunc.parametrize("books", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def books(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh market keeps its books: a file, or a database of its own on PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return str(tmp_path / "market.db")
    return str(request.getfixturevalue("postgres_database"))


def open_world(data: str, session: boto3.session.Session) -> Iterator[World]:
    clock = SetClock()
    start = running if "://" in data else served
    with start(ServeSettings(data=data, clock=clock)) as url:
        yield World(url, clock, data, session)


@pytest.fixture
def world(books: str, boto_session: boto3.session.Session) -> Iterator[World]:
    """A fresh market whose clock stands still until the test moves it."""
    yield from open_world(books, boto_session)


@pytest.fixture(scope="module")
def shared_world(
    tmp_path_factory: pytest.TempPathFactory, boto_session: boto3.session.Session
) -> Iterator[World]:
    """One market for all tests of a file that leave nothing behind which matters to another."""
    yield from open_world(str(tmp_path_factory.mktemp("market") / "market.db"), boto_session)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser of this machine."""
    with chromium() as one:
        yield one


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A fresh browser profile's only tab; what its console reports as an error fails the test."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []
