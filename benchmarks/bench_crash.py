"""kill -9 in the middle of the load, many times: what was acknowledged is there, once.

The same crash as in tests/hits/endpoint/test_crash.py, repeated with other seeds: four workers
accept and submit until at least twenty answers are acknowledged, the server's process is killed at
a moment drawn from the seed, and started again on the same books. Workers send again what went
unanswered; then the requester's view of the market is compared with what workers remember.

    python benchmarks/bench_crash.py [--runs N] [--first-seed N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.hits.endpoint.conftest import Requester, Worker
from tests.support.crash import Tally, crash

HEADINGS = ("acknowledged", "silent", "lost", "double", "over-assigned", "cents off")


def one(seed: int, make_requester: Callable[[str], Any]) -> Tally:
    """One crash on fresh books."""
    with tempfile.TemporaryDirectory() as folder:
        return crash(seed, str(Path(folder) / "market.db"), make_requester, Worker)


def total(tallies: list[Tally]) -> Tally:
    """Sums; of the balance's errors their sizes, so that they cannot cancel."""
    columns = zip(*map(astuple, tallies), strict=True)
    return Tally(*(sum(map(abs, column)) for column in columns))


def main() -> None:
    """Run them one after the other; a line for each that lost something, and the sums."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    session, start = boto3.session.Session(), time.perf_counter()
    tallies = []
    for seed in range(given.first_seed, given.first_seed + given.runs):
        tallies.append(one(seed, lambda url: Requester(session, url)))
        if any(astuple(tallies[-1])[2:]):
            print(f"seed {seed}: {tallies[-1]}", flush=True)
    sums = total(tallies)
    print(f"{'runs':>8}" + "".join(f"{heading:>15}" for heading in HEADINGS))
    print(f"{given.runs:8}" + "".join(f"{getattr(sums, field.name):15}" for field in fields(Tally)))
    print(
        f"lost, double, over-assigned and cents off: 0 wanted; {time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
