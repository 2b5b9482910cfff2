"""ferret's plausibility protocol against a plain reading of its evaluators' definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.compat.base import value_of
from analysis.alignment.compat.ferret import score
from db.errors import DataError, UsageError
from tests.analysis.alignment.compat import reading
from tests.analysis.alignment.compat.cases import cases
from tests.analysis.alignment.compat.reading import Case


def plain(case: Case, k: int) -> dict[str, float]:
    """Document by document: sort, take the last k, drop what is not above 0."""
    kept: dict[str, list[float]] = {"auprc_plau": [], "token_f1_plau": [], "token_iou_plau": []}
    for document, length in case.sized:
        scores = list(case.scores[document])
        gold = reading.marked_in(case.truth, document)
        best = sorted(range(length), key=lambda t: scores[t])[-k:]
        model = {t for t in best if scores[t] > 0}
        truth = [int(t in gold) for t in range(length)]
        kept["auprc_plau"].append(reading.trapezoid(truth, [max(s, 0) for s in scores]))
        both = len(gold & model)
        f1 = reading.f1(both / len(model), both / len(gold)) if gold and model else 0
        kept["token_f1_plau"].append(f1)
        kept["token_iou_plau"].append(both / len(gold | model) if gold | model else 0)
    return {name: float(np.mean(values)) for name, values in kept.items()}


@settings(max_examples=20)
@given(cases(), st.integers(1, 6))
def test_every_number_equals_a_plain_reading(case: Case, k: int) -> None:
    found = {s.estimate.name: s.estimate.value for s in score(case.given, k).scores}
    assert found == plain(case, k)


def test_k_is_the_mean_number_of_marked_tokens_rounded() -> None:
    # Three and two tokens are marked: 2.5 rounds to the even 2
    case = Case((4, 4), ((0, 0, 3), (1, 0, 2)), (), ((4.0, 3, 2, 1), (4.0, 3, 2, 1)))
    result = score(case.given)
    assert "maps are cut at k = 2" in result.notes
    # F1 of 2 of 3: p 1, r 2/3, F1 .8; of 2 of 2: 1
    assert value_of(result.scores, "token_f1_plau") == pytest.approx(0.9)
    assert value_of(result.scores, "token_iou_plau") == pytest.approx((2 / 3 + 1) / 2)


def test_negative_scores_count_as_zero_and_that_is_said() -> None:
    # The marked token has the lowest score of three, and ties with the other negative one at 0
    case = Case((3,), ((0, 0, 1),), (), ((-0.9, -0.1, 0.4),))
    result = score(case.given, k=2)
    # Points: .4 (0 of 1), then both zeros (1 of 3): recall rises from 0 to 1 between precision 0
    # and 1/3; the area is 1/6. On the raw scores the points are 0/1, 0/2, 1/3: the same area.
    assert value_of(result.scores, "auprc_plau") == pytest.approx(1 / 6)
    assert value_of(result.scores, "token_f1_plau") == 0
    assert any("1 document has negative scores" in note for note in result.notes)
    assert any("1 document has fewer than 2 scores above 0" in note for note in result.notes)


def test_of_equal_scores_the_later_token_is_taken() -> None:
    case = Case((3,), ((0, 2, 3),), (), ((0.5, 0.5, 0.5),))
    result = score(case.given, k=1)
    assert value_of(result.scores, "token_f1_plau") == 1
    assert any("1 cut fell between equal scores" in note for note in result.notes)


def test_a_document_without_marks_and_without_positive_scores_counts_zero() -> None:
    case = Case((2, 2), ((0, 0, 1),), (), ((0.9, 0.1), (-1.0, 0.0)))
    result = score(case.given, k=1)
    assert value_of(result.scores, "token_f1_plau") == 0.5
    assert value_of(result.scores, "token_iou_plau") == 0.5
    # AUPRC of the second is ½ whatever its scores
    assert value_of(result.scores, "auprc_plau") == 0.75
    assert any("1 document has no marked token and AUPRC ½" in note for note in result.notes)


def test_documents_that_nobody_saw_are_left_out_and_counted() -> None:
    case = Case((2, 2), ((0, 0, 1),), (), ((0.9, 0.1), (0.9, 0.1)))
    result = score(replace(case.given, annotated=np.array([1, 0])), k=1)
    assert value_of(result.scores, "token_f1_plau") == 1
    assert "left out: 1 document that nobody was asked about" in result.notes


def test_what_ferret_cannot_score_is_refused() -> None:
    case = Case((2,), ((0, 0, 1),), (), ((0.9, 0.1),))
    with pytest.raises(UsageError, match="at least 1 token"):
        score(case.given, k=0)
    with pytest.raises(DataError, match="has no scores of tokens"):
        score(replace(case.given, soft=None))
    with pytest.raises(DataError, match="was marked by people"):
        score(replace(case.given, annotated=np.array([0])))
