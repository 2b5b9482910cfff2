"""agreement and aggregate on plain files: no project, every format alike, cells as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.cli.support import Said, done, konkyo

KEYS = {
    "name", "value", "se", "low", "high", "confidence", "over", "scale", "method", "n_units",
    "n_workers", "n_judgements", "note", "subject",
}  # fmt: skip
ROWS = [("u1", "a", "x"), ("u1", "b", "x"), ("u2", "a", "y"), ("u2", "b", "x"), ("u3", "a", "y"),
        ("u3", "b", "y")]  # fmt: skip
OPTIONS = ("--worker", "worker", "--bootstrap", "20")


def table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "gold"][: len(rows[0])])


def csv(here: Path, text: str) -> Path:
    path = here / "table.csv"
    path.write_text("unit,worker,value\n" + text, encoding="utf-8")
    return path


def alpha(said: Said) -> dict[str, Any]:
    """The first estimate, which is alpha over units."""
    first: dict[str, Any] = said.json["estimates"][0]
    assert (first["name"], first["over"]) == ("alpha", "units")
    return first


def test_alpha_of_six_judgements_by_hand_in_every_format(here: Path) -> None:
    rows = table(ROWS)
    rows.to_csv("t.csv", index=False)
    rows.to_json("t.jsonl", orient="records", lines=True)
    rows.to_parquet("t.parquet")
    for name in ("t.csv", "t.jsonl", "t.parquet"):
        said = done("agreement", name, *OPTIONS, "--json")
        # 1 of 3 pairs differs: D_o = 1/3. Three x and three y of six: D_e = 2·3·3/(6·5) = 3/5.
        assert alpha(said)["value"] == pytest.approx(1 - (1 / 3) / (3 / 5))
        assert said.err == ""


def test_the_json_document_has_its_fixed_shape(here: Path) -> None:
    document = done("agreement", csv(here, "u1,a,x\nu1,b,x\nu2,a,\n"), *OPTIONS, "--json").json
    assert list(document) == ["command", "estimates", "excluded", "notes"]
    assert document["command"] == "agreement"
    assert all(set(estimate) == KEYS for estimate in document["estimates"])
    assert document["excluded"] == {"no value": 1}


def test_what_is_undefined_is_null_with_a_note(here: Path) -> None:
    for text in ("u1,a,x\nu1,b,x\nu2,a,x\nu2,b,x\n", "", "u1,a,x\n"):
        found = alpha(done("agreement", csv(here, text), *OPTIONS, "--json"))
        assert (found["value"], found["low"], found["high"]) == (None, None, None)
        assert found["note"]


def test_cells_without_a_value_are_counted_and_words_for_nothing_are_answers(here: Path) -> None:
    text = "u1,a,None\nu1,b,None\nu2,a,null\nu2,b,x\nu3,a,NaN\nu3,b,\nu4,a,NA\n"
    document = done("agreement", csv(here, text), *OPTIONS, "--json").json
    assert document["excluded"] == {"no value": 3}
    labels = {e["subject"] for e in document["estimates"] if e["name"] == "prevalence"}
    assert labels == {"None", "null", "x"}


def test_ids_that_look_like_numbers_stay_apart(here: Path) -> None:
    # 007 and 7 are two workers, 01 and 1 two units: nothing was judged twice.
    path = csv(here, "01,007,x\n01,7,x\n1,007,y\n1,7,y\n")
    as_lines = here / "t.jsonl"
    as_lines.write_text(
        "".join(
            json.dumps(dict(zip(("unit", "worker", "value"), line.split(","), strict=True))) + "\n"
            for line in path.read_text().splitlines()[1:]
        )
    )
    for file in (path, as_lines):
        assert alpha(done("agreement", file, *OPTIONS, "--json"))["n_units"] == 2


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--level", "foo"], 2, "no level called 'foo' (there are: nominal"),
        (["--level", "interval"], 1, "level 'interval' needs numbers; 'x' is not one"),
        (["--over", "foo"], 2, "cannot resample over 'foo'"),
        (["--unit", "zz"], 1, "needs the column 'zz'; the columns are: unit, worker, value"),
        (
            ["--worker", "worker", "--duplicates", "foo"],
            2,
            "duplicates must be one of error, first, last",
        ),
        (["--bootstrap", "-1"], 2, "Invalid value for '--bootstrap'"),
        (["--bootstrap", "1000000000"], 2, "Invalid value for '--bootstrap'"),
        (["--seed", "-1"], 2, "Invalid value for '--seed'"),
        (["--config", "nowhere.toml"], 2, "there is no settings file nowhere.toml"),
    ],
)
def test_options_that_do_not_fit(here: Path, options: list[str], code: int, message: str) -> None:
    said = konkyo("agreement", csv(here, "u1,a,x\nu1,b,y\n"), *options)
    assert (said.code, said.out) == (code, "")
    assert message in said.err


@pytest.mark.parametrize("command", ["agreement", "aggregate"])
def test_files_that_are_no_tables(here: Path, command: str) -> None:
    (here / "empty.csv").write_bytes(b"")
    (here / "latin.csv").write_bytes(b"unit,value\n\xe9,x\n")
    (here / "bad.jsonl").write_text("[bad")
    (here / "bad.parquet").write_text("bad")
    (here / "notes.txt").write_text("unit,value\n")
    (here / "folder.csv").mkdir()
    lists = [{"unit": "u1", "value": [1, 2]}, {"unit": "u1", "value": [1]}]
    (here / "lists.jsonl").write_text("\n".join(map(json.dumps, lists)))
    for name, code, message in (
        ("empty.csv", 1, "cannot be read as csv"),
        ("latin.csv", 1, "is not UTF-8 (byte 0xe9)"),
        ("bad.jsonl", 1, "bad.jsonl, line 1: is not valid JSON"),
        ("bad.parquet", 1, "cannot be read as parquet"),
        ("folder.csv", 1, "is a folder"),
        ("missing.csv", 1, "there is no file missing.csv"),
        ("lists.jsonl", 1, "the column 'value' holds lists"),
        ("notes.txt", 2, "a table's name ends in .csv, .jsonl, .parquet"),
    ):
        said = konkyo(command, name)
        assert (said.code, said.out) == (code, ""), name
        assert message in said.err


def test_a_consensus_is_written_in_the_format_its_name_says(here: Path) -> None:
    table(ROWS).to_csv("t.csv", index=False)
    for name, read in (("o.csv", pd.read_csv), ("o.parquet", pd.read_parquet)):
        said = done("aggregate", "t.csv", "--worker", "worker", "--out", name)
        assert "1 of 3 units tied" in said.out
        written = read(name).set_index("unit")
        assert written.loc["u1", "consensus"] == "x"
        assert pd.isna(written.loc["u2", "consensus"])
        assert written.loc["u2", "p:x"] == 0.5


@pytest.mark.parametrize(
    ("out", "code", "message"),
    [
        ("o.txt", 2, "a table's name ends in"),
        ("nowhere/o.csv", 1, "nowhere/o.csv cannot be written: No such file"),
        ("nowhere/o.parquet", 1, "nowhere/o.parquet cannot be written: No such file"),
        ("folder.csv", 1, "folder.csv is a folder"),
    ],
)
def test_where_a_consensus_cannot_be_written(here: Path, out: str, code: int, message: str) -> None:
    table(ROWS).to_csv("t.csv", index=False)
    (here / "folder.csv").mkdir()
    said = konkyo("aggregate", "t.csv", "--out", out)
    assert (said.code, message in said.err) == (code, True), said.err


def test_known_answers_give_an_accuracy(here: Path) -> None:
    rows = [("u1", "a", "x", "x"), ("u1", "b", "x", "x"), ("u2", "a", "x", "y"),
            ("u3", "a", "y", None)]  # fmt: skip
    table(rows).to_csv("t.csv", index=False)
    said = done("aggregate", "t.csv", "--worker", "worker", "--gold", "gold", "--json")
    found = said.json["estimates"][0]
    assert set(found) == KEYS
    # u1 is right, u2 is wrong, u3 has no known answer.
    assert (found["name"], found["value"], found["n_units"]) == ("accuracy", 0.5, 2)


def test_an_unknown_method_is_named(here: Path) -> None:
    table(ROWS).to_csv("t.csv", index=False)
    said = konkyo("aggregate", "t.csv", "--method", "dawid_sken")
    assert said.code == 2
    assert "did you mean 'dawid_skene'?" in said.err
