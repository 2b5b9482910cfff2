"""What every engine keeps to: order, sameness, errors, and an end when nobody listens any more."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from db.errors import ImportFailed, KonkyoError
from pipeline.engines.attempt import result
from pipeline.engines.base import AHEAD, Engine, PartFailed
from pipeline.engines.ray import remote_attempt, versions
from pipeline.engines.spread import each
from tests.pipeline.engines import works


def jobs(folder: Path, n: int = 4) -> list[works.Job]:
    return [works.Job(number, folder) for number in range(n)]


def test_results_come_in_the_order_of_the_parts(engine: Engine) -> None:
    assert list(engine.map(works.square, range(9))) == [n * n for n in range(9)]
    assert list(engine.map(works.late_first, [0, 1, 2, 3])) == [0, 1, 2, 3]
    assert list(engine.map(works.square, [])) == []


def test_parts_carry_their_seeds_so_that_every_engine_draws_the_same(engine: Engine) -> None:
    found = list(engine.map(works.draw, [5, 6, 5]))
    np.testing.assert_array_equal(found[0], np.random.default_rng(5).normal(size=1000))
    np.testing.assert_array_equal(found[0], found[2])
    assert not np.array_equal(found[0], found[1])


def test_arrays_can_be_written_to_wherever_they_are(engine: Engine) -> None:
    (found,) = engine.map(works.doubled_in_place, [np.arange(3.0)])
    found += 1
    assert found.tolist() == [1.0, 3.0, 5.0]


def test_an_error_of_ours_comes_back_as_it_was(engine: Engine) -> None:
    results = engine.map(works.refuse, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ImportFailed) as caught:
        next(results)
    assert str(caught.value) == "labels.csv, line 7: there is no column 'value'"
    assert list(engine.map(works.square, [3])) == [9], "the engine goes on"


def test_any_other_error_names_its_part(away: Engine) -> None:
    with pytest.raises(PartFailed) as caught:
        list(away.map(works.stumble, range(5)))
    said = "part 3 of 5 failed in its worker: ValueError: 2 is not to my liking"
    assert str(caught.value) == said
    assert "in stumble" in caught.value.__notes__[0]


def test_what_cannot_be_sent_back_is_an_error_of_its_part(away: Engine) -> None:
    with pytest.raises(PartFailed, match=r"^part 1 of 2 failed in its worker: .*pickle"):
        list(away.map(works.unsendable, range(2)))


def test_parts_are_begun_only_a_little_ahead(engine: Engine, tmp_path: Path) -> None:
    parts = jobs(tmp_path, 30)
    results = engine.map(works.begin, parts)
    assert next(results) == 0
    assert sum(part.count("begun") for part in parts) <= 1 + AHEAD * engine.workers
    assert list(results) == list(range(1, 30))
    assert [part.count("begun") for part in parts] == [1] * 30


@pytest.mark.parametrize("together", [1, 3, 100])
def test_several_that_travel_together_are_the_same_as_each(engine: Engine, together: int) -> None:
    assert list(each(engine, works.square, iter(range(10)), together)) == [n * n for n in range(10)]


def test_a_worker_of_another_version_refuses() -> None:
    work, part = pickle.dumps(works.square), pickle.dumps(3)
    assert result(remote_attempt(work, part, versions()), "part 1 of 1") == 9
    other = versions() | {"torch": "0.4"}
    with pytest.raises(KonkyoError, match="torch 0.4.*; install the same on every machine"):
        result(remote_attempt(work, part, other), "part 1 of 1")


def test_workers_do_not_take_each_others_cores(away: Engine) -> None:
    from pipeline.engines.base import cores

    (found,) = set(away.map(works.threads, range(4)))
    assert found is not None
    assert int(found) * away.workers <= max(cores(), away.workers)
