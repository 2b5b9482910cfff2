"""A market with something of everything in it, whose books are watched from outside."""

from __future__ import annotations

import http.client
import json
import sqlite3
from contextlib import closing
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.hits.endpoint.conftest import World
from tests.hits.endpoint.wire_shapes import QUESTIONS, harvest

PREFIX = "MTurkRequesterServiceV20170117."
START_CENTS = 1_000_000


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    content: bytes


class Arena:
    """A market with something of everything in it, and its books, seen from outside."""

    def __init__(self, world: World, books: sqlite3.Connection) -> None:
        self.world = world
        self.books = books
        self._seen = (-1, 0)
        self.known: dict[str, list[str]] = {}
        self.workers = [world.worker() for _ in range(3)]
        self.tokens = ["preview", "x"]
        for _ in QUESTIONS:
            self.furnish()
        self._make_qualification_type()

    def furnish(self) -> None:
        """A worker, and four HITs: one untouched, one accepted, one approved, one submitted."""
        worker = self.world.worker()
        hits = [self.add_hit() for _ in range(4)]
        held = [worker.accept(hit_id) for hit_id in hits[1:]]
        self.tokens.append(self.token(worker, held[0]))
        for assignment_id in held[1:]:
            address = f"/submit/{self.token(worker, assignment_id)}/mturk/externalSubmit"
            self.send("POST", address, urlencode({"q": "yes"}).encode())
        self.world.requester.client.approve_assignment(AssignmentId=held[1])
        self.known.setdefault("AssignmentId", []).extend(held)
        self.known.setdefault("WorkerId", []).append(worker.worker_id)

    def add_hit(self) -> str:
        """One more to accept; its id."""
        ids = self.known.setdefault("HITId", [])
        xml = QUESTIONS[len(ids) // 4 % len(QUESTIONS)]
        hit = self.world.requester.create(Question=xml, MaxAssignments=3, Reward="0.05")
        self.known.setdefault("HITTypeId", []).append(hit["HITTypeId"])
        ids.append(hit["HITId"])
        return ids[-1]

    def token(self, worker: Any, assignment_id: str) -> str:
        return urlsplit(worker.submit_address(assignment_id)).path.split("/")[2]

    def _make_qualification_type(self) -> None:
        made = self.world.requester.client.create_qualification_type(
            Name="Careful", Description="Reads well", QualificationTypeStatus="Active"
        )
        self.known["QualificationTypeId"] = [made["QualificationType"]["QualificationTypeId"]]
        path = f"/qualifications/{self.known['QualificationTypeId'][0]}/request"
        self.workers[0].post(path)
        answer = self.world.requester.client.list_qualification_requests()
        harvest(json.loads(json.dumps(answer, default=str)), self.known)

    def send(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        headers: list[tuple[str, bytes | str]] | None = None,
    ) -> Answer:
        """These very bytes; a connection of its own."""
        address = urlsplit(self.world.url).netloc
        with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers or []:
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def call(
        self,
        target: str,
        content: bytes,
        path: str = "/",
        more: list[tuple[str, bytes | str]] | None = None,
    ) -> Answer:
        """POST, signed by botocore."""
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        url = self.world.url + path
        request = AWSRequest("POST", url, headers=headers, data=content)
        SigV4Auth(Credentials("local", "local"), "mturk-requester", "us-east-1").add_auth(request)
        return self.send("POST", path, content, [*request.headers.items(), *(more or [])])

    def state(self) -> int:
        """Everything that the books hold, but for the mail that a thread delivers meanwhile."""
        # SQLite's own word for whether anything was committed; the whole need not be read then.
        version = self.books.execute("pragma data_version").fetchone()[0]
        if version != self._seen[0]:
            self._seen = (version, self._read())
        return self._seen[1]

    def _read(self) -> int:
        tables = self.books.execute("select name from sqlite_master where type = 'table'")
        names = [name for (name,) in tables.fetchall() if name not in ("events", "listeners")]
        rows = [self.books.execute(f"select * from {name}").fetchall() for name in names]
        return hash(tuple(map(tuple, rows)))

    def check_books(self) -> None:
        """Every cent is available, held, or paid; the counters are those of the assignments."""
        assert self.books.execute(MONEY).fetchone()[0] == START_CENTS
        assert self.books.execute(WRONG).fetchall() == []


MONEY = """
select (select sum(available_cents) from accounts)
    + (select coalesce(sum(held_cents), 0) from hits)
    + (select coalesce(sum(amount_cents), 0) from bonuses)
    + (select coalesce(sum(reward_cents), 0) from assignments
       join hits on hits.seq = hit_seq join hit_types on hit_types.seq = type_seq
       where state = 'Approved')
"""
WRONG = """
select hit_id from hits left join (
    select hit_seq, sum(state = 'Accepted') a, sum(state = 'Submitted') b,
        sum(state = 'Approved') c, sum(state = 'Rejected') d from assignments group by hit_seq
) on hit_seq = seq
where pending != coalesce(a, 0) or submitted != coalesce(b, 0) or approved != coalesce(c, 0)
    or rejected != coalesce(d, 0) or held_cents < 0
union all select access_key from accounts where available_cents < 0
"""
