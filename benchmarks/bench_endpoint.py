"""Workers on the endpoint beside a bare Starlette application that does the same two inserts.

Both servers run in a process of their own, on SQLite with a write-ahead log that is synced at
every commit; the same client plays the workers. The bare application answers the same four
requests a HIT, keeps no state but the two rows, and knows no worker, money, deadline or HIT.

    python benchmarks/bench_endpoint.py [--submissions N] [--workers N] [--repeats N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import http_load

PER_HIT = 9
MARKET = """
import sys
from hits.endpoint.serve import serve
from hits.endpoint.settings import ServeSettings
serve(ServeSettings(port=0, data=sys.argv[1]), on_ready=lambda url: print(url, flush=True))
"""
BARE = """
import socket, sqlite3, sys, threading, uuid
import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

books = sqlite3.connect(sys.argv[1], check_same_thread=False, isolation_level=None)
books.executescript("pragma journal_mode=wal; pragma synchronous=full;"
    "create table accepted (id text primary key, at real);"
    "create table submitted (id text primary key, answer text);")
turn = threading.Lock()

def page(request):
    return HTMLResponse("<!doctype html><title>Task</title><p>A page</p>" + " " * 2000)

def insert(table, value):
    name = uuid.uuid4().hex
    with turn:
        books.execute("begin immediate")
        books.execute(f"insert into {table} values (?, ?)", (name, value))
        books.execute("commit")
    return name

def accept(request):
    return RedirectResponse("/assignments/" + insert("accepted", 1.0), 303)

async def submit(request):
    form = await request.form()
    from starlette.concurrency import run_in_threadpool
    await run_in_threadpool(insert, "submitted", form["answer"])
    return HTMLResponse("<!doctype html><title>Submitted</title>")

app = Starlette(routes=[
    Route("/", page), Route("/assignments/{name}", page),
    Route("/accept", accept, methods=["POST"]), Route("/submit", submit, methods=["POST"])])
listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listener])
"""


@contextmanager
def server(program: str, data: Path) -> Iterator[tuple[str, int]]:
    """Start a server in a process of its own; yields its address and process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        time.sleep(0.5)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


def fill(url: str, hits: int) -> None:
    """Put HITs on the market, enough for every submission."""
    client = boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    question = (
        '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
        '2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<p><input name="answer"></p>]]>'
        "</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
    )
    hit_type = client.create_hit_type(
        Title="Load", Description="Load", Reward="0.01", AssignmentDurationInSeconds=3600
    )["HITTypeId"]
    for _ in range(hits):
        client.create_hit_with_hit_type(
            HITTypeId=hit_type, MaxAssignments=PER_HIT, LifetimeInSeconds=86400, Question=question
        )


def memory_mb(process: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(name: str, submissions: int, workers: int) -> tuple[http_load.Load, float, float]:
    """One run on fresh books: the load seen, and the server's memory before and after."""
    with tempfile.TemporaryDirectory() as folder:
        program = MARKET if name == "konkyo" else BARE
        with server(program, Path(folder) / "books.db") as (url, process):
            step = http_load.work_on_bare
            if name == "konkyo":
                fill(url, submissions // PER_HIT + workers)
                step = http_load.work_on_market
            before = memory_mb(process)
            load = http_load.run(url, step, workers, submissions)
            return load, before, memory_mb(process)


def main() -> None:
    """Run both in turns and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print(f"{given.submissions} submissions, {given.workers} workers side by side")
    print(f"  {'':8}{'per s':>8}{'p50 ms':>9}{'p99 ms':>9}{'MB before':>11}{'after':>8}  refused")
    rates: dict[str, list[float]] = {"konkyo": [], "bare": []}
    for _ in range(given.repeats):
        for name, seen in rates.items():
            load, before, after = measure(name, given.submissions, given.workers)
            seen.append(load.rate)
            print(
                f"  {name:8}{load.rate:8.0f}{1000 * load.quantile(0.5):9.0f}"
                f"{1000 * load.quantile(0.99):9.0f}{before:11.0f}{after:8.0f}  {load.refused or ''}"
            )
    ratios = sorted(k / b for k, b in zip(rates["konkyo"], rates["bare"], strict=True))
    middle = ratios[len(ratios) // 2]
    print(f"konkyo's rate over the bare application's: {middle:.2f}; at least 0.33 wanted")


if __name__ == "__main__":
    main()
