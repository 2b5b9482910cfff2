"""ERASER's result files: what its scorer refuses is refused, by line."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import ImportFailed
from pipeline.formats.eraser_results import is_result_file, read_results

FULL = {"a": 0.75, "b": 0.25}
SHARE = {
    "threshold": 0.1,
    "comprehensiveness_classification_scores": FULL,
    "sufficiency_classification_scores": FULL,
}
TASK = {"classification": "a", "classification_scores": FULL}
REMOVED = {key: FULL for key in SHARE if key != "threshold"}


def hard(*spans: tuple[int, int]) -> list[dict[str, int]]:
    return [{"start_token": a, "end_token": b} for a, b in spans]


def line(name: str = "n1", *spans: tuple[int, int], **more: Any) -> dict[str, Any]:
    """One line of a result file."""
    one = {"docid": "d1", "hard_rationale_predictions": hard(*spans)}
    return {"annotation_id": name, "rationales": [one]} | more


def test_every_field_is_read(write: Any) -> None:
    shares = [SHARE | {"threshold": t} for t in (0.5, 0.1)]
    path = write([line("n1", (0, 2), (4, 5), **TASK, **REMOVED, thresholded_scores=shares)])
    (found,) = read_results(path)
    assert is_result_file(path)
    assert (found.name, found.label, found.full) == ("n1", "a", FULL)
    assert found.rationales[0].hard == ((0, 2), (4, 5))
    assert [share.threshold for share in found.shares or ()] == [0.1, 0.5]


def test_a_span_may_repeat_but_not_overlap(write: Any) -> None:
    assert read_results(write([line("n1", (0, 2), (0, 2), (2, 3), (1, 1))]))[0].rationales[0].hard
    with pytest.raises(ImportFailed, match=r"line 1: .* overlap: \[0, 2\] reaches over token 1"):
        read_results(write([line("n1", (1, 3), (0, 2))]))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"annotation_id": [1]}, "an id must be a string"),
        ({"rationales": {}}, "'rationales' must be a list, not an object"),
        ({"rationales": [1]}, "must hold objects, not a whole number"),
        ({"rationales": [{}]}, "'docid' is missing"),
        ({"rationales": [{"docid": "d"}, {"docid": "d"}]}, "document 'd' stands twice"),
        ({"rationales": [{"docid": "d", "hard_rationale_predictions": hard((2, 1))}]}, "reversed"),
        ({"rationales": [{"docid": "d", "hard_rationale_predictions": [1]}]}, "must hold objects"),
        ({"rationales": [{"docid": "d", "soft_rationale_predictions": [True]}]}, "finite numbers"),
        ({"rationales": [{"docid": "d", "soft_rationale_predictions": ["1"]}]}, "finite numbers"),
        ({"classification": "a"}, "come together; one of them is missing"),
        ({"classification_scores": FULL}, "come together; one of them is missing"),
        (REMOVED, "probabilities after removal need"),
        (TASK | {"thresholded_scores": [SHARE]}, "probabilities after removal need"),
        (TASK | REMOVED | {"thresholded_scores": [SHARE] * 2}, "threshold 0.1 stands twice"),
        (TASK | REMOVED | {"thresholded_scores": [{"threshold": 1}]}, "every entry of"),
        (TASK | {"classification": "z"}, "the classification 'z' is not among"),
        (TASK | {"sufficiency_classification_scores": {"a": 1}}, "the classes differ"),
        (TASK | {"classification_scores": 3}, "must be an object"),
    ],
)
def test_a_line_that_does_not_hold_is_named(
    write: Any, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ImportFailed, match=f"line 1: .*{problem}"):
        read_results(write([line() | change]))


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        (line("n1"), "annotation 'n1' has its results on line 1 too"),
        (line("n2", **TASK), "'classification' stands on some lines only"),
    ],
)
def test_lines_that_do_not_go_together_are_named(write: Any, second: Any, problem: str) -> None:
    with pytest.raises(ImportFailed, match=f"line 2: .*{problem}"):
        read_results(write([line("n1"), second]))


def test_thresholds_are_the_same_on_every_line(write: Any) -> None:
    lines = [
        line(name, **TASK, **REMOVED, thresholded_scores=[SHARE | {"threshold": t}])
        for name, t in (("n1", 0.1), ("n2", 0.2))
    ]
    with pytest.raises(ImportFailed, match="line 2: the thresholds differ from those on line 1"):
        read_results(write(lines))


def test_an_empty_file_is_named(write: Any) -> None:
    with pytest.raises(ImportFailed, match="holds no results"):
        read_results(write([]))
    assert not is_result_file(write([]))
