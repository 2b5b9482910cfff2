"""Probes: the same alone as in a batch, stored, and never measured twice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Engine

from db.ragged import Ragged
from db.records import ModelRun, probe_id
from db.store import instances, probes, runs
from pipeline import probing
from pipeline.probing import Prober, Wanted
from pipeline.project import Project
from pipeline.removal import REMOVALS
from tests.pipeline.models.support import small_model
from tests.support.data import reviews

DATA = reviews(24, seed=2)[0]
MODEL = small_model(DATA)
ROWS = MODEL.encode(DATA)


@pytest.fixture
def engine(make_project: Callable[..., Project]) -> Engine:
    engine = make_project().engine
    instances.add(engine, DATA)
    runs.add(engine, ModelRun("r", "m", MODEL.labels, {}, 0, "", {}, "w"), [])
    return engine


def some(n: int, seed: int = 0) -> Wanted:
    """Random parts of random texts."""
    rng = np.random.default_rng(seed)
    place = rng.integers(len(ROWS), size=n)
    masks = [rng.random(len(ROWS[at].ids)) < 0.4 for at in place]
    return Wanted(place, Ragged.from_rows(masks, "bool"))


@pytest.mark.parametrize("name", REMOVALS)
def test_a_probe_in_a_batch_is_the_probe_alone(engine: Engine, name: str) -> None:
    wanted = some(60)
    together = Prober.open(engine, "r", MODEL, name).probe(ROWS, wanted)
    assert together.shape == (60, 3)
    assert together.sum(axis=1) == pytest.approx(np.ones(60), abs=1e-5)
    operator = REMOVALS.load(name)(MODEL)
    for at, values in enumerate(together):
        row = operator.remove(ROWS[wanted.place[at]], wanted.removed[at].astype(bool))
        ((_, alone),) = probing.probabilities(MODEL, [row], operator)
        assert values == pytest.approx(alone[0], abs=1e-5)


def test_what_is_stored_is_not_measured_again(engine: Engine) -> None:
    first = Prober.open(engine, "r", MODEL, "drop")
    found = first.probe(ROWS, some(40))
    assert first.measured == len(probes.read(engine, "r", "drop")) <= 40
    again = Prober.open(engine, "r", MODEL, "drop")
    seen: list[int] = []
    assert (again.probe(ROWS, some(40), seen.append) == found).all()
    assert (again.measured, seen) == (0, [40])
    other = Prober.open(engine, "r", MODEL, "mask_token")
    other.probe(ROWS, some(40))
    assert other.measured == first.measured


def test_the_same_part_wanted_twice_is_measured_once(engine: Engine) -> None:
    one = some(1)
    twice = Wanted(np.repeat(one.place, 2), one.removed.take(np.array([0, 0])))
    prober = Prober.open(engine, "r", MODEL, "drop")
    found = prober.probe(ROWS, twice)
    assert prober.measured == 1 and (found[0] == found[1]).all()


def test_an_interruption_loses_nothing_that_was_stored(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "KEPT_TOGETHER", 10)
    wanted = some(80, seed=4)

    def stop(done: int) -> None:
        if done >= 30:
            raise KeyboardInterrupt

    prober = Prober.open(engine, "r", MODEL, "drop")
    with pytest.raises(KeyboardInterrupt):
        prober.probe(ROWS, wanted, stop)
    kept = len(probes.read(engine, "r", "drop"))
    assert 30 <= kept < 80 and prober.measured == kept
    after = Prober.open(engine, "r", MODEL, "drop")
    resumed = after.probe(ROWS, wanted)
    assert after.measured + kept == len(probes.read(engine, "r", "drop"))
    whole = Prober.open(engine, "r", MODEL, "drop").probe(ROWS, wanted)
    assert (resumed == whole).all()


def test_what_a_probe_is_of_comes_back_from_the_database(engine: Engine) -> None:
    wanted = some(30, seed=1)
    values = Prober.open(engine, "r", MODEL, "drop").probe(ROWS, wanted)
    stored = {probe.id: probe for probe in probes.read(engine, "r", "drop")}
    for at, place in enumerate(wanted.place.tolist()):
        mask = wanted.removed[at].astype(bool)
        probe = stored[probe_id("r", DATA[place].id, "drop", mask)]
        assert probe.instance_id == DATA[place].id
        assert probe.removed.dtype == bool and (probe.removed == mask).all()
        assert (probe.probabilities == values[at]).all()


def test_an_identity_counts_the_tokens_too() -> None:
    short, long = np.zeros(7, bool), np.zeros(8, bool)
    names = {probe_id("r", "i", name, mask) for name in ("a", "b") for mask in (short, long)}
    assert len(names) == 4


def test_nothing_wanted_gives_no_rows(engine: Engine) -> None:
    nothing = Wanted(np.empty(0, np.int64), Ragged.from_rows([], "bool"))
    assert Prober.open(engine, "r", MODEL, "drop").probe(ROWS, nothing).shape == (0, 3)
