"""Workers on the endpoint beside a bare Starlette application and beside Turkle.

All serve from a process of their own, on SQLite with a write-ahead log that is synced at every
commit; the same client plays the workers, over the same number of tasks with nine places each. The
bare application answers the same four requests a HIT with two inserts, keeps no state but the two
rows, and knows no worker, money, deadline or HIT. Turkle answers four too: accept the next task,
its page, its frame, the submission. Workers register and sign in before the clock starts; Turkle
is stopped after a fifth of the submissions, because it takes so long. In these runs every worker
always has a request under way, so a request waits for those of all others. A last run lets them
think for a second before each, as fast people do.

    python benchmarks/bench_endpoint.py [--submissions N] [--workers N] [--repeats N]
        [--turkle PYTHON]

`--turkle` names an interpreter that has turkle and gunicorn, if this one has not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import http_load
import turkle_peer
from servers import fill, konkyo_serve, memory_mb, program, server

PER_HIT = 9
THINK_S = 1.0
WANTED = {"bare": 0.33, "turkle": 10.0}
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
# Only for a socket that says it is TCP does asyncio turn off Nagle's delay.
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listener])
"""


class Seen(NamedTuple):
    """One run: the load, and the server's resident memory before and after, in MB."""

    load: http_load.Load
    before: float
    after: float


def on_konkyo(folder: Path, submissions: int, workers: int, think_s: float = 0.0) -> Seen:
    """Fresh books, and HITs enough for everybody to the end."""
    with server(konkyo_serve(folder / "market.db")) as (url, process):
        fill(url, submissions // PER_HIT + workers, PER_HIT)
        before = memory_mb(process)
        load = http_load.run(
            url, http_load.work_on_market, workers, submissions, http_load.register, think_s
        )
        return Seen(load, before, memory_mb(process))


def on_bare(folder: Path, submissions: int, workers: int) -> Seen:
    """The bare application."""
    with server(program(BARE, folder / "books.db")) as (url, process):
        before = memory_mb(process)
        load = http_load.run(url, http_load.work_on_bare, workers, submissions)
        return Seen(load, before, memory_mb(process))


def on_turkle(python: str, folder: Path, submissions: int, workers: int) -> Seen:
    """Turkle with a batch as large as ours, for a fifth of the submissions."""
    turkle = turkle_peer.Turkle(python, folder)
    turkle.prepare(workers, submissions // PER_HIT + workers, PER_HIT)
    with turkle.serving() as (url, process):
        few = max(submissions // 5, workers)
        load = http_load.run(url, turkle_peer.work, workers, few, turkle_peer.sign_in)
        memory = memory_mb(turkle_peer.child_of(process))
    if turkle.completed() != load.submitted:
        raise SystemExit(f"Turkle kept {turkle.completed()} of {load.submitted} submissions")
    return Seen(load, 0.0, memory)


def show(name: str, seen: Seen) -> None:
    """One line of the table."""
    load = seen.load
    print(
        f"  {name:9}{load.rate:8.0f}{1000 * load.quantile(0.5):9.0f}"
        f"{1000 * load.quantile(0.99):9.0f}{seen.before:11.0f}{seen.after:8.0f}"
        f"  {load.refused or ''}",
        flush=True,
    )


def measure(
    names: list[str], python: str, submissions: int, workers: int, repeats: int
) -> dict[str, list[float]]:
    """Submissions a second of each, `repeats` times in turns."""
    rates: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(repeats):
        for name, rate in rates.items():
            with tempfile.TemporaryDirectory() as folder:
                if name == "turkle":
                    seen = on_turkle(python, Path(folder), submissions, workers)
                else:
                    step = on_konkyo if name == "konkyo" else on_bare
                    seen = step(Path(folder), submissions, workers)
            rate.append(seen.load.rate)
            show(name, seen)
    return rates


def main() -> None:
    """Run them in turns and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--turkle", metavar="PYTHON", default=sys.executable)
    given = parser.parse_args()
    names = ["konkyo", "bare"]
    if lacking := turkle_peer.missing(given.turkle):
        print(f"without Turkle ({lacking}); pip install 'konkyo[bench]' brings it")
    else:
        names.append("turkle")
    print(f"{given.submissions} submissions, {given.workers} workers side by side")
    print(f"  {'':9}{'per s':>8}{'p50 ms':>9}{'p99 ms':>9}{'MB before':>11}{'after':>8}  refused")
    rates = measure(names, given.turkle, given.submissions, given.workers, given.repeats)
    with tempfile.TemporaryDirectory() as folder:
        few = max(given.submissions // 2, given.workers)
        show("thinking", on_konkyo(Path(folder), few, given.workers, THINK_S))
    for peer in names[1:]:
        ratios = sorted(k / p for k, p in zip(rates["konkyo"], rates[peer], strict=True))
        print(f"konkyo / {peer}: {ratios[len(ratios) // 2]:.2f}; at least {WANTED[peer]} wanted")


if __name__ == "__main__":
    main()
