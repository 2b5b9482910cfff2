"""kill -9 under load: what was acknowledged is there after a restart, once."""

import random
import re
import subprocess
import sys
import threading
import time

import httpx
import pytest

SERVER = (
    "import sys\n"
    "from hits.endpoint.serve import serve\n"
    "from hits.endpoint.settings import ServeSettings\n"
    "serve(ServeSettings(port=0, data=sys.argv[1]), on_ready=lambda u: print(u, flush=True))\n"
)
WORKERS = 4


def start(data):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, data], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def work_until_the_end(worker, type_id, acknowledged):
    """Take, answer, remember what the site said it received; stops when the server is gone."""
    try:
        for number in range(10_000):
            taken = worker.post(f"/groups/{type_id}/accept")
            if taken.status_code != 303:
                return
            assignment_id = taken.headers["location"].rsplit("/", 1)[1]
            text = f"{worker.worker_id} {number}"
            answer = worker.submit(assignment_id, answer=text)
            if 'data-outcome="submitted"' in answer.text:
                acknowledged[assignment_id] = text
    except (httpx.HTTPError, AssertionError):
        return


@pytest.mark.parametrize("seed", range(5))
def test_no_acknowledged_submission_is_lost_or_doubled(seed, books, connect, shared_world):
    chance = random.Random(seed)
    process, url = start(books)
    requester = connect(url)
    type_id = requester.create(MaxAssignments=WORKERS)["HITTypeId"]
    for _ in range(60):
        requester.client.create_hit_with_hit_type(
            HITTypeId=type_id,
            LifetimeInSeconds=3600,
            MaxAssignments=WORKERS,
            Question=shared_world.html_question(),
        )
    acknowledged: dict[str, str] = {}
    workers = [type(shared_world.worker())(url) for _ in range(WORKERS)]
    threads = [
        threading.Thread(target=work_until_the_end, args=(worker, type_id, acknowledged))
        for worker in workers
    ]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 20:
        time.sleep(0.01)
    time.sleep(chance.uniform(0.05, 0.3))
    process.kill()
    process.wait()
    for thread in threads:
        thread.join()
    process, url = start(books)
    try:
        check(connect(url), acknowledged)
    finally:
        process.terminate()
        process.wait()


def check(requester, acknowledged):
    found: dict[str, str] = {}
    pairs = []
    balance = 1_000_000
    for page in requester.client.get_paginator("list_hits").paginate():
        for hit in page["HITs"]:
            assignments = requester.assignments(hit["HITId"])
            counted = (
                hit["MaxAssignments"]
                - hit["NumberOfAssignmentsPending"]
                - hit["NumberOfAssignmentsAvailable"]
            )
            assert len(assignments) == counted
            balance -= 50 * hit["MaxAssignments"]
            for one in assignments:
                found[one["AssignmentId"]] = one["Answer"]
                pairs.append((one["WorkerId"], one["HITId"]))
    assert len(acknowledged) >= 20
    for assignment_id, text in acknowledged.items():
        assert re.search(rf"<FreeText>{text}</FreeText>", found[assignment_id])
    # At most the one answer that each worker had under way was taken without being acknowledged.
    assert len(acknowledged) <= len(found) <= len(acknowledged) + WORKERS
    assert len(pairs) == len(set(pairs))
    assert requester.balance()[0] == f"{balance / 100:.2f}"
