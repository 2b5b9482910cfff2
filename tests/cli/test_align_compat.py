"""align --compat: published protocols on an ERASER folder and on plain files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import done, konkyo

FOLDER = ("--human", "e", "--model", "results.jsonl", "--format", "eraser")
FILES = ("--human", "human.jsonl", "--model", "scores.jsonl")


def write(name: str, lines: Sequence[Any]) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("\n".join(map(json.dumps, lines)))


def annotation(name: str, label: str, *spans: tuple[str, int, int]) -> dict[str, Any]:
    pieces = [{"docid": d, "start_token": a, "end_token": b} for d, a, b in spans]
    sentences = {"start_sentence": 0, "end_sentence": 1}
    return {
        "annotation_id": name,
        "query": "q",
        "classification": label,
        "query_type": None,
        "docids": None,
        "evidences": [[piece | sentences for piece in pieces]],
    }


def result(
    name: str, label: str, *documents: tuple[str, list[tuple[int, int]], list[float]]
) -> Any:
    rationales = [
        {
            "docid": d,
            "hard_rationale_predictions": [{"start_token": a, "end_token": b} for a, b in spans],
            "soft_rationale_predictions": scores,
        }
        for d, spans, scores in documents
    ]
    return {
        "annotation_id": name,
        "rationales": rationales,
        "classification": label,
        "classification_scores": {"P": 0.75, "N": 0.25},
        "comprehensiveness_classification_scores": {"N": 0.5, "P": 0.5},
        "sufficiency_classification_scores": {"N": 0.125, "P": 0.875},
    }


@pytest.fixture(autouse=True)
def files(here: Path) -> None:
    """One annotation over two documents, and one over a third."""
    both = annotation("n1", "P", ("d1", 0, 2), ("d2", 1, 2))
    write("e/test.jsonl", [both, annotation("n2", "N", ("d3", 0, 1))])
    texts = {"d1": "a b c\nd", "d2": "e f", "d3": "g h"}
    write("e/docs.jsonl", [{"docid": d, "document": text} for d, text in texts.items()])
    first = result("n1", "P", ("d1", [(0, 2)], [0.9, 0.8, 0.1, 0.0]), ("d2", [], [0.1, 0.9]))
    write("results.jsonl", [first, result("n2", "P", ("d3", [(1, 2)], [0.1, 0.9]))])
    people = [{"worker": "w1", "marks": [0, 1]}, {"worker": "w2", "marks": [1]}]
    texts = [("a b c d", people), ("e f g", [{"worker": "w1", "marks": []}])]
    write("human.jsonl", [{"text": t, "annotations": a, "label": "hate"} for t, a in texts])
    scores = {"a b c d": [0.1, 0.9, 0.2, 0.3], "e f g": [1, -1, 0]}
    write("scores.jsonl", [{"text": t, "scores": s} for t, s in scores.items()])


def values(*words: str) -> dict[str, Any]:
    document = done("align", *words, "--json").json
    return {one["name"]: one["value"] for one in document["scores"]}


def test_a_result_file_over_several_documents_by_hand(here: Path) -> None:
    found = values(*FOLDER, "--compat", "eraser")
    # Tokens: predicted d1:0, d1:1, d3:1; human d1:0, d1:1, d2:1, d3:0: 2 hits of 3 and of 4
    assert found["token_prf.instance_micro.p"] == 2 / 3
    assert found["token_prf.instance_micro.r"] == 0.5
    # F1 of the documents: 1, 0 (nothing predicted), 0
    assert found["token_prf.instance_macro.f1"] == 1 / 3
    # IoU: one hit; precision over d1 and d3 (1, 0), recall over d1, d2, d3 (1, 0, 0)
    assert found["iou_scores[0.5].macro.p"] == 0.5
    assert found["iou_scores[0.5].macro.r"] == 1 / 3
    # The marked token ranks first, first, and last of two: 1, 1, and points 0/1, 1/2: ¼
    assert found["token_soft_metrics.auprc"] == 0.75
    assert found["classification_scores.accuracy"] == 0.5
    assert found["classification_scores.comprehensiveness"] == 0.25
    assert found["classification_scores.sufficiency"] == -0.125


def test_the_document_names_our_scores_and_has_no_intervals(here: Path) -> None:
    document = done("align", *FOLDER, "--compat", "eraser", "--json").json
    assert (document["command"], document["compat"]) == ("align", "eraser")
    ours = {one["name"]: one["ours"] for one in document["scores"]}
    assert ours["token_prf.instance_macro.f1"] == "token_f1"
    assert ours["token_soft_metrics.auprc"] is None
    assert all(one["low"] is None for one in document["scores"])


@pytest.mark.parametrize("name", ["eraser", "ferret", "hatexplain"])
def test_the_tables_fit_80_columns(here: Path, name: str) -> None:
    said = done("align", *FOLDER, "--compat", name)
    rows = [row for row in said.out.splitlines() if not row.startswith(("res", "  a", "  A"))]
    assert max(len(row) for row in rows if "──" in row) <= 80
    assert "no intervals" in said.out


def test_plain_files_of_scores(here: Path) -> None:
    found = values(*FILES, "--compat", "ferret", "--k", "1")
    # First text: union {0, 1}, the map's token is 1: F1 2/3, IoU ½. Nobody marked the second: 0
    assert found["token_f1_plau"] == pytest.approx(1 / 3)
    assert found["token_iou_plau"] == 0.25
    five = values(*FILES, "--compat", "hatexplain", "--k", "2")
    # Two highest of the first: tokens 1 and 3, hits 1 of 2 and of 2: ½. Of the second: 0
    assert five["Token F1"] == 0.25
    soft = values(*FILES, "--compat", "eraser")
    assert set(soft) == {
        f"token_soft_metrics.{n}" for n in ("auprc", "average_precision", "roc_auc_score")
    }


def test_posts_that_nobody_had_to_explain_are_left_out(here: Path) -> None:
    lines = [json.loads(line) for line in Path("human.jsonl").read_text().splitlines()]
    write("human.jsonl", [lines[0], lines[1] | {"label": "normal"}])
    document = done("align", *FILES, "--compat", "hatexplain", "--k", "2", "--json").json
    assert document["excluded"] == {"instance labelled 'normal'": 1}
    assert document["scores"][1]["value"] == 0.5


def test_posts_without_a_majority_are_left_out(here: Path) -> None:
    lines = [json.loads(line) for line in Path("human.jsonl").read_text().splitlines()]
    del lines[1]["label"]
    write("human.jsonl", lines)
    document = done("align", *FILES, "--compat", "hatexplain", "--json").json
    assert document["excluded"] == {"instance without a label, where others have one": 1}


def test_what_has_no_counterpart_is_counted(here: Path) -> None:
    write("results.jsonl", [result("n9", "P", ("d3", [(1, 2)], [0.1, 0.9]))])
    document = done("align", *FOLDER, "--compat", "eraser", "--json").json
    assert document["excluded"] == {
        "results for an annotation that the split does not have": 1,
        "annotations without a result": 2,
    }
    accuracy = next(s for s in document["scores"] if s["name"].endswith("accuracy"))
    assert accuracy["value"] is None
    assert "2 annotations have no result" in accuracy["note"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([*FOLDER, "--compat", "erasor"], 2, "did you mean 'eraser'?"),
        (["--compat", "eraser"], 2, "--compat works on files"),
        ([*FOLDER, "--compat", "eraser", "--gold-policy", "union"], 2, "--compat fixes golds"),
        ([*FOLDER, "--compat", "eraser", "--bootstrap", "10"], 2, "draws nothing"),
        ([*FOLDER, "--compat", "eraser", "--k", "5"], 2, "leave --k out"),
        ([*FOLDER, "--compat", "ferret", "--k", "0.2"], 2, "as a whole number of tokens"),
        (
            [*FOLDER, "--compat", "eraser", "--split", "val"],
            1,
            "no annotation in split 'validation'",
        ),
        ([*FOLDER[:4], "--compat", "eraser"], 2, "give its folder as --human"),
        ([*FILES, "--compat", "ferret", "--split", "x"], 1, "no marked instance is in split 'x'"),
    ],
)
def test_what_cannot_be_scored(here: Path, words: list[str], code: int, message: str) -> None:
    said = konkyo("align", *words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (("d3", [(1, 3)], [0, 1]), "predicted span [1, 3] ends beyond document 'd3' of 2 tokens"),
        (("d3", [], [0, 1, 2]), "3 scores for document 'd3' of 2 tokens"),
        (("d9", [], [0]), "document 'd9' is not in docs.jsonl"),
    ],
)
def test_predictions_that_do_not_fit_their_document(
    here: Path, document: Any, message: str
) -> None:
    write("results.jsonl", [result("n1", "P"), result("n2", "P", document)])
    said = konkyo("align", *FOLDER, "--compat", "eraser")
    assert (said.code, said.out) == (1, "")
    assert f"results.jsonl, line 2: {message}" in said.err


def test_soft_predictions_stand_everywhere_or_nowhere(here: Path) -> None:
    lines = [json.loads(line) for line in Path("results.jsonl").read_text().splitlines()]
    del lines[1]["rationales"][0]["soft_rationale_predictions"]
    write("results.jsonl", lines)
    said = konkyo("align", *FOLDER, "--compat", "eraser")
    assert (said.code, said.out) == (1, "")
    assert "results.jsonl: 2 of 3 rationales have 'soft_rationale_predictions'" in said.err


def test_a_line_without_rationales_is_refused_where_others_have_scores(here: Path) -> None:
    lines = [json.loads(line) for line in Path("results.jsonl").read_text().splitlines()]
    lines[1]["rationales"] = []
    write("results.jsonl", lines)
    said = konkyo("align", *FOLDER, "--compat", "eraser")
    assert (said.code, said.out) == (1, "")
    assert "results.jsonl, line 2: annotation 'n2' has no rationales" in said.err


def sentences(start: int, end: int) -> list[int]:
    """Which of three sentences count as evidence: scored one at a time, a marked one ranks first."""
    entry = annotation("n1", "P", ("d1", 0, 1))
    entry["evidences"][0][0] |= {"start_sentence": start, "end_sentence": end}
    write("e/test.jsonl", [entry])
    write("e/docs.jsonl", [{"docid": "d1", "document": "a\nb\nc"}])
    found = []
    for sentence in range(3):
        scores = [float(n == sentence) for n in range(3)]
        rationale = {"docid": "d1", "soft_sentence_predictions": scores}
        write("results.jsonl", [{"annotation_id": "n1", "rationales": [rationale]}])
        roc = values(*FOLDER, "--compat", "eraser")["sentence_soft_metrics.roc_auc_score"]
        found += [sentence] if roc is not None and roc > 0.5 else []
    return found


@pytest.mark.parametrize(
    ("start", "end", "marked"), [(1, 2, [1]), (-1, -1, []), (-1, 1, [0, 2]), (-2, 0, [1, 2])]
)
def test_sentences_below_zero_are_counted_from_the_end_as_the_scorer_does(
    here: Path, start: int, end: int, marked: list[int]
) -> None:
    # Its loop over range(start, end) marks place t of a list, and place −1 is the last one
    places = [False] * 3
    for t in range(start, end):
        places[t] = True
    assert [t for t in range(3) if places[t]] == marked
    assert sentences(start, end) == marked


def test_evidence_from_before_the_first_sentence_is_named(here: Path) -> None:
    entry = annotation("n1", "P", ("d1", 0, 1))
    entry["evidences"][0][0] |= {"start_sentence": -4, "end_sentence": 1}
    write("e/test.jsonl", [entry])
    said = konkyo("align", *FOLDER, "--compat", "eraser")
    assert said.code == 1
    assert "test.jsonl, line 1: evidence starts at sentence -4 of 2 sentences" in said.err


def test_hard_predictions_are_passed_over_if_the_first_list_is_empty(here: Path) -> None:
    lines = [json.loads(line) for line in Path("results.jsonl").read_text().splitlines()]
    lines[0]["rationales"][0]["hard_rationale_predictions"] = []
    write("results.jsonl", lines)
    document = done("align", *FOLDER, "--compat", "eraser", "--json").json
    assert not any(s["name"].startswith("token_prf") for s in document["scores"])
    assert "hard predictions were passed over" in document["notes"][0]


def test_an_annotation_id_that_stands_twice_is_named(here: Path) -> None:
    write("e/test.jsonl", [annotation("n1", "P"), annotation("n1", "N")])
    said = konkyo("align", *FOLDER, "--compat", "eraser")
    assert said.code == 1
    assert "test.jsonl, line 2: annotation 'n1' stands on line 1 too" in said.err
