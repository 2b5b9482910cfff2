"""align on two files: who marked what, and the model's scores; no project is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import done, konkyo

PEOPLE = [
    {"text": "a b c d", "annotations": [{"worker": "w1", "marks": [0, 1]}]},
    {"text": "e f g", "annotations": [{"worker": "w1", "marks": [2]}]},
]
MODEL = [{"text": "a b c d", "scores": [0.9, 0.5, 0.1, 0]}, {"text": "e f g", "scores": [3, 2, 1]}]
FILES = ("--human", "human.jsonl", "--model", "model.jsonl")


def write(name: str, lines: list[Any]) -> None:
    Path(name).write_text("\n".join(json.dumps(line) for line in lines))


@pytest.fixture(autouse=True)
def files(here: Path) -> None:
    write("human.jsonl", PEOPLE)
    write("model.jsonl", MODEL)


def test_two_texts_by_hand(here: Path) -> None:
    document = done("align", *FILES, "--bootstrap", "10", "--json").json
    found = {(e["subject"], e["name"]): e["value"] for e in document["estimates"]}
    # The first text's two marked words have the two highest scores (F1 1, AUROC 1), the second's
    # one marked word the lowest of three (F1 0, AUROC 0).
    assert found["model", "token_f1"] == 0.5
    assert found["model", "auroc"] == 0.5
    assert found["oracle", "token_f1"] == 1.0
    assert found["constant", "auroc"] == 0.5
    assert document["gold_policy"] == "each"


def test_texts_without_scores_are_counted(here: Path) -> None:
    write("model.jsonl", MODEL[:1])
    document = done("align", *FILES, "--bootstrap", "10", "--json").json
    assert document["excluded"]["marked instance without scores of every explainer"] == 1


def test_the_tables_fit_80_columns(here: Path) -> None:
    write("model.jsonl", [line | {"explainer": "integrated_gradients"} for line in MODEL])
    said = done("align", *FILES, "--bootstrap", "10")
    rows = said.out.split("left out")[0].splitlines()
    assert max(map(len, rows)) <= 80
    assert any("gradients" in row for row in rows)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "a b c d", "scores": [1, 2, 3]}, "line 1: 3 scores for a text of 4 tokens"),
        ({"text": "a b c d"}, "line 1: `scores` must be a list of finite numbers"),
        ({"text": "a b c d", "scores": "abc"}, "`scores` must be a list of finite numbers"),
        ({"text": "a b c d", "scores": [1, 2, 3, "x"]}, "`scores` must be a list of finite"),
        ({"text": "a b c d", "scores": [1, 2, 3, float("nan")]}, "NaN is not a JSON number"),
        ({"id": [1], "scores": [1]}, "names no instance"),
        ({"text": 3, "scores": [1]}, "names no instance"),
        (5, "line 1: expected a JSON object, found a whole number"),
        ({"text": "zz", "scores": [1]}, "has no scores for any text that human.jsonl has marks of"),
        ({"text": "\ud800", "scores": [1]}, "has no scores for any text"),
    ],
)
def test_a_line_that_does_not_fit_is_named(here: Path, line: Any, message: str) -> None:
    write("model.jsonl", [line])
    said = konkyo("align", *FILES)
    assert (said.code, said.out) == (1, "")
    assert message in said.err


def test_a_text_that_is_scored_twice_is_a_fault(here: Path) -> None:
    write("model.jsonl", [*MODEL, MODEL[0]])
    said = konkyo("align", *FILES)
    assert said.code == 1
    assert "model.jsonl, line 3: a second line of scores by 'model'" in said.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--human", "human.jsonl"], 2, "needs both --human and --model"),
        ([*FILES, "--format", "foo"], 2, "no format called 'foo'"),
        ([*FILES, "--gold-policy", "mojority"], 2, "did you mean 'majority'?"),
        (["pilot", *FILES], 2, "on a campaign or on files"),
        ([*FILES, "--split", "test"], 2, "on a campaign or on files"),
        ([*FILES[:3], "."], 1, "is a folder"),
        ([*FILES[:3], "nowhere.jsonl"], 1, "there is no such file"),
        ([*FILES[:3], "empty.jsonl"], 1, "empty.jsonl: holds no scores"),
        (["--human", "bare.jsonl", *FILES[2:]], 1, "bare.jsonl holds no rationales"),
    ],
)
def test_what_cannot_be_aligned(here: Path, words: list[str], code: int, message: str) -> None:
    write("bare.jsonl", [{"text": "a b c d"}])
    write("empty.jsonl", [])
    said = konkyo("align", *words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
