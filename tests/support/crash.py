"""kill -9 under load: workers who remember what was acknowledged, and what the books say after.

`make_requester` and `make_worker` are the boto3 and HTTP clients of the endpoint's tests. Workers
whose last answer was never acknowledged send it again after the restart, as a browser would.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

SERVER = (
    "import sys\n"
    "from hits.endpoint.serve import serve\n"
    "from hits.endpoint.settings import ServeSettings\n"
    "serve(ServeSettings(port=0, data=sys.argv[1]), on_ready=lambda u: print(u, flush=True))\n"
)
WORKERS = 4
HITS = 60
BEFORE_KILL = 20


@dataclass
class Memory:
    """What workers know: assignment → text, sent and acknowledged, and where each was sent."""

    sent: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)

    def open(self) -> list[str]:
        """Assignments whose answer left without a reply."""
        return [one for one in self.sent if one not in self.acknowledged]


@dataclass(frozen=True)
class Tally:
    """One crash: answers acknowledged before it, and what the books held afterwards.

    `silent` were recorded although the worker never heard so; `lost` and `doubled` are answers that
    are missing or there twice; `over_assigned` are HITs with more assignments than places, or whose
    counters say something else than their assignments; `cents_off` is the balance's error.
    """

    acknowledged: int
    silent: int
    lost: int
    doubled: int
    over_assigned: int
    cents_off: int


def start(data: str) -> tuple[subprocess.Popen[str], str]:
    """A server in a process of its own, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, data], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def crash(
    seed: int,
    data: str,
    make_requester: Callable[[str], Any],
    make_worker: Callable[[str], Any],
) -> Tally:
    """Work, kill the server at a moment drawn from `seed`, start it again, and count."""
    memory = Memory()
    work_and_kill(random.Random(seed), data, memory, make_requester, make_worker)
    process, url = start(data)
    try:
        silent = send_again(url, memory)
        return count(make_requester(url), memory, silent)
    finally:
        process.terminate()
        process.wait()


def work_and_kill(
    chance: random.Random,
    data: str,
    memory: Memory,
    make_requester: Callable[[str], Any],
    make_worker: Callable[[str], Any],
) -> None:
    """Fill `memory` with the work that workers do until the server dies under them."""
    process, url = start(data)
    threads: list[threading.Thread] = []
    try:
        type_id = fill(make_requester(url))
        for worker in [make_worker(url) for _ in range(WORKERS)]:
            arguments = (worker, type_id, memory)
            threads.append(threading.Thread(target=work_until_the_end, args=arguments))
            threads[-1].start()
        while len(memory.acknowledged) < BEFORE_KILL and any(t.is_alive() for t in threads):
            time.sleep(0.01)
        time.sleep(chance.uniform(0.05, 0.3))
    finally:
        process.kill()
        process.wait()
        for thread in threads:
            thread.join()


def fill(requester: Any) -> str:
    """HITs that outlast the load; their type's id."""
    first = requester.create(MaxAssignments=WORKERS)
    for _ in range(HITS):
        requester.client.create_hit_with_hit_type(
            HITTypeId=first["HITTypeId"],
            LifetimeInSeconds=3600,
            MaxAssignments=WORKERS,
            Question=requester.hit_parameters()["Question"],
        )
    return str(first["HITTypeId"])


def work_until_the_end(worker: Any, type_id: str, memory: Memory) -> None:
    """Take, answer, remember what the site said it received; stops when the server is gone."""
    try:
        for number in range(10_000):
            taken = worker.post(f"/groups/{type_id}/accept")
            if taken.status_code != 303:
                return
            assignment_id = taken.headers["location"].rsplit("/", 1)[1]
            place = worker.submit_address(assignment_id)
            text = f"{worker.worker_id} {number}"
            memory.places[assignment_id] = urlsplit(place).path
            memory.sent[assignment_id] = text
            answer = worker.http.post(place, data={"assignmentId": assignment_id, "answer": text})
            if 'data-outcome="submitted"' in answer.text:
                memory.acknowledged[assignment_id] = text
    except (httpx.HTTPError, AssertionError):
        return


def send_again(url: str, memory: Memory) -> int:
    """Repeat what went unanswered; how much of it had been recorded all the same."""
    silent = 0
    for assignment_id in memory.open():
        fields = {"assignmentId": assignment_id, "answer": memory.sent[assignment_id]}
        answer = httpx.post(url + memory.places[assignment_id], data=fields, timeout=30)
        silent += 'data-outcome="already-submitted"' in answer.text
    return silent


def count(requester: Any, memory: Memory, silent: int) -> Tally:
    """Compare the requester's view of the market with what workers remember."""
    found: set[tuple[str, str]] = set()
    texts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    over, expected = 0, 1_000_000
    for page in requester.client.get_paginator("list_hits").paginate():
        for hit in page["HITs"]:
            assignments = requester.assignments(hit["HITId"])
            over += not books_agree(hit, len(assignments))
            expected -= 50 * hit["MaxAssignments"]
            for one in assignments:
                text = free_text(one["Answer"])
                found.add((one["AssignmentId"], text))
                texts[text] += 1
                pairs[one["WorkerId"], one["HITId"]] += 1
    return Tally(
        acknowledged=len(memory.acknowledged),
        silent=silent,
        lost=len(set(memory.sent.items()) - found),
        doubled=sum(n - 1 for n in texts.values()) + sum(n - 1 for n in pairs.values()),
        over_assigned=over,
        cents_off=round(float(requester.balance()[0]) * 100) - expected,
    )


def books_agree(hit: dict[str, Any], submitted: int) -> bool:
    """Whether a HIT has no more assignments than places, and its counters say as many."""
    pending: int = hit["NumberOfAssignmentsPending"]
    available: int = hit["NumberOfAssignmentsAvailable"]
    whole = submitted + pending + available == hit["MaxAssignments"]
    return whole and pending >= 0 and available >= 0


def free_text(answer: str) -> str:
    """The text of an answer with one field."""
    found = re.search(r"<FreeText>([^<]*)</FreeText>", answer)
    return found[1] if found else ""
