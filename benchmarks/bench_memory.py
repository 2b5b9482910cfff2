"""The resident memory of `konkyo serve` while workers accept and submit 100,000 assignments.

Workers register, look at the queue once, and then repeat: accept the next HIT of the group, open
it, submit. Every worker does every HIT, so that each of them has a long past that the server might
keep. Memory that belongs to finished work would grow with it: judged is what the process holds at
the end over what it held after a quarter, when caches are full.

    python benchmarks/bench_memory.py [--assignments N] [--workers N]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import http_load
from servers import fill, konkyo_serve, memory_mb, server

SHARES = (0.1, 0.25, 0.5, 1.0)
WANTED = 1.2


class Samples:
    """A worker's step that looks at the server's memory whenever a share of the work is done."""

    def __init__(self, process: int, submissions: int) -> None:
        self.megabytes: dict[float, float] = {}
        self._process = process
        self._submissions = submissions
        self._step = http_load.OneGroup().step

    async def step(self, browser: http_load.Browser, load: http_load.Load) -> bool:
        """One HIT."""
        going_on = await self._step(browser, load)
        for share in SHARES:
            if share not in self.megabytes and load.submitted >= share * self._submissions:
                self.megabytes[share] = memory_mb(self._process)
                print(f"{share:8.0%}{load.submitted:12}{self.megabytes[share]:10.1f}", flush=True)
        return going_on


def main() -> None:
    """Start a server, let everybody work to the end, print the table as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--assignments", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=50)
    given = parser.parse_args()
    hits = -(-given.assignments // given.workers)
    with (
        tempfile.TemporaryDirectory() as folder,
        server(konkyo_serve(Path(folder) / "market.db")) as (url, process),
    ):
        fill(url, hits, given.workers)
        print(f"{given.assignments} assignments: {hits} HITs, {given.workers} workers")
        print(f"{'done':>8}{'submitted':>12}{'MB':>10}")
        print(f"{0:8.0%}{0:12}{memory_mb(process):10.1f}")
        samples = Samples(process, given.assignments)
        load = http_load.run(url, samples.step, given.workers, given.assignments)
    print(f"{load.rate:.0f} a second; refused: {load.refused or 'none'}")
    if 1.0 not in samples.megabytes:
        raise SystemExit(f"the work ended after {load.submitted} submissions")
    ratio = samples.megabytes[1.0] / samples.megabytes[0.25]
    print(f"memory at the end over that at 25%: {ratio:.2f}; at most {WANTED} wanted")


if __name__ == "__main__":
    main()
