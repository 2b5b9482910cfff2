"""Agreement on marked tokens: real masks, other libraries, and loops."""

from collections.abc import Callable
from itertools import permutations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, jaccard_score, roc_auc_score

from analysis.agreement.krippendorff import alpha
from analysis.agreement.pairable import OverWorkers, pairable
from analysis.agreement.token_alpha import DocumentTables
from analysis.agreement.tokens import token_agreement
from analysis.judgements import read
from analysis.marked import mask_pairs, take_rows
from analysis.resampling import Weights
from db.records import Marks
from tests.analysis.support import marks_of, one, random_marks, yelp_hat

PairScore = Callable[[np.ndarray, np.ndarray], float | None]


def shared_only(marks: Marks) -> Marks:
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    return take_rows(marks, np.flatnonzero(asked[marks.instance] > 1))


def long_table(marks: Marks) -> pd.DataFrame:
    """Every token of every mask as a judgement."""
    rows = [
        (f"{marks.instance[r]}.{t}", marks.instance[r], f"w{marks.worker[r]}", int(value))
        for r in range(len(marks.masks))
        for t, value in enumerate(marks.masks[r].tolist())
    ]
    return pd.DataFrame(rows, columns=["unit", "document", "worker", "value"])


def loop_pairs(marks: Marks, score: PairScore) -> float:
    """Mean over documents of the mean over ordered pairs, where the score is defined."""
    means = []
    for i in range(len(marks.instance_ids)):
        masks = [marks.masks[r] for r in np.flatnonzero(marks.instance == i)]
        scores = [score(a, b) for a, b in permutations(masks, 2)]
        scores = [s for s in scores if s is not None]
        means += [np.mean(scores)] if scores else []
    return float(np.mean(means))


def auc(score: np.ndarray, truth: np.ndarray) -> float | None:
    return None if truth.min() == truth.max() else float(roc_auc_score(truth, score))


def f1(first: np.ndarray, second: np.ndarray) -> float | None:
    return float(f1_score(second, first)) if first.any() or second.any() else None


def iou(first: np.ndarray, second: np.ndarray) -> float | None:
    return float(jaccard_score(second, first)) if first.any() or second.any() else None


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_point_values_are_those_of_other_libraries(seed: int) -> None:
    marks = random_marks(np.random.default_rng(seed), 12, 6)
    result = token_agreement(marks, bootstrap=0)
    table = long_table(shared_only(marks))
    matrix = table.pivot(index="worker", columns="unit", values="value").to_numpy(float)
    expected = krippendorff.alpha(reliability_data=matrix, level_of_measurement="nominal")
    assert one(result.estimates, "token_alpha").value == pytest.approx(expected, abs=1e-12)
    assert one(result.estimates, "pairwise_auc").value == pytest.approx(loop_pairs(marks, auc))
    assert one(result.estimates, "pairwise_f1").value == pytest.approx(loop_pairs(marks, f1))
    assert one(result.estimates, "pairwise_iou").value == pytest.approx(loop_pairs(marks, iou))
    of_documents = []
    for _, document in table.groupby("document"):
        if document["value"].nunique() > 1:
            grid = document.pivot(index="worker", columns="unit", values="value").to_numpy(float)
            of_documents.append(
                krippendorff.alpha(reliability_data=grid, level_of_measurement="nominal")
            )
    expected = float(np.mean(of_documents))
    assert one(result.estimates, "document_alpha").value == pytest.approx(expected, abs=1e-12)


def test_document_tables_give_the_alpha_of_the_long_table_under_any_weights() -> None:
    # Two ways to the same number: one small table per document, and every token a unit.
    rng = np.random.default_rng(1)
    marks = shared_only(random_marks(rng, 15, 8))
    tables = DocumentTables(marks, mask_pairs(marks))
    data = pairable(read(long_table(marks)), "nominal", None)
    assert data is not None
    documents = rng.integers(3, size=(len(marks.instance_ids), 9)).astype(float)
    workers = rng.integers(3, size=(len(marks.worker_ids), 9)).astype(float)
    of_unit = [int(unit.split(".")[0]) for unit in data.judged.units]
    of_worker = [int(name[1:]) for name in data.judged.workers]
    expected = OverWorkers(data)(Weights(documents[of_unit], workers[of_worker]))
    np.testing.assert_allclose(tables.pooled(Weights(documents, workers)), expected, atol=1e-12)


def test_intervals_over_documents_are_those_of_alpha_in_clusters() -> None:
    marks = shared_only(random_marks(np.random.default_rng(2), 60, 12))
    ours = one(token_agreement(marks, over=("units",)).estimates, "token_alpha")
    table = long_table(marks)
    theirs = one(alpha(table, "nominal", over=("units",), clusters="document").estimates, "alpha")
    assert ours.value == pytest.approx(theirs.value, abs=1e-12)
    # The same seed draws the same documents.
    assert ours.se == pytest.approx(theirs.se, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "auc", "token_alpha"),
    [("part1_50words.csv", 0.744, 0.37), ("part6_100words.csv", 0.714, 0.36)],
)
def test_real_reviews_are_reproduced(name: str, auc: float, token_alpha: float) -> None:
    result = token_agreement(yelp_hat(name))
    # Part 6 comes out at .7133 as the mean of its reviews, and at .7137 as the mean of its pairs.
    assert one(result.estimates, "pairwise_auc").value == pytest.approx(auc, abs=1e-3)
    assert one(result.estimates, "token_alpha").value == pytest.approx(token_alpha, abs=5e-3)
    unknown = one(result.estimates, "token_alpha", over="workers")
    assert unknown.se is None
    assert "not known" in unknown.note


def test_first_part_of_the_reviews_is_reproduced_with_its_interval_and_counts() -> None:
    result = token_agreement(yelp_hat("part1_50words.csv"))
    found = one(result.estimates, "pairwise_auc")
    # A 1,000-replicate quantile of a number with SE .0044 moves by about .0003 between seeds.
    assert found.low == pytest.approx(0.735, abs=1.5e-3)
    assert found.high == pytest.approx(0.752, abs=1.5e-3)
    assert one(result.estimates, "consensus_tokens").value == pytest.approx(4.8, abs=0.05)
    assert one(result.estimates, "union_tokens").value == pytest.approx(22.9, abs=0.05)
    assert found.n_units == 300
    assert result.excluded == {}


def test_pairs_and_documents_that_say_nothing_are_left_out_and_counted() -> None:
    marks = marks_of(
        {
            "empty": {"x": "000", "y": "000"},
            "full": {"x": "111", "y": "101"},
            "alone": {"x": "010"},
            "good": {"x": "010", "y": "011"},
        }
    )
    result = token_agreement(marks, bootstrap=0)
    assert result.excluded == {
        "document with one worker only": 1,
        "pairwise_f1: pair who both marked nothing": 2,
        # Both orders of "empty", and "full" with x as the truth.
        "pairwise_auc: pair whose truth marks nothing or everything": 3,
        "document_alpha: document whose judgements are all equal": 1,
    }
    assert result.notes == ["2 of 6 masks are empty, and count as nothing marked"]
    # full: y against x undefined, x against y: TPR 1, FPR 1 → ½. good: TPR 1, FPR ½ → ¾ as a
    # score of y against x, and TPR ½, FPR 0 → ¾ the other way. Mean of ½ and ¾.
    assert one(result.estimates, "pairwise_auc").value == pytest.approx(0.625)
    # IoU of the same pairs: full 2/3, good 1/2.
    assert one(result.estimates, "pairwise_iou").value == pytest.approx((2 / 3 + 1 / 2) / 2)
    # full: 2·2/5 = .8; good: 2·1/3 = 2/3.
    assert one(result.estimates, "pairwise_f1").value == pytest.approx((0.8 + 2 / 3) / 2)
    # 9 tokens: 3 agree in "empty", 2 in "full", 2 in "good".
    assert one(result.estimates, "percent_agreement").value == pytest.approx(7 / 9)


def test_marks_without_a_shared_document_are_undefined_and_not_an_error() -> None:
    result = token_agreement(marks_of({"a": {"x": "01"}, "b": {"y": "10"}}))
    assert {e.value for e in result.estimates} == {None}
    assert all(e.note for e in result.estimates)
    assert result.excluded == {"document with one worker only": 2}


def test_workers_who_mark_unlike_others_widen_the_interval_over_workers() -> None:
    # Twelve careful workers, three who mark at random: with other workers the number would move.
    rng = np.random.default_rng(4)
    rows: dict[str, dict[str, str]] = {}
    for i in range(200):
        truth = rng.random(20) < 0.3
        rows[f"i{i}"] = {}
        for w in rng.choice(15, 3, replace=False):
            mask = rng.random(20) < 0.3 if w < 3 else truth
            rows[f"i{i}"][f"w{w}"] = "".join(str(int(m)) for m in mask)
    result = token_agreement(marks_of(rows))
    units = one(result.estimates, "token_alpha")
    workers = one(result.estimates, "token_alpha", over="workers", method="bootstrap")
    jackknifed = one(result.estimates, "token_alpha", over="workers", method="jackknife")
    assert units.se is not None and workers.se is not None and jackknifed.se is not None
    assert workers.se > 2 * units.se
    assert jackknifed.se > 2 * units.se
