"""HateXplain's five numbers: the union of marks, the top tokens one span each, ERASER's scorer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.compat.base import Classes, value_of
from analysis.alignment.compat.defects import joined, matched
from analysis.alignment.compat.hatexplain import score
from db.errors import UsageError
from db.ragged import Ragged
from tests.analysis.alignment.compat import reading
from tests.analysis.alignment.compat.cases import cases
from tests.analysis.alignment.compat.reading import Case, Span, table


def runs(spans: tuple[Span, ...], documents: int) -> list[Span]:
    """Runs of covered tokens, document by document."""
    found: list[Span] = []
    for document in range(documents):
        for token in sorted(reading.marked_in(spans, document)):
            if found and found[-1][0] == document and found[-1][2] == token:
                found[-1] = (document, found[-1][1], token + 1)
            else:
                found.append((document, token, token + 1))
    return found


@settings(max_examples=20)
@given(cases(), st.integers(1, 6))
def test_every_number_equals_a_plain_reading(case: Case, k: int) -> None:
    gold = runs(case.truth, len(case.lengths))
    model: list[Span] = []
    for document, length in case.sized:
        best = sorted(range(length), key=lambda t: case.scores[document][t])[-k:]
        model += [(document, t, t + 1) for t in sorted(best)]
    result = score(replace(case.given, hard=None), k)
    found = {s.estimate.name: s.estimate.value for s in result.scores}
    tokens = reading.same_spans(reading.as_tokens(gold), model)
    assert found == {
        "IOU F1": reading.close_spans(gold, model)["macro.f1"],
        "Token F1": tokens["instance_macro.f1"] if tokens else None,
        "AUPRC": reading.curves(case)["auprc"],
    }


def test_a_span_of_two_tokens_is_hit_by_each_of_its_halves() -> None:
    # Tokens 0 and 1 are marked and are the two highest: as two spans of one token each has an IoU
    # of ½ with the one human span, two hits on one span, recall 2 and F1 2·1·2/3
    case = Case((4,), ((0, 0, 2),), (), ((0.9, 0.8, 0.1, 0.0),))
    result = score(replace(case.given, hard=None), k=2)
    assert value_of(result.scores, "IOU F1") == pytest.approx(4 / 3)
    assert any(
        "2 predicted and 0 human" not in n and "joined, macro IoU F1 is 1.0000" in n
        for n in result.notes
    )


def test_predictions_of_a_result_file_are_taken_as_they_are() -> None:
    case = Case((4,), ((0, 0, 2),), ((0, 0, 2),), ((0.0, 0.1, 0.8, 0.9),))
    assert value_of(score(case.given).scores, "Token F1") == 1


def test_evidence_beside_a_result_file_is_taken_as_it_stands() -> None:
    # Evidence 0–1 and 1–2 of a folder, predicted 0–2: an IoU of ½ with each, one hit of one
    # prediction and of two human spans: F1 2·1·½/1.5. Joined, as marks are, it would be 1
    case = Case((4,), ((0, 0, 1), (0, 1, 2)), ((0, 0, 2),), ((0.9, 0.8, 0.1, 0.0),))
    result = score(case.given)
    assert value_of(result.scores, "IOU F1") == pytest.approx(2 / 3)
    assert value_of(result.scores, "Token F1") == 1
    marks = score(replace(case.given, hard=None), k=2)
    assert (
        value_of(marks.scores, "IOU F1")
        == reading.close_spans([(0, 0, 2)], [(0, 0, 1), (0, 1, 2)])["macro.f1"]
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("hate", "hate"), "no result predicts 'normal'"),
        (("hate", None), "1 annotation has no result"),
        (("odd", "normal"), "no annotation has the predicted label 'odd'"),
        (("hate", "normal"), None),
    ],
)
def test_where_its_scorer_ends_before_it_prints_is_told(
    said: tuple[str | None, ...], told: str | None
) -> None:
    # Its report wants every class met, on either side, and `normal` is one of them
    rows = Ragged.from_rows([[0.5, 0.5]] * 2, dtype="float64")
    classes = Classes(("hate", "hate"), said, rows, np.zeros(2, np.int64))
    case = Case((2,), ((0, 0, 1),), ((0, 0, 1),), ((0.9, 0.1),))
    result = score(replace(case.given, classes=classes))
    stops = [note for note in result.notes if note.startswith("the reference stops")]
    assert [told in note for note in stops if told] == ([True] if told else [])
    assert value_of(result.scores, "Token F1") == 1


def test_five_tokens_are_the_default_and_short_texts_are_taken_whole() -> None:
    case = Case((3, 7), ((0, 0, 3), (1, 2, 7)), (), ((0.1, 0.2, 0.3), (0.1, 0.2, 1, 1, 1, 1, 1)))
    assert value_of(score(replace(case.given, hard=None)).scores, "Token F1") == 1


def test_a_gold_of_the_majority_is_told_beside_the_union() -> None:
    # Both people mark the second token, one of them the first as well: union {0, 1}, majority {1}.
    # The map's one token is the second: F1 against the union 2/3, against the majority 1
    case = Case((3,), ((0, 0, 2),), (), ((0.1, 0.9, 0.0),))
    votes = Ragged.from_rows([[1.0, 2.0, 0.0]], dtype="float64")
    result = score(replace(case.given, hard=None, votes=votes), k=1)
    assert value_of(result.scores, "Token F1") == pytest.approx(2 / 3)
    assert any(
        "two or more marked, Token F1 would be 1.0000 instead of 0.6667" in n for n in result.notes
    )


def test_no_token_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1 token"):
        score(Case((1,), (), (), ((0.0,),)).given, k=0)


@settings(max_examples=20)
@given(cases(overrun=3))
def test_joined_spans_cover_the_same_tokens_and_never_touch(case: Case) -> None:
    whole = joined(table(case.predicted))
    made = list(zip(*(column.tolist() for column in whole), strict=True))
    assert made == runs(case.predicted, len(case.lengths))


@settings(max_examples=20)
@given(cases())
def test_one_to_one_matches_are_the_most_that_can_be_paired(case: Case) -> None:
    """Augmenting paths (Kuhn, 1955) in place of the library's search."""
    truth, predicted = (list(dict.fromkeys(s)) for s in (case.truth, case.predicted))

    def near(p: Span, t: Span) -> bool:
        mine, theirs = set(range(*p[1:])), set(range(*t[1:]))
        return (
            p[0] == t[0] and bool(mine | theirs) and len(mine & theirs) / len(mine | theirs) >= 0.5
        )

    taken: dict[Span, Span] = {}

    def place(p: Span, seen: set[Span]) -> bool:
        for t in truth:
            if near(p, t) and t not in seen:
                seen.add(t)
                if t not in taken or place(taken[t], seen):
                    taken[t] = p
                    return True
        return False

    pairs = sum(place(p, set()) for p in predicted)
    found = matched(table(truth), table(predicted))
    assert found.one_to_one == pairs
    assert found.per_prediction == sum(any(near(p, t) for t in truth) for p in predicted)
