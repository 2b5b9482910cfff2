"""konkyo workers on files, without the platform's ids (campaigns: test_json_documents.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.analysis.workers.support import crowd
from tests.cli.support import done, konkyo

SHAPE = ["command", "of", "question", "workers", "duplicates", "clusters", "excluded", "notes"]
ROW = {"worker", "judgements", "notes", "facts", "answers", "labels", "simulated", "first_row"}


@pytest.fixture
def table(here: Path) -> Path:
    """A file in which one worker, with an id as platforms give them, always says 1."""
    rows = crowd(np.random.default_rng(0), units=200)
    rows["worker"] = "A1PLATFORM" + rows["worker"]
    rows.loc[rows["worker"] == "A1PLATFORMw3", "value"] = 1
    rows["took"] = np.where(rows["worker"] == "A1PLATFORMw5", 4, 12)
    path = here / "answers.csv"
    rows.to_csv(path, index=False)
    return path


def test_a_file_is_described_under_numbers_and_not_under_its_ids(table: Path) -> None:
    said = done("workers", table, "--gold", "gold", "--seconds", "took")
    assert "PLATFORM" not in said.out + said.err
    assert "three times faster" in " ".join(said.out.split())
    whole = done("workers", table, "--gold", "gold", "--seconds", "took", "--json")
    assert "PLATFORM" not in whole.out
    assert list(whole.json) == SHAPE
    assert all(set(row) == ROW for row in whole.json["workers"])
    names = [row["worker"] for row in whole.json["workers"]]
    assert sorted(names) == sorted(f"worker {n}" for n in range(1, 21))


def test_a_number_leads_back_to_the_row_that_names_the_worker(table: Path) -> None:
    whole = done("workers", table, "--json").json
    lines = table.read_text(encoding="utf-8").splitlines()
    suspect = next(r for r in whole["workers"] if any("says 1" in note for note in r["notes"]))
    assert "A1PLATFORMw3" in lines[suspect["first_row"]]


def test_a_column_that_is_not_there_is_named(table: Path) -> None:
    said = konkyo("workers", table, "--seconds", "time")
    assert said.code == 1
    assert "'time'" in said.err


def test_a_table_without_rows_of_use_is_no_traceback(here: Path) -> None:
    (here / "t.csv").write_text("unit,worker,value\nu1,a,\n", encoding="utf-8")
    found = done("workers", "t.csv", "--json").json
    assert found["workers"] == [] and found["excluded"] == {"no value": 1}


def test_what_workers_mark_is_told_too(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(studied)
    found = done("workers", "pilot", "--question", "marks", "--json").json
    facts = {fact["name"]: fact for fact in found["workers"][0]["facts"]}
    assert {"agreement", "marked", "nothing_marked", "influence", "seconds"} <= facts.keys()
    assert 0 <= facts["agreement"]["value"] <= 1 and facts["seconds"]["value"] > 0
    assert found["workers"][0]["answers"] == [] and found["workers"][0]["simulated"]
    said = konkyo("workers", "pilot", "--question", "mood")
    assert said.code == 1 and "no question 'mood'" in said.err
