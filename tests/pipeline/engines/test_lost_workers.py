"""Workers that are killed, parts that are tried again, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pipeline.engines.base import RETRIES, Engine, WorkerLost
from tests.pipeline.engines import works
from tests.pipeline.engines.test_engines import jobs


def gone(pid: int) -> bool:
    """Whether a process has ended (one that nobody has buried yet has)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def wait_for(what: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.02)


def test_a_part_whose_worker_was_killed_is_tried_again(away: Engine, tmp_path: Path) -> None:
    parts = jobs(tmp_path)
    assert list(away.map(works.die_once, parts)) == [0, 1, 2, 3]
    assert [part.count("begun") for part in parts] == [1, 2, 1, 1]


def test_a_part_that_kills_every_worker_is_named(away: Engine, tmp_path: Path) -> None:
    parts = jobs(tmp_path)
    results = away.map(works.die, parts)
    assert next(results) == 0
    with pytest.raises(WorkerLost, match=r"^part 2 of 4 \(seed 1\) was given up: .* 3 times"):
        list(results)
    assert parts[1].count("begun") == 1 + RETRIES
    assert list(away.map(works.square, [3])) == [9], "the engine goes on"


def test_ctrl_c_ends_what_is_at_work(away: Engine, tmp_path: Path) -> None:
    parts = jobs(tmp_path, 2)
    # As a terminal does: to everybody, as soon as both parts are at work.
    results = away.map(works.sleep_long, parts)

    def press() -> None:
        wait_for(lambda: all(part.count("begun") for part in parts))
        for pid in begun(parts):
            os.kill(pid, signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        next(results)
    thread.join()
    at_work = begun(parts)
    wait_for(lambda: all(gone(pid) for pid in at_work))
    assert len(at_work) == 2 and all(gone(pid) for pid in at_work)
    assert not any(part.count("ended") for part in parts)


def test_whoever_stops_listening_stops_the_work(away: Engine, tmp_path: Path) -> None:
    results = away.map(works.sleep_after_first, jobs(tmp_path, 3))
    assert next(results) == 0
    second = works.Job(1, tmp_path)
    wait_for(lambda: second.count("begun"))
    (pid,) = begun([second])
    results.close()  # type: ignore[attr-defined]
    wait_for(lambda: gone(pid))
    assert gone(pid) and not second.count("ended")


def begun(parts: list[works.Job]) -> list[int]:
    """The processes that began the parts."""
    paths = [part.folder / f"begun-{part.number}" for part in parts]
    return [int(line) for path in paths for line in path.read_text().split()]
