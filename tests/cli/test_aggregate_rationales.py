"""aggregate --rationales-out: soft rationales as a file that align reads again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.store import campaigns, consensus
from pipeline.project import open_project
from tests.cli.support import done, konkyo, write_reviews
from tests.pipeline.judging import SETTINGS, judged


@pytest.fixture
def at(here: Path) -> Path:
    """A folder with a project whose one campaign, `pilot`, is answered."""
    (here / "konkyo.toml").write_text(SETTINGS, encoding="utf-8")
    done("init")
    project = open_project(here)
    judged(project, name="pilot")
    project.engine.dispose()
    write_reviews(here / "reviews.jsonl")
    return here


def test_both_formats_hold_what_is_stored(at: Path, tmp_path: Path) -> None:
    lines, columns = tmp_path / "r.jsonl", tmp_path / "r.parquet"
    words = ("aggregate", "pilot", "--method", "one_coin", "--rationales-out")
    assert "human rationales stored" in done(*words, lines).out
    done(*words, columns)
    project = open_project(at)
    campaign = campaigns.find(project.engine, "pilot")
    stored = {r.instance_id: r for r in consensus.read(project.engine, campaign.id, "one_coin")}
    project.engine.dispose()
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    for found in (rows, pd.read_parquet(columns).to_dict(orient="records")):
        assert {row["id"] for row in found} == set(stored)
        for row in found:
            one = stored[row["id"]]
            for name, kept in (("scores", one.scores), ("certainty", one.certainty)):
                np.testing.assert_array_equal(np.asarray(row[name], np.float32), kept)
            assert (row["n_workers"], row["method"]) == (one.n_workers, "one_coin")
            assert (row["label"], row["label_probability"]) == (one.label, one.label_probability)


def test_align_reads_them_as_scores_and_finds_people_better_than_chance(
    at: Path, tmp_path: Path
) -> None:
    path = tmp_path / "r.jsonl"
    done("aggregate", "pilot", "--method", "all", "--rationales-out", path)
    words = ("align", "--human", "reviews.jsonl", "--model", path, "--bootstrap", "0", "--json")
    estimates = done(*words).json["estimates"]
    auroc = {e["subject"]: e["value"] for e in estimates if e["name"] == "auroc"}
    assert {"people:majority", "people:glad"} <= set(auroc)
    assert auroc["people:majority"] > 0.8


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("pilot", "--rationales-out", "r.csv"), 2, "a file of rationales ends in .jsonl or"),
        (("t.csv", "--rationales-out", "r.jsonl"), 2, "a table holds no marks"),
        (("pilot", "--rationales-out", "nowhere/r.jsonl"), 1, "nowhere/r.jsonl cannot be written"),
    ],
)
def test_a_file_that_cannot_be_is_refused(
    at: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    said = konkyo("aggregate", *words)
    assert said.code == code and message in " ".join(said.err.split())
    assert not list(at.glob("r.*")) and not list(at.glob(".r.*"))


def test_train_says_whose_labels_were_learned(at: Path) -> None:
    document = done("train", "--labels", "soft", "--method", "majority", "--json").json
    assert document["labels"] == "soft"
    assert any("scored on the labels given" in note for note in document["notes"])
    said = done("train", "--labels", "soft", "--method", "majority", "--campaign", "pilot")
    shown = " ".join(said.out.split())
    assert "trained already" in shown and "made of training instances alone" in shown
    refused = konkyo("train", "--labels", "most")
    assert refused.code == 2 and "given, consensus, soft" in refused.err
