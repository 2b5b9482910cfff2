"""ERASER's scorer, defects included: every digit as a plain reading of its definitions has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, classification_report

from analysis.alignment.compat import COMPATS
from analysis.alignment.compat.base import (
    Classes,
    CompatResult,
    Removed,
    Soft,
    Thresholded,
    value_of,
)
from analysis.alignment.compat.eraser import score
from analysis.alignment.compat.task import AOPC, task_scores
from db.errors import UsageError
from db.ragged import Ragged
from tests.analysis.alignment.compat import reading
from tests.analysis.alignment.compat.cases import cases
from tests.analysis.alignment.compat.reading import Case, table


def values(result: CompatResult, before: str) -> dict[str, float | None]:
    """Name after the prefix → value."""
    found = {one.estimate.name: one.estimate.value for one in result.scores}
    return {name.removeprefix(before): v for name, v in found.items() if name.startswith(before)}


@settings(max_examples=20)
@given(cases(overrun=4))
def test_hard_scores_equal_a_plain_reading_to_the_last_digit(case: Case) -> None:
    result = score(replace(case.given, soft=None))
    assert values(result, "iou_scores[0.5].") == reading.close_spans(case.truth, case.predicted)
    for before, change in (("rationale_prf.", list), ("token_prf.", reading.as_tokens)):
        expected = reading.same_spans(change(case.truth), change(case.predicted))
        found = values(result, before)
        assert found == (expected or dict.fromkeys(found))


@settings(max_examples=20)
@given(cases())
def test_curves_equal_scikit_learn_to_the_last_digit(case: Case) -> None:
    result = score(replace(case.given, hard=None))
    assert values(result, "token_soft_metrics.") == reading.curves(case)


def test_long_curves_equal_scikit_learn_to_the_last_digit() -> None:
    # numpy adds 8 numbers and more in another order than one after another, 128 and more in another yet
    rng = np.random.default_rng(7)
    lengths = (300, 129, 128, 9, 8, 300, 1)
    scores = tuple(tuple(rng.random(n).round(2).tolist()) for n in lengths)
    truth = tuple((d, int(n // 3), int(n // 2) + 1) for d, n in enumerate(lengths))
    case = Case(lengths, truth, (), scores)
    assert values(score(case.given), "token_soft_metrics.") == reading.curves(case)


def test_recall_can_exceed_one() -> None:
    # One human span of 8 tokens; two predicted spans of 4 lie in it, IoU 4/8 each. Two hits over
    # two predictions, and two hits over one human span: recall 2, F1 = 2·1·2/3 = 1.33
    case = Case((8,), ((0, 0, 8),), ((0, 0, 4), (0, 4, 8)), ((0.0,) * 8,))
    result = score(case.given)
    assert value_of(result.scores, "iou_scores[0.5].micro.r") == 2
    assert value_of(result.scores, "iou_scores[0.5].micro.f1") == pytest.approx(4 / 3)
    # One to one: one hit over two predictions and over one human span: 2·1/(2 + 1) = .67
    assert any("1 predicted spans matched a human span" in note for note in result.notes)
    assert any("0.6667 one-to-one instead of 1.3333" in note for note in result.notes)


def test_a_document_without_evidence_counts_one_half() -> None:
    case = Case((3, 2), ((0, 0, 1),), (), ((0.9, 0.2, 0.1), (0.4, 0.3)))
    result = score(case.given)
    # The first document is ranked perfectly (1), the second has nothing to find (½)
    assert value_of(result.scores, "token_soft_metrics.auprc") == 0.75
    assert value_of(result.scores, "token_soft_metrics.roc_auc_score") == 1
    assert any("1 document has no or only marked tokens" in note for note in result.notes)


def test_a_map_without_information_scores_far_above_the_share_marked() -> None:
    # One marked token of four, all scores equal: precision ¼ at recall 1, joined by a line to
    # precision 1 at recall 0: (¼ + 1)/2
    case = Case((4,), ((0, 0, 1),), (), ((0.5,) * 4,))
    result = score(case.given)
    assert value_of(result.scores, "token_soft_metrics.auprc") == 0.625
    assert value_of(result.scores, "token_soft_metrics.average_precision") == 0.25
    assert any("average precision is 0.2500 instead of 0.6250" in note for note in result.notes)


def test_nothing_on_one_side_is_undefined_with_the_reason() -> None:
    case = Case((3,), (), ((0, 0, 1),), ((0.1, 0.2, 0.3),))
    found = {one.estimate.name: one.estimate for one in score(case.given).scores}
    assert found["token_prf.instance_macro.f1"].value is None
    assert "the reference stops" in found["token_prf.instance_macro.f1"].note
    # Overlap is 0 there, not undefined
    assert found["iou_scores[0.5].macro.f1"].value == 0
    assert found["token_soft_metrics.roc_auc_score"].value is None


def test_evidence_past_the_end_counts_in_recall_and_stops_the_curves() -> None:
    case = Case((2,), ((0, 1, 4),), ((0, 1, 2),), ((0.1, 0.2),))
    result = score(case.given)
    assert value_of(result.scores, "token_prf.instance_micro.r") == pytest.approx(1 / 3)
    auprc = next(s.estimate for s in result.scores if s.estimate.name.endswith("auprc"))
    assert (auprc.value, "past the end of 1" in auprc.note) == (None, True)
    assert any("1 human spans reach past the end" in note for note in result.notes)


def test_evidence_past_the_end_stops_the_curves_where_nobody_scored_the_document_too() -> None:
    # The second document has two tokens, evidence up to a fourth, and no scores
    truth = table([(0, 0, 1), (1, 1, 4)])
    rows = Ragged.from_rows([[0.9, 0.1]], dtype="float64")
    case = replace(Case((2, 2), (), (), ()).given, hard=None, truth=truth)
    known = Soft(np.array([0]), rows, truth, case.lengths)
    auprc = score(replace(case, soft=known)).scores[0].estimate
    assert (auprc.value, "past the end of 1 document" in auprc.note) == (None, True)
    fits = known.truth._replace(end=np.array([1, 2]))
    fine = score(replace(case, soft=replace(known, truth=fits)))
    assert value_of(fine.scores, "token_soft_metrics.auprc") == 1


def test_a_document_scored_twice_counts_once_with_its_last_scores() -> None:
    truth = table([(0, 0, 1), (1, 0, 1)])
    rows = [[0.1, 0.9], [0.9, 0.1], [0.9, 0.1]]
    soft = Soft(np.array([0, 1, 0]), Ragged.from_rows(rows, dtype="float64"), truth)
    result = score(replace(Case((2, 2), (), (), ()).given, hard=None, soft=soft, truth=truth))
    assert value_of(result.scores, "token_soft_metrics.auprc") == 1
    assert any("1 further scores of a document" in note for note in result.notes)


def test_predictions_are_passed_over_if_the_first_rationale_has_none() -> None:
    case = Case((2,), ((0, 0, 1),), ((0, 0, 1),), ((0.1, 0.2),))
    result = score(replace(case.given, hard_skipped=True, soft=None))
    assert result.scores == ()
    assert "the first rationale of the file has none" in result.notes[0]


def test_a_number_of_tokens_is_refused() -> None:
    with pytest.raises(UsageError, match="leave --k out"):
        score(Case((1,), (), (), ((0.0,),)).given, k=5)


probabilities = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), probabilities, probabilities), min_size=1, max_size=9
    )
)
def test_probabilities_equal_scipy_to_the_last_digit(
    rows: list[tuple[str, list[float], list[float]]],
) -> None:
    # The file lists the classes in another order after removal
    results = [
        (label, dict(zip("abc", full, strict=True)), dict(zip("cab", after, strict=True)))
        for label, full, after in rows
    ]
    removed = Removed(
        Ragged.from_rows([after for _, _, after in rows], dtype="float64"),
        Ragged.from_rows([[after[k] for k in "abc"] for _, _, after in results], dtype="float64"),
    )
    said = tuple(label for label, _, _ in rows)
    full = Ragged.from_rows([full for _, full, _ in rows], dtype="float64")
    place = np.array(["abc".index(label) for label in said])
    found = {
        s.estimate.name: s.estimate.value
        for s in task_scores(Classes(said, said, full, place, removed))
    }
    names = [f"classification_scores.comprehensiveness{end}" for end in ("", "_entropy", "_kl")]
    assert [found[name] for name in names] == reading.drops(results)


def test_labels_are_scored_as_scikit_learn_scores_them() -> None:
    gold, said = ("a", "b", "a", "c"), ("a", "a", "a", "b")
    full = Ragged.from_rows([[1.0]] * 4, dtype="float64")
    made = task_scores(Classes(gold, said, full, np.zeros(4, np.int64)))
    report = classification_report(gold, said, output_dict=True, zero_division=0)
    assert value_of(made, "classification_scores.accuracy") == accuracy_score(gold, said)
    assert value_of(made, "classification_scores.prf.b.f1-score") == report["b"]["f1-score"]
    assert (
        value_of(made, "classification_scores.prf.macro avg.recall")
        == report["macro avg"]["recall"]
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("a", None), "1 annotation has no result"),
        (("a", "z"), "1 predicted label is no annotation's"),
    ],
)
def test_labels_at_which_the_scorer_stops(said: tuple[str | None, ...], why: str) -> None:
    full = Ragged.from_rows([[1.0]] * 2, dtype="float64")
    (accuracy,) = task_scores(Classes(("a", "b"), said, full, np.zeros(2, np.int64)))
    assert accuracy.estimate.value is None
    assert why in accuracy.estimate.note


def test_a_class_of_probability_zero_makes_the_divergence_undefined() -> None:
    full, after = (Ragged.from_rows([row], dtype="float64") for row in ([1.0, 0.0], [0.5, 0.5]))
    made = task_scores(Classes(("a",), ("a",), full, np.zeros(1, np.int64), Removed(after, after)))
    kl = next(s.estimate for s in made if s.estimate.name.endswith("_kl"))
    assert (kl.value, kl.note) == (None, "infinite or undefined: a class has probability 0")
    assert value_of(made, "classification_scores.comprehensiveness") == 0.5


def shares(thresholds: tuple[float, ...]) -> Classes:
    n = len(thresholds)
    without = np.array([[0.9 - i / 10 for i in range(n)], [0.5] * n])
    full = Ragged.from_rows([[0.9, 0.1], [0.6, 0.4]], dtype="float64")
    steps = Thresholded(np.array(thresholds), without, np.full((2, n), 0.3))
    return Classes(("a", "a"), ("a", "a"), full, np.zeros(2, np.int64), thresholded=steps)


def test_aopc_is_the_mean_over_five_shares_and_ignores_others() -> None:
    made = task_scores(shares((*AOPC, 0.7)))
    # First: drops 0, .1, .2, .3, .4, mean .2; second: .1 five times. Mean .15; the sixth is unused
    name = "classification_scores.comprehensiveness_aopc"
    assert value_of(made, name) == pytest.approx(0.15)
    assert value_of(made, f"{name}_points[0.5]") == pytest.approx((0.4 + 0.1) / 2)
    assert value_of(made, "classification_scores.sufficiency_aopc") == pytest.approx(0.45)


def test_aopc_without_all_five_shares_is_undefined() -> None:
    made = [s.estimate for s in task_scores(shares((0.01, 0.5))) if "aopc" in s.estimate.name]
    assert [one.value for one in made] == [None, None]
    assert "not every share of 0.01, 0.05, 0.1, 0.2, 0.5" in made[0].note


def test_every_preset_says_the_model_and_the_source_of_each_number() -> None:
    case = Case(
        (4, 3), ((0, 0, 2), (1, 1, 2)), ((0, 0, 1),), ((0.4, 0.3, 0.2, 0.1), (0.1, 0.9, 0.2))
    )
    for name in COMPATS:
        made = COMPATS.load(name)(case.given).scores
        assert made
        for one in made:
            found = one.estimate
            assert (found.subject, found.low, found.high, found.se) == ("model", None, None, None)
            assert found.method
            assert (found.value is None) <= bool(found.note)
