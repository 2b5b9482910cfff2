"""Facts about workers who mark: by hand, by counting, against scikit-learn and the package."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from analysis.marked import take_rows
from analysis.workers import MARK_FACTS, SHARED
from analysis.workers.describe import Described, WorkerFacts, describe_marks
from analysis.workers.marking import mark_influence, marked, nothing_marked, read_marking
from db.errors import DataError
from db.records import Marks
from tests.analysis.support import marks_of, random_marks

MARKS = {
    "d": {"a": "1100", "b": "1000", "c": "0000"},
    "e": {"a": "1111", "b": "0011"},
    "f": {"c": "0110"},
}


def place(marks: Marks, worker: str) -> int:
    return marks.worker_ids.index(worker)


def test_share_marked_beside_the_others_by_hand() -> None:
    marks = marks_of(MARKS)
    fact = marked(read_marking(marks))
    # a: .5 against (.25 + 0)/2 = .125 in d, 1 against .5 in e: (.375 + .5)/2.
    assert fact.value[place(marks, "a")] == pytest.approx(0.4375)
    # c: 0 against (.5 + .25)/2 in d; alone in f, which does not count.
    assert fact.value[place(marks, "c")] == pytest.approx(-0.375)
    assert fact.n.tolist() == [2, 2, 1]


def test_nothing_and_everything_marked_are_counted() -> None:
    marks = marks_of(MARKS)
    fact = nothing_marked(read_marking(marks))
    assert fact.value.tolist() == [0.5, 0.0, 0.5]  # a: everything in e; c: nothing in d
    assert fact.notes[place(marks, "b")] == "the others in 50%"


def test_agreement_is_the_mean_f1_with_the_others() -> None:
    marks = random_marks(np.random.default_rng(0), 12, 5)
    agreeing = read_marking(marks).work.agreeing
    assert agreeing is not None
    for row, value in enumerate(agreeing.tolist()):
        mine = marks.masks[row]
        others = [
            marks.masks[other]
            for other in range(len(marks.masks))
            if other != row and marks.instance[other] == marks.instance[row]
        ]
        scores = [f1_score(o, mine) for o in others if o.any() or mine.any()]
        assert value == pytest.approx(np.mean(scores)) if scores else np.isnan(value)


def package(marks: Marks) -> float:
    """Alpha of all tokens by the krippendorff package, documents with one worker left out."""
    counts = []
    for document in range(len(marks.instance_ids)):
        rows = np.flatnonzero(marks.instance == document)
        if len(rows) > 1:
            table = np.stack([marks.masks[row] for row in rows.tolist()]).astype(int)
            counts.append(np.stack([(table == 0).sum(axis=0), table.sum(axis=0)], axis=1))
    return float(krippendorff.alpha(value_counts=np.concatenate(counts),
                                    level_of_measurement="nominal"))  # fmt: skip


def test_influence_is_the_difference_to_the_packages_alpha_without_them() -> None:
    marks = random_marks(np.random.default_rng(1), 25, 6)
    fact = mark_influence(read_marking(marks))
    for worker in range(len(marks.worker_ids)):
        without = package(take_rows(marks, np.flatnonzero(marks.worker != worker)))
        assert fact.value[worker] == pytest.approx(without - package(marks), abs=1e-10)


def odd_marks() -> tuple[Marks, pd.DataFrame]:
    """60 documents of 20 tokens, four of ten people each: w0 marks nothing, w1 far too much, w2 at
    random; w3 takes a third of the time."""
    rng = np.random.default_rng(2)
    rows: dict[str, dict[str, str]] = {}
    seconds = []
    for document in range(60):
        truth = rng.random(20) < 0.25
        rows[f"d{document}"] = {}
        for worker in sorted(rng.choice(10, 4, replace=False).tolist()):
            mask = truth ^ (rng.random(20) < 0.05)
            mask = {
                0: mask & False,
                1: mask | (rng.random(20) < 0.6),
                2: rng.random(20) < 0.25,
            }.get(worker, mask)
            rows[f"d{document}"][f"w{worker}"] = "".join(str(int(m)) for m in mask)
            seconds.append(rng.uniform(18, 22) / (3 if worker == 3 else 1))
    return marks_of(rows), pd.DataFrame({"seconds": seconds})


def of(found: Described, worker: str) -> WorkerFacts:
    return next(one for one in found.workers if one.worker == worker)


def test_what_was_planted_is_said_and_little_of_the_rest() -> None:
    found = describe_marks(read_marking(*odd_marks()))
    planted = {"w0": "marked nothing, or everything, in", "w1": "points more of the tokens",
               "w2": "agrees with the others at", "w3": "answers three times faster"}  # fmt: skip
    for worker, said in planted.items():
        assert any(said in note for note in of(found, worker).notes), of(found, worker).notes
    assert sum(len(one.notes) for one in found.workers if one.worker not in planted) <= 2
    assert [fact.name for fact in found.workers[0].facts] == [*SHARED, *MARK_FACTS, "gold"]
    assert "careful workers mark the same words" in found.duplicates.note


def test_rows_beside_must_fit() -> None:
    with pytest.raises(DataError, match="1 row beside 6 masks"):
        read_marking(marks_of(MARKS), pd.DataFrame({"seconds": [1.0]}))
