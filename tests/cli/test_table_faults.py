"""Tables with faults, and outputs that would destroy something: refused, nothing changed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from pipeline.files import write_whole
from tests.cli.support import done, konkyo

GOOD = "unit,worker,value\nu1,a,x\nu1,b,x\nu2,a,y\n"
WORDS = ("aggregate", "t.csv", "--worker", "worker")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unit,worker,value\nu1,a,x\n\nu1,b,x,zz\n", "t.csv, line 4: the record has 4 fields"),
        ("unit,worker,value\nu1,a,x,zz\nu1,b,x\n", "t.csv, line 2: the record has 4 fields"),
        ("unit,worker,value\nu1,a,x,\nu1,b,x,\n", "t.csv, line 2: the record has 4 fields"),
        ('unit,worker,value\nu1,a,"x\ny"\nu1,b\n', "t.csv, line 4: the record has 2 fields"),
        ("unit,worker,value,value\nu1,a,x,y\n", "the column 'value' stands twice"),
        ("unit;worker;value\nu1;a;x\n", "separated by semicolons"),
    ],
)
def test_records_that_do_not_fit_the_header(here: Path, text: str, message: str) -> None:
    Path("t.csv").write_text(text)
    for command in ("aggregate", "agreement", "workers"):
        said = konkyo(command, "t.csv", "--worker", "worker")
        assert (said.code, message in said.err) == (1, True), said.err


def test_gold_and_answers_are_read_alike(here: Path) -> None:
    # The answers are text because of one word, the known answers are numbers, one is missing.
    Path("t.csv").write_text("unit,worker,value,gold\nu1,a,1,1\nu2,a,2,2\nu3,a,b,\n")
    found = done(*WORDS, "--gold", "gold", "--json").json["estimates"][0]
    assert (found["name"], found["value"], found["n_units"]) == ("accuracy", 1.0, 2)


def test_known_answers_that_nobody_gave_are_told(here: Path) -> None:
    Path("t.csv").write_text("unit,worker,value,gold\nu1,a,x,X\nu2,a,y,y\n")
    for method in ("majority", "all"):
        notes = done(*WORDS, "--gold", "gold", "--method", method, "--json").json["notes"]
        assert any("of 1 of 2 units, which counts as wrong: 'X'" in note for note in notes)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--out", "t.csv"), 2),
        (("--out", "./link.csv"), 2),
        (("--out", "o.csv", "--workers-out", "./o.csv"), 2),
        (("--out", "o.csv", "--workers-out", "nowhere/w.csv"), 1),
    ],
)
def test_no_output_is_the_input_or_half_written(
    here: Path, options: tuple[str, ...], code: int
) -> None:
    Path("t.csv").write_text(GOOD)
    Path("link.csv").symlink_to("t.csv")
    assert konkyo(*WORDS, *options).code == code
    assert Path("t.csv").read_text() == GOOD
    assert not Path("o.csv").exists()


def test_a_link_is_followed_and_the_mode_is_that_of_a_new_file(here: Path) -> None:
    Path("plain").write_text("")
    Path("link").symlink_to("target")
    write_whole(Path("link"), "words")
    assert Path("link").is_symlink() and Path("target").read_text() == "words"
    assert Path("target").stat().st_mode == Path("plain").stat().st_mode


def test_units_of_two_types_are_no_column_of_parquet(here: Path) -> None:
    Path("t.jsonl").write_text('{"unit": 1, "value": "x"}\n{"unit": "b", "value": "y"}\n')
    said = konkyo("aggregate", "t.jsonl", "--out", "o.parquet")
    assert (said.code, "mixes numbers and text" in said.err) == (1, True), said.err
    assert not Path("o.parquet").exists()


def test_who_judged_twice_counts_once_as_asked(here: Path) -> None:
    Path("t.csv").write_text("unit,worker,value\nu1,a,x\nu1,a,y\n")
    assert "--duplicates" in konkyo(*WORDS).err
    for keep, label in (("first", "x"), ("last", "y")):
        done(*WORDS, "--duplicates", keep, "--out", "o.csv")
        assert pd.read_csv("o.csv")["consensus"].tolist() == [label]


@pytest.mark.parametrize("command", ["agreement", "workers"])
def test_the_word_among_numbers_is_named(here: Path, command: str) -> None:
    Path("t.csv").write_text("unit,worker,value\nu1,a,1\nu1,b,abc\nu2,a,2\n")
    said = konkyo(command, "t.csv", "--worker", "worker", "--level", "interval")
    assert "'abc' is not one" in said.err


@pytest.mark.parametrize(
    ("cell", "level", "message"),
    [
        ("abc", "interval", "row 3: level 'interval' needs numbers; 'abc' is not one"),
        ("inf", "interval", "row 3: level 'interval' needs numbers; inf is not one"),
        ("1e308", "interval", "row 3: 1e+308 is too large to compute with (at most 1e+100)"),
        ("-2", "ratio", "row 3: level 'ratio' needs numbers from 0 up; -2 is below"),
    ],
)
@pytest.mark.parametrize("command", ["agreement", "workers"])
def test_the_row_of_what_is_no_number_is_named(
    here: Path, command: str, cell: str, level: str, message: str
) -> None:
    rows = ["unit,worker,value", "a,x,1", "a,y,2", f"b,x,{cell}", "b,y,3"]
    (here / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = konkyo(command, "t.csv", "--worker", "worker", "--level", level)
    assert said.code == 1
    assert message in " ".join(said.err.split())


def test_workers_are_right_where_one_cell_turns_answers_into_text(here: Path) -> None:
    rows = ["unit,worker,value,gold", "a,x,1,1", "a,y,1,1", "b,x,0,0", "b,y,unsure,0"]
    (here / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = done("workers", "t.csv", "--gold", "gold", "--json").json["workers"]
    right = {w["first_row"]: f["value"] for w in found for f in w["facts"] if f["name"] == "gold"}
    assert right == {1: 1.0, 2: 0.5}


def test_a_message_shows_a_value_and_not_its_type(here: Path) -> None:
    days = pd.to_datetime(["2024-05-01", "2024-05-01"])
    pd.DataFrame({"unit": days, "worker": [7, 7], "value": ["x", "y"]}).to_parquet("t.parquet")
    said = " ".join(konkyo("aggregate", "t.parquet", "--worker", "worker").err.split())
    assert "worker 7 judged unit 2024-05-01 00:00:00 more than once (1 such row)" in said
    cells = [Decimal("1.50"), Decimal("2.50")]
    pd.DataFrame({"unit": ["u", "u"], "worker": ["a", "b"], "value": cells}).to_parquet("d.parquet")
    found = done("agreement", "d.parquet", "--worker", "worker", "--bootstrap", "0", "--json").out
    told = konkyo("aggregate", "d.parquet", "--worker", "worker", "--out", "o.csv").out
    for text in (said, found, told):
        assert not any(word in text for word in ("Timestamp(", "Decimal(", "np.int64("))


def test_one_unit_is_not_one_units(here: Path) -> None:
    Path("t.csv").write_text("unit,worker,value,gold\nu1,a,x,x\nu1,b,y,x\n")
    said = done(*WORDS, "--gold", "gold", "--json").json
    assert said["notes"][-1] == "1 of 1 unit tied"
    assert said["estimates"][0]["note"].startswith("1 unit tied")
