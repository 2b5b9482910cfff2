"""Scores that do not fit 32 bits are called what they are."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.alignment.align import align
from db.errors import DataError
from db.ragged import Ragged
from db.records import Marks


@pytest.mark.parametrize(
    ("score", "words"), [(np.inf, "infinite or too large for 32 bits"), (np.nan, "no number")]
)
def test_a_score_says_why_it_cannot_be_used(score: float, words: str) -> None:
    offsets = np.array([0, 3], dtype=np.int64)
    masks = Ragged(np.array([1, 0, 0], np.uint8), offsets)
    one = np.zeros(1, np.int64)
    marks = Marks(masks=masks, instance=one, worker=one, instance_ids=("i",), worker_ids=("w",),
                  persons_known=True)  # fmt: skip
    scores = {"model": Ragged(np.array([0.5, score, 0.1], np.float32), offsets)}
    with pytest.raises(DataError, match=f"a score that is {words} in instance 'i'"):
        align(scores, marks)
