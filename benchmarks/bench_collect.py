"""What `konkyo collect` spends its time on: the marketplace, the database, and konkyo itself.

A campaign is published on a local endpoint, which runs in a process of its own, and simulated
workers answer it over HTTP. Then everything is collected into fresh copies of the project, and the
time is divided: inside boto3 calls, inside SQLAlchemy (executing and committing), and the rest,
which is konkyo's own work. The strict figure counts as database only what the driver spends.
Other programs that want the processors make the marketplace slower, and so the rest smaller: the
fastest repeat is judged, which waited least.

Run it: `python benchmarks/bench_collect.py [--quick] [--repeats N]`. Nothing here can fail.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import platform
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from db.records import Instance, instance_id
from db.store import instances, workers
from hits.crowd import Truth, allot, draw_crowd, work
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from hits.markets.mturk import MTurk
from pipeline.collect import collect
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from pipeline.publish import publish, published_hits

LIMIT = 0.15
SEED = 1
NAME = "bench"
WORDS = 30
PER_HIT = 10
ITEMS_PER_HIT = 2
THREADS = 4
SETTINGS = f"""\
[study]
workers = {PER_HIT}
items_per_hit = {ITEMS_PER_HIT}
gold_per_hit = 0
reward = "0.01"

[market]
endpoint_url = "{{url}}"
cap = "1000.00"
"""


@dataclass
class Clock:
    """Seconds spent inside wrapped calls, by kind; a call within another counts once."""

    spent: dict[str, float] = field(default_factory=dict)
    _inside: set[str] = field(default_factory=set)

    def timed(self, kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if kind in self._inside:
                return call(*args, **kwargs)
            self._inside.add(kind)
            start = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self.spent[kind] = self.spent.get(kind, 0.0) + time.perf_counter() - start
                self._inside.discard(kind)

        return wrapped


@dataclass(frozen=True)
class Share:
    """One collection: seconds in all, in boto3, in SQLAlchemy, and in the SQLite driver."""

    total: float
    http: float
    database: float
    driver: float

    @property
    def rest(self) -> float:
        """Share of the time outside boto3 and SQLAlchemy."""
        return (self.total - self.http - self.database) / self.total

    @property
    def rest_strict(self) -> float:
        """Share of the time outside boto3 and the SQLite driver."""
        return (self.total - self.http - self.driver) / self.total


def make_texts(count: int) -> list[Instance]:
    """Texts of invented words with whitespace tokens and one of two labels."""
    rng = np.random.default_rng(SEED)
    found = []
    for number in range(count):
        text = " ".join(f"w{n}" for n in rng.integers(1000, 10_000, WORDS - 1)) + f" n{number}"
        starts = np.cumsum([0, *(len(word) + 1 for word in text.split())])
        spans = np.stack([starts[:-1], starts[1:] - 1], axis=1).astype(np.int32)
        label = ("negative", "positive")[number % 2]
        found.append(Instance(instance_id("text", text), "text", text, spans, label=label))
    return found


def _serve(data: str, ready: Any, done: Any) -> None:
    with running(ServeSettings(port=0, data=data)) as url:
        ready.put(url)
        done.wait()


@contextmanager
def endpoint(data: Path) -> Iterator[str]:
    """An endpoint in another process; yields its address."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Queue(), context.Event()
    process = context.Process(target=_serve, args=(str(data), ready, done), daemon=True)
    process.start()
    try:
        yield ready.get(timeout=60)
    finally:
        done.set()
        process.join(30)


def prepare(folder: Path, url: str, hits: int) -> tuple[Project, int]:
    """A published and answered campaign that nothing was collected of; how many answers wait."""
    folder.mkdir()
    (folder / "konkyo.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
    init_project(folder)
    project = open_project(folder / "konkyo.toml")
    texts = make_texts(hits * ITEMS_PER_HIT)
    instances.add(project.engine, texts)
    planned = plan(project, PlanRequest("highlight", NAME, seed=SEED))
    publish(project, NAME)
    market = list(published_hits(project, planned.campaign).values())
    return project, answer(project, url, market)


def answer(project: Project, url: str, market: list[str]) -> int:
    """Let the crowd answer every HIT over HTTP, several workers at a time."""
    crowd = draw_crowd(4 * PER_HIT, 0.1, SEED)
    ids = [worker.platform_id for worker in crowd]
    workers.register_simulated(project.engine, project.pseudonyms, ids)
    visits = allot(market, crowd, PER_HIT, SEED)
    submitted: list[int] = []

    def some(place: int) -> None:
        truth: dict[str, Truth] = {}
        submitted.append(work(url, crowd[place::THREADS], visits, truth, seed=SEED).submitted)

    threads = [threading.Thread(target=some, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(submitted)


def copy_of(project: Project, folder: Path) -> Project:
    """The same project in a folder of its own, as it was before anything was collected."""
    project.engine.dispose()
    shutil.copytree(project.folder, folder)
    return open_project(folder / "konkyo.toml")


def measure(project: Project) -> Share:
    """Collect once, with the clock at every call to the market and to the database."""
    clock = Clock()
    dialect = project.engine.dialect
    plain = {
        (MTurk, "_read"): "http",
        (Connection, "execute"): "database",
        (Connection, "exec_driver_sql"): "database",
        (dialect, "do_execute"): "driver",
        (dialect, "do_executemany"): "driver",
        (dialect, "do_commit"): "commit",
    }
    before = {(owner, name): getattr(owner, name) for owner, name in plain}
    for (owner, name), kind in plain.items():
        setattr(owner, name, clock.timed(kind, before[owner, name]))
    try:
        gc.collect()
        start = time.perf_counter()
        collect(project, NAME)
        total = time.perf_counter() - start
    finally:
        for (owner, name), call in before.items():
            setattr(owner, name, call)
    http, database, driver, commit = (
        clock.spent.get(kind, 0.0) for kind in ("http", "database", "driver", "commit")
    )
    return Share(total, http, database + commit, driver + commit)


def show(shares: list[Share], assignments: int) -> None:
    """One row a collection, then the medians."""
    print(f"{'':>8}{'seconds':>9}{'boto3':>9}{'database':>10}{'driver':>9}{'rest':>8}{'strict':>8}")
    for number, s in enumerate(shares, start=1):
        print(
            f"{number:>8}{s.total:>9.2f}{s.http:>9.2f}{s.database:>10.2f}{s.driver:>9.2f}"
            f"{s.rest:>8.1%}{s.rest_strict:>8.1%}"
        )
    rest = statistics.median(s.rest for s in shares)
    strict = statistics.median(s.rest_strict for s in shares)
    seconds = statistics.median(s.total for s in shares)
    print(f"{'median':>8}{seconds:>9.2f}{'':>28}{rest:>8.1%}{strict:>8.1%}")
    fastest = min(shares, key=lambda s: s.total)
    print(
        f"fastest: {assignments / fastest.total:,.0f} assignments a second, of which konkyo's own "
        f"work is {1e6 * fastest.rest * fastest.total / assignments:.0f} µs each"
    )
    verdict = "reached" if fastest.rest <= LIMIT else "not reached"
    print(f"rest of the fastest: {fastest.rest:.1%}; at most {LIMIT:.0%} wanted: {verdict}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--quick", action="store_true", help="500 assignments, three repeats")
    arguments.add_argument("--repeats", type=int, default=5)
    given = arguments.parse_args()
    hits, repeats = (50, 3) if given.quick else (500, given.repeats)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with endpoint(folder / "market.db") as url:
            start = time.perf_counter()
            project, waiting = prepare(folder / "project", url, hits)
            spent = time.perf_counter() - start
            print(
                f"collect {waiting:,} assignments: {hits} HITs × {PER_HIT} workers, "
                f"{ITEMS_PER_HIT} items a HIT, {WORDS} words an item, seed {SEED}"
            )
            print(
                f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
                f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
                f"{spent:.0f} s to publish and answer, not counted"
            )
            shares = []
            for number in range(repeats):
                copied = copy_of(project, folder / f"copy{number}")
                shares.append(measure(copied))
                copied.engine.dispose()
            show(shares, waiting)


if __name__ == "__main__":
    main()
