"""`konkyo compare` and `konkyo align --by` at the command line: tables, documents, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.project import Project
from tests.cli.support import done, konkyo
from tests.pipeline.comparing.support import judged, marking, preferring
from tests.pipeline.drawing.desk import texts_desk


@pytest.fixture
def folder(make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which people marked texts and compared explanations of them."""
    project = make_project('[study]\nreward = "0.05"\n[analysis]\nbootstrap = 50\n')
    desk = texts_desk(project)
    judged(desk, "highlight", marking(desk), items=30)
    names = ("attention", "gradient")
    judged(desk, "compare", preferring("attention"), explainers=names, items=30)
    monkeypatch.chdir(project.folder)
    return project.folder


def test_a_comparison_is_one_document_that_names_every_number(folder: Path) -> None:
    found = done("compare", "highlight", "--metric", "auroc", "--seed", "3", "--json").json
    assert (found["command"], found["by"]) == ("compare", "explainer")
    (difference,) = found["differences"]
    assert difference["first"] == "attention" and difference["p_holm"] < 0.05
    names = {e["name"] for e in found["estimates"]}
    assert names == {"auroc", "auroc_difference", "auroc_effect"}
    assert {e["over"] for e in found["estimates"]} == {"units", "workers", "both"}
    assert done("compare", "highlight", "--metric", "auroc", "--seed", "3", "--json").json == found


def test_tables_show_means_differences_and_tests(folder: Path) -> None:
    out = done("compare", "compare").out
    for words in ("win rate", "attention - gradient", "p, Holm", "detectable"):
        assert words in out
    beside = done("compare", "compare", "--with", "highlight").out
    assert "spearman" in beside and "rationales of run run1" in beside


def test_parts_of_an_alignment_are_tables_and_a_document(folder: Path) -> None:
    out = done("align", "highlight", "--by", "label").out
    assert "negative: people" in out and "exploratory" in out
    found = done("align", "highlight", "--by", "label", "--json").json
    assert set(found["strata"]) == {"negative", "positive"}
    assert sum(found["strata"].values()) == 30
    assert {t["subject"] for t in found["tests"]} == {"attention", "gradient"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["compare", "highlight", "--by", "colour"], 2, "cannot compare by 'colour'"),
        (["compare", "compare", "--metric", "auroc"], 2, "are about marks"),
        (["compare", "compare", "--with", "highlight", "--by", "run"], 2, "leave out --by"),
        (["compare", "--with", "highlight"], 2, "two campaigns"),
        (["compare", "--human", "x.jsonl"], 2, "one --model or more"),
        (["compare", "highlight", "--human", "x", "--model", "y"], 2, "stand alone"),
        (["compare", "nothing"], 1, "no campaign is called 'nothing'"),
        (["compare", "compare", "--by", "explainer"], 1, "nobody marked anything"),
        (["align", "highlight", "--by", "colour"], 2, "cannot part by 'colour'"),
        (["align", "highlight", "--by", "label", "--gold-policy", "union"], 2, "--by takes"),
    ],
)
def test_what_cannot_be_compared_has_its_exit_code(
    folder: Path, words: list[str], code: int, said: str
) -> None:
    found = konkyo(*words)
    assert found.code == code
    assert said in " ".join(found.err.split())
    assert "Traceback" not in found.err and not found.out


def test_a_half_written_file_of_scores_is_named_with_its_line(tmp_path: Path) -> None:
    human = tmp_path / "people.jsonl"
    line = {"text": "good one", "annotations": [{"worker": "w", "marks": [0]}]}
    human.write_text(json.dumps(line) + "\n", encoding="utf-8")
    whole, half = tmp_path / "whole.jsonl", tmp_path / "half.jsonl"
    whole.write_text('{"text": "good one", "scores": [1, 0]}\n', encoding="utf-8")
    half.write_text('{"text": "good one", "scor', encoding="utf-8")
    found = konkyo("compare", "--human", human, "--model", whole, "--model", half)
    assert found.code == 1
    assert "half.jsonl, line 1" in " ".join(found.err.split())
