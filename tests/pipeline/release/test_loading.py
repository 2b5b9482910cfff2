"""Others' tools read a release without code of ours: `datasets`, the hub's cards, mlcroissant."""

from __future__ import annotations

import importlib
import json
import logging
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.project import Project
from pipeline.release.release import Released, export_release
from tests.pipeline.release.support import request


@pytest.fixture(scope="module")
def releases(pilot: Project) -> dict[str, Released]:
    """The same campaign with its tables as Parquet and as JSON lines."""
    return {
        suffix: export_release(
            pilot, request(pilot, suffix, name="pilot-v1", suffix=suffix, language="en")
        )
        for suffix in ("parquet", "jsonl")
    }


def library(name: str) -> Any:
    """A library of the test extra; the test is skipped, saying so, where it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"{name} is not installed; it comes with konkyo[test]")


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_datasets_loads_every_table_of_the_folder(
    suffix: str, releases: dict[str, Released], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = library("datasets")
    datasets.disable_progress_bars()
    made = releases[suffix]
    assert datasets.get_dataset_config_names(str(made.folder)) == list(made.rows)
    loaded = {
        name: datasets.load_dataset(str(made.folder), name, split="train", cache_dir=str(tmp_path))
        for name in ("judgements", "consensus")
    }
    plain = datasets.load_dataset(str(made.folder), cache_dir=str(tmp_path))["train"]
    assert set(plain["id"]) == set(loaded["judgements"]["instance"])
    assert {name: len(table) for name, table in loaded.items()} == {
        name: made.rows[name] for name in loaded
    }
    # a worker of pilot marks two neighbouring words
    marks = [row["marks"] for row in loaded["judgements"] if row["question"] == "marks"]
    assert sorted({tuple(m) for m in marks}) == [(0, 1), (1, 2), (2, 3)]


def test_pandas_reads_both_kinds_of_file(releases: dict[str, Released]) -> None:
    wide = pd.read_parquet(releases["parquet"].folder / "data" / "judgements.parquet")
    lines = pd.read_json(releases["jsonl"].folder / "data" / "judgements.jsonl", lines=True)
    assert wide["worker"].tolist() == lines["worker"].tolist()
    assert wide.shape == lines.shape


def test_the_hub_reads_the_card(releases: dict[str, Released]) -> None:
    hub = library("huggingface_hub")
    card = hub.DatasetCard.load(releases["parquet"].folder / "README.md").data
    assert card.pretty_name == "pilot-v1"
    assert card.license == "unknown"
    assert card.language == ["en"]
    assert card.size_categories == ["n<1K"]
    named = {c["config_name"]: c["data_files"][0]["path"] for c in card.to_dict()["configs"]}
    assert named == {name: f"data/{name}.parquet" for name in releases["parquet"].rows}


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_mlcroissant_finds_no_fault_and_reads_the_records(
    suffix: str, releases: dict[str, Released], caplog: pytest.LogCaptureFixture
) -> None:
    croissant = library("mlcroissant")
    made = releases[suffix]
    with caplog.at_level(logging.WARNING):
        found = croissant.Dataset(str(made.folder / "croissant.json"))
    assert not found.metadata.issues.errors
    assert {w for w in found.metadata.issues.warnings if "citeAs" not in str(w)} == set()
    rows = list(found.records("judgements"))
    assert len(rows) == made.rows["judgements"]
    answers = {row["judgements/answer"] for row in rows if row["judgements/question"] == b"label"}
    assert answers == {b"positive", b"negative"}


def test_the_metadata_name_every_table_with_its_checksum(releases: dict[str, Released]) -> None:
    folder = releases["parquet"].folder
    document = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    sums = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    for file in document["distribution"]:
        assert f"{file['sha256']}  {file['contentUrl']}\n" in sums
    columns = {s["@id"]: [f["name"] for f in s["field"]] for s in document["recordSet"]}
    for name, fields in columns.items():
        assert list(pd.read_parquet(folder / "data" / f"{name}.parquet").columns) == fields
