"""align on files: where maps are cut, averages, ties, contracts, and files read in chunks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.support import done, konkyo

FILES = ("--human", "human.jsonl", "--model", "model.jsonl", "--bootstrap", "10")


def write(name: str, lines: list[Any]) -> None:
    Path(name).write_text("\n".join(json.dumps(line) for line in lines))


@pytest.fixture(autouse=True)
def files(here: Path) -> None:
    rng = np.random.default_rng(0)
    people, model = [], []
    for i in range(12):
        words = " ".join(f"word{i}{t}" for t in range(5 + i % 4))
        marks = [sorted(rng.choice(5, 1 + i % 3, replace=False).tolist()) for _ in range(3)]
        said = [{"worker": f"w{w}", "marks": m} for w, m in enumerate(marks)]
        people.append({"text": words, "annotations": said})
        scores = rng.integers(4, size=5 + i % 4).tolist()
        model.append({"text": words, "scores": scores})
    write("human.jsonl", people)
    write("model.jsonl", model[::-1])


def found(*words: str) -> dict[tuple[str, str], float | None]:
    document = done("align", *FILES, *words, "--json").json
    return {(e["subject"], e["name"]): e["value"] for e in document["estimates"]}


def test_every_choice_stands_in_the_document() -> None:
    words = ("--k", "0.2", "--average", "micro", "--ties", "expected", "--json")
    document = done("align", *FILES, *words).json
    chosen = [document[key] for key in ("k", "average", "ties", "unit")]
    assert chosen == [0.2, "micro", "expected", "token"]
    first = document["contracts"][0]
    assert first["metrics"] == ["token_precision", "token_recall", "token_f1"]
    assert (first["k"], first["average"]) == ("k = 0.2", "micro")
    assert first["gold"] == "each worker's own marks"
    metrics = {name for contract in document["contracts"] for name in contract["metrics"]}
    values = {e["name"].removesuffix("_normalised") for e in document["estimates"]}
    assert values == metrics


@pytest.mark.parametrize("k", ["mean", "2", "0.5"])
def test_k_moves_scores_at_a_cut_and_no_others(k: str) -> None:
    plain, other = found(), found("--k", k)
    assert plain["model", "token_precision"] != other["model", "token_precision"]
    assert plain["model", "auroc"] == other["model", "auroc"]


def test_chunks_of_any_size_score_what_the_whole_scores() -> None:
    whole = found()
    for size in ("1", "5", "100"):
        parts = found("--chunk", size)
        for metric in ("token_f1", "auroc", "average_precision", "kendall", "js_divergence"):
            for subject in ("model", "oracle", "people"):
                assert parts[subject, metric] == pytest.approx(whole[subject, metric], abs=1e-6)


def test_the_table_says_what_its_scores_are() -> None:
    said = done("align", *FILES).out.replace("\n", " ")
    assert "token_f1: gold: each worker's own marks;" in " ".join(said.split())
    assert "JS divergence" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--k", "2.5"], "--k is instance, mean, a whole number or a share"),
        (["--k", "0"], "--k is instance, mean"),
        (["--k", "nan"], "--k is instance, mean"),
        (["--average", "mean"], "--average is macro or micro"),
        (["--ties", "first"], "--ties is position or expected"),
        (["--chunk", "5", "--format", "csv"], "--chunk works on files in the format jsonl"),
        (["--chunk", "5", "--k", "mean"], "needs all golds at once"),
    ],
)
def test_what_cannot_be_chosen(words: list[str], message: str) -> None:
    said = konkyo("align", *FILES, *words)
    assert (said.code, said.out) == (2, "")
    assert message in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a", "scores": [1', "line 13: is not valid JSON"),
        (
            '{"text": "word00 word01 word02 word03 word04", "scores": [1, 2, 3, 4, 5]}',
            "line 13: a second line",
        ),
        ('{"text": "new", "scores": [1]}', ""),
    ],
)
@pytest.mark.parametrize("chunk", [[], ["--chunk", "4"]])
def test_a_last_line_that_is_half_written_or_double_is_named(
    line: str, message: str, chunk: list[str]
) -> None:
    with Path("model.jsonl").open("a") as file:
        file.write("\n" + line)
    said = konkyo("align", *FILES, *chunk)
    assert said.code == (1 if message else 0)
    assert message in " ".join(said.err.split())


def test_scores_of_a_wrong_length_are_named_when_their_chunk_comes() -> None:
    lines = Path("model.jsonl").read_text().splitlines()
    lines[3] = json.dumps(json.loads(lines[3]) | {"scores": [1]})
    Path("model.jsonl").write_text("\n".join(lines))
    said = konkyo("align", *FILES, "--chunk", "4")
    assert said.code == 1
    assert "model.jsonl, line 4: 1 score for a text of" in " ".join(said.err.split())


def test_lines_of_a_text_that_stand_apart_are_refused_in_chunks() -> None:
    lines = Path("human.jsonl").read_text().splitlines()
    again = json.loads(lines[0]) | {"annotations": [{"worker": "w9", "marks": [1]}]}
    Path("human.jsonl").write_text("\n".join([*lines, json.dumps(again)]))
    said = konkyo("align", *FILES, "--chunk", "4")
    assert said.code == 1
    assert "stands further up too" in " ".join(said.err.split())
    assert done("align", *FILES, "--chunk", "100", "--json").json["estimates"]


def test_texts_without_marks_or_scores_are_counted_alike() -> None:
    lines = Path("model.jsonl").read_text().splitlines()
    Path("model.jsonl").write_text("\n".join([*lines[2:], '{"text": "new", "scores": [1]}']))
    whole = done("align", *FILES, "--json").json["excluded"]
    parts = done("align", *FILES, "--chunk", "5", "--json").json["excluded"]
    reason = "marked instance without scores of every explainer"
    assert whole[reason] == parts[reason] == 2
    assert whole["scored instance that nobody marked"] == 1
