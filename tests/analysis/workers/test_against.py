"""Answers beside the unit's answer: scikit-learn's counts, ties shared, known answers nobody gave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from analysis.aggregation.scores import Drawing
from analysis.judgements import read
from analysis.workers.against import against_known, against_others
from analysis.workers.confusion import confusion
from analysis.workers.read import read_work
from tests.analysis.workers.support import crowd

QUICK = Drawing(0)


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


def test_against_known_answers_counts_are_scikit_learns() -> None:
    rows = crowd(np.random.default_rng(0), units=80)
    known = dict(zip(rows["unit"], rows["gold"], strict=True))
    found = against_known(read(rows.drop(columns="gold")), known, Drawing(100))
    labels = list(found.labels)
    assert (
        found.counts.tolist()
        == confusion_matrix(rows["gold"], rows["value"], labels=labels).tolist()
    )
    assert found.same.value == pytest.approx(accuracy_score(rows["gold"], rows["value"]))
    assert found.same.low < found.same.value < found.same.high  # type: ignore[operator]


def test_tied_majorities_share_a_judgement() -> None:
    # For a's "x" the others say y and z: each is half of what it is held against.
    rows = table(("u", "a", "x"), ("u", "b", "y"), ("u", "c", "z"))
    found = against_others(read_work(rows), "a", QUICK)
    assert found.labels == ("x", "y", "z")
    assert found.counts[:, 0].tolist() == [0, 0.5, 0.5]
    assert found.same.value == 0 and found.same.n_judgements == 1


def test_one_worker_is_their_part_of_all_and_what_the_table_of_workers_says() -> None:
    work = read_work(crowd(np.random.default_rng(1), units=40).drop(columns="gold"))
    everyone = against_others(work, None, QUICK)
    each = [against_others(work, worker, QUICK) for worker in work.judged.workers]
    assert sum(one.counts for one in each) == pytest.approx(everyone.counts)
    assert sum(one.without for one in each) == everyone.without
    rows = confusion(work)
    assert everyone.counts.sum() == pytest.approx(rows["judgements"].sum())


def test_what_has_nothing_to_be_held_against_is_counted() -> None:
    rows = table(("u", "a", "x"), ("u", "b", "x"), ("v", "a", "y"))
    assert against_others(read_work(rows), None, QUICK).without == 1
    found = against_known(read(rows), {"u": "never given", "v": None}, QUICK)
    assert found.labels == ("x", "y", "never given")
    assert found.without == 1 and found.counts[2, 0] == 2 and found.same.value == 0
    nothing = against_known(read(rows), {}, QUICK)
    assert nothing.same.value is None and "held against" in nothing.same.note
