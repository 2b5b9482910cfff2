"""All facts together: the order, the notes in plain words, and nothing that is not a number."""

import inspect
import math

import numpy as np
import pandas as pd
import pytest

from analysis.workers import WORKER_FACTS
from analysis.workers.base import WorkerFact
from analysis.workers.describe import Described, WorkerFacts, describe
from analysis.workers.gold import record
from analysis.workers.read import read_work
from tests.analysis.support import judgements
from tests.analysis.workers.support import crowd


def odd_crowd() -> pd.DataFrame:
    """A good crowd, but w1 always says 1, w2 is fast, w3 gives up half way, w4 guesses."""
    rng = np.random.default_rng(0)
    table = crowd(rng, units=300, workers=20, per_unit=6, right=0.9)
    table["seconds"] = rng.uniform(18, 22, len(table))
    table.loc[table["worker"] == "w1", "value"] = 1
    table.loc[table["worker"] == "w2", "seconds"] /= 3
    rows = table.index[table["worker"] == "w3"]
    late = rows[len(rows) // 2 :]
    table.loc[late, "value"] = 1 - table.loc[late, "gold"]
    guesses = table["worker"] == "w4"
    return table.assign(value=table["value"].where(~guesses, rng.integers(2, size=len(table))))


def worker(found: Described, name: str) -> WorkerFacts:
    return next(one for one in found.workers if one.worker == name)


@pytest.fixture(scope="module")
def odd() -> Described:
    return describe(read_work(odd_crowd()))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("w1", "says 1 "),
        ("w1", "times running"),
        ("w1", "known answers, the others on"),
        ("w2", "answers three times faster than the median worker"),
        ("w3", "agreement falls by"),
        ("w4", "agrees with the others at"),
    ],
)
def test_what_was_planted_is_said(odd: Described, name: str, said: str) -> None:
    assert any(said in note for note in worker(odd, name).notes)


def test_the_most_striking_come_first_and_then_the_least_agreeing(odd: Described) -> None:
    assert {one.worker for one in odd.workers[:4]} == {"w1", "w2", "w3", "w4"}
    keys = [(-len(one.notes), one.fact("agreement").value or 0.0) for one in odd.workers]
    assert keys == sorted(keys)


def test_hardly_anything_is_said_of_ordinary_workers(odd: Described) -> None:
    ordinary = [one for one in odd.workers if one.worker not in ("w1", "w2", "w3", "w4")]
    assert sum(len(one.notes) for one in ordinary) <= 2


def test_every_number_is_a_number_or_says_why_not(odd: Described) -> None:
    lonely = describe(read_work(judgements("a x 1\nb y 2")))
    for one in (*odd.workers, *lonely.workers):
        assert [fact.subject for fact in one.facts] == [one.worker] * len(WORKER_FACTS)
        for fact in one.facts:
            assert fact.scale
            assert fact.value is not None or fact.note
            for number in (fact.value, fact.se, fact.low, fact.high):
                assert number is None or math.isfinite(number)


def test_everyone_is_there_once_and_nobody_is_left_out(odd: Described) -> None:
    assert sorted(one.worker for one in odd.workers) == sorted(f"w{i}" for i in range(20))
    assert sum(one.judgements for one in odd.workers) == 1800


def test_the_order_of_rows_changes_nothing_but_what_is_about_order() -> None:
    table = odd_crowd().assign(order=range(1800))
    first = describe(read_work(table))
    second = describe(read_work(table.sample(frac=1, random_state=0)))
    for one in first.workers:
        other = worker(second, one.worker)
        assert one.notes == other.notes
        for mine, theirs in zip(one.facts, other.facts, strict=True):
            assert mine.value == pytest.approx(theirs.value)


def test_a_record_from_elsewhere_takes_the_place_of_gold() -> None:
    work = read_work(judgements("a x 1\na y 1\na z 2"))
    found = describe(work, gold=record(np.array([1.0, 2, 0]), np.array([2.0, 2, 0])))
    assert worker(found, "x").fact("gold").value == 0.5
    assert worker(found, "z").fact("gold").value is None


@pytest.mark.parametrize("name", list(WORKER_FACTS))
def test_facts_keep_their_protocol_and_survive_the_smallest_table(name: str) -> None:
    fact = WORKER_FACTS.load(name)
    given = [p for p in inspect.signature(WorkerFact.__call__).parameters if p != "self"]
    assert list(inspect.signature(fact).parameters) == given
    assert inspect.getdoc(fact)
    for rows in ("a x 1", "a x 1\na y 1", "a x 1\na y 2\nb x 2"):
        table = judgements(rows).assign(seconds=3, length=4, position=0, hit=1, gold=1)
        made = fact(read_work(table, "interval"))
        assert made.of(0, "x").value is not None or made.of(0, "x").note
