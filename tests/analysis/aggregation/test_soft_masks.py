"""Soft masks: shares by hand, and weights that find out who cannot be relied upon."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.aggregation import MASK_AGGREGATORS
from analysis.aggregation.base import SoftMasks
from analysis.aggregation.soft_masks import mean_mask, reliability_mask
from db.errors import DataError
from db.records import Marks
from tests.analysis.support import marks_of, random_marks


def test_scores_are_shares_of_workers() -> None:
    soft = mean_mask(marks_of({"a": {"x": "110", "y": "100", "z": "100"}, "b": {"x": "01"}}))
    assert soft.scores[0].tolist() == pytest.approx([1, 1 / 3, 0])
    assert soft.scores[1].tolist() == [0, 1]
    assert soft.n_workers.tolist() == [3, 1]
    assert soft.scores.values.dtype == np.float32


def test_certainty_grows_with_the_number_of_workers_and_is_zero_when_they_are_split() -> None:
    # n·|2m − 1| / (n + 2): three of three → 3/5; one of one → 1/3; one of two → 0.
    soft = mean_mask(
        marks_of({"a": {"x": "1", "y": "1", "z": "1"}, "b": {"x": "1"}, "c": {"x": "1", "y": "0"}})
    )
    assert [float(row[0]) for row in soft.certainty] == pytest.approx([3 / 5, 1 / 3, 0])


def noisy_crowd() -> tuple[Marks, list[np.ndarray]]:
    """Eight careful workers, one who marks everything, one who marks at random; and the truth."""
    rng = np.random.default_rng(0)
    rows: dict[str, dict[str, str]] = {}
    truths = []
    for i in range(120):
        truth = rng.random(20) < 0.3
        truths.append(truth)
        rows[f"i{i}"] = {}
        for w in rng.choice(10, 4, replace=False):
            mask = truth ^ (rng.random(20) < 0.1)
            if w == 0:
                mask = np.ones(20, dtype=bool)
            if w == 1:
                mask = rng.random(20) < 0.3
            rows[f"i{i}"][f"w{w}"] = "".join(str(int(m)) for m in mask)
    return marks_of(rows), truths


def test_workers_who_mark_everything_or_at_random_count_least() -> None:
    marks, truths = noisy_crowd()
    weighted, plain = reliability_mask(marks), mean_mask(marks)
    weights = weighted.reliability
    careless = max(weights["w0"], weights["w1"])
    assert careless < 0.3 * min(weights[f"w{w}"] for w in range(2, 10))

    def error(soft: SoftMasks) -> float:
        rows = zip(soft.scores, truths, strict=True)
        return float(np.mean([np.mean((row - truth) ** 2) for row, truth in rows]))

    assert error(weighted) < 0.7 * error(plain)


def test_without_reasons_to_differ_weights_shrink_to_the_crowds() -> None:
    marks = random_marks(np.random.default_rng(1), 40, 8)
    spread = [
        np.std(list(reliability_mask(marks, shrink=shrink).reliability.values()))
        for shrink in (0.0, 5.0, 1e6)
    ]
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] < 1e-3


def test_an_instance_that_nobody_was_asked_about_has_no_row() -> None:
    marks = marks_of({"a": {"x": "01"}})
    soft = mean_mask(replace(marks, instance_ids=("a", "nobody")))
    assert soft.instance_ids == ("a",)
    assert soft.notes == ("1 instance was asked of nobody",)


def test_reliability_needs_persons() -> None:
    with pytest.raises(DataError, match="method 'mean'"):
        reliability_mask(marks_of({"a": {"x": "01", "y": "01"}}, persons_known=False))


@pytest.mark.parametrize("method", list(MASK_AGGREGATORS))
def test_every_method_keeps_lengths_and_bounds(method: str) -> None:
    marks = random_marks(np.random.default_rng(2), 25, 6)
    soft = MASK_AGGREGATORS.load(method)(marks)
    assert soft.method == method
    assert len(soft.scores) == len(soft.instance_ids) == len(soft.n_workers)
    assert (soft.scores.offsets == soft.certainty.offsets).all()
    for ragged in (soft.scores, soft.certainty):
        assert ((ragged.values >= 0) & (ragged.values <= 1)).all()
