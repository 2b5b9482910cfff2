"""An option that a target has no use for is refused; it is never ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import done, konkyo
from tests.cli.test_align_files import FILES, MODEL, PEOPLE, write

ROWS = "unit,worker,value\nu1,a,1\nu1,b,1\nu2,a,2\nu2,b,1\n"


@pytest.fixture
def table(here: Path) -> Path:
    path = here / "t.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["agreement", "pilot", "--level", "ordinal"], "--level is"),
        (["agreement", "--unit", "u", "--value", "v"], "--unit, --value are"),
        (["agreement", "pilot", "--worker", "w"], "--worker is"),
        (["agreement", "pilot", "--duplicates", "first"], "--duplicates is"),
        (["agreement", "pilot", "--distance", "masi"], "--distance is"),
        (["agreement", "pilot", "--empty-set"], "--empty-set is"),
        # A default that is said aloud was given all the same.
        (["workers", "pilot", "--level", "nominal"], "--level is"),
        (["workers", "--unit", "u", "--gold", "g"], "--unit, --gold are"),
        (["aggregate", "pilot", "--first", "a"], "--first is"),
        (["aggregate", "pilot", "--tie", "="], "--tie is"),
        (["align", "pilot", "--format", "csv"], "--format is"),
        (["compare", "pilot", "--format", "csv"], "--format is"),
    ],
)
def test_options_about_files_are_refused_on_a_campaign(
    here: Path, words: list[str], options: str
) -> None:
    said = konkyo(*words)
    assert (said.code, said.out) == (2, "")
    assert f"{options} about files, and this is a campaign" in " ".join(said.err.split())


def test_options_about_campaigns_are_refused_on_a_file(table: Path) -> None:
    said = konkyo("workers", table, "--question", "label")
    assert (said.code, said.out) == (2, "")
    assert "--question is about campaigns, and this is a file" in " ".join(said.err.split())


def test_a_distance_needs_answers_that_are_sets(table: Path) -> None:
    said = konkyo("agreement", table, "--distance", "masi")
    assert said.code == 2
    assert "--distance is about answers that are sets" in " ".join(said.err.split())


def test_workers_names_only_the_levels_that_it_has(table: Path) -> None:
    said = konkyo("workers", table, "--level", "set")
    assert said.code == 2
    assert "(there are: nominal, ordinal, interval, ratio)" in " ".join(said.err.split())


@pytest.mark.parametrize("chunk", [[], ["--chunk", "1"]])
def test_an_explainer_of_a_file_cannot_take_the_floors_name(here: Path, chunk: list[str]) -> None:
    write("human.jsonl", PEOPLE)
    write("model.jsonl", [line | {"explainer": "random"} for line in MODEL])
    said = konkyo("align", *FILES, *chunk)
    assert (said.code, said.out) == (2, "")
    assert "'random' is a row of every table" in " ".join(said.err.split())


def test_without_workers_nothing_is_said_of_a_second_judgement(table: Path) -> None:
    table.write_text(ROWS + "u1,a,1\n", encoding="utf-8")
    notes = done("agreement", table, "--bootstrap", "0", "--json").json["notes"]
    assert not any("refused" in note for note in notes)
    assert any("not known who judged; every row counts" in note for note in notes)


def test_results_are_listed_in_the_order_in_which_they_are_read() -> None:
    out = konkyo("--help").out
    names = [f"│ {name} " for name in ("agreement", "aggregate", "align", "compare", "report")]
    places = [out.index(name) for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["agreement", "t.csv", "--db", "x.db"], "--db is about campaigns"),
        (["workers", "t.csv", "--db", "x.db"], "--db is about campaigns"),
        (["aggregate", "t.csv", "--db", "x.db"], "--db is about campaigns"),
        (["align", *FILES, "--db", "x.db"], "--db is about campaigns"),
        (["compare", *FILES, "--db", "x.db"], "--db is about campaigns"),
        (["align", *FILES, "--compat", "ferret", "--db", "x.db"], "--db is about campaigns"),
        (["align", *FILES, "--compat", "ferret", "--config", "x"], "--config is about"),
        (["agreement", "t.csv", "--duplicates", "last"], "--duplicates is about workers"),
        (["aggregate", "t.csv", "--duplicates", "last"], "--duplicates is about workers"),
        (["aggregate", "t.csv", "--tie", "="], "--tie is about comparisons of two"),
        (["aggregate", "t.csv", "--bootstrap", "9"], "neither scored nor drawn"),
        (["aggregate", "t.csv", "--seed", "9"], "--method majority, which draws nothing"),
        (["aggregate", "t.csv", "--method", "interval_mean", "--bootstrap", "9"], "--bootstrap is"),
        (["aggregate", "t.csv", "--method", "interval_mean", "--seed", "9"], "--seed is"),
        (["aggregate", "pilot", "--bootstrap", "9"], "--bootstrap is about bootstrap intervals"),
        (["aggregate", "pilot", "--duplicates", "first"], "--duplicates is about files"),
        (["aggregate", "pilot", "--seed", "9"], "--seed is about what is drawn by chance"),
    ],
)
def test_what_would_change_nothing_is_refused_by_name(
    table: Path, words: list[str], said: str
) -> None:
    write("human.jsonl", PEOPLE)
    write("model.jsonl", MODEL)
    found = konkyo(*words)
    assert (found.code, found.out) == (2, "")
    assert said in " ".join(found.err.split())


@pytest.mark.parametrize("method", ["mace", "all"])
def test_a_seed_is_taken_where_a_method_begins_at_random(table: Path, method: str) -> None:
    assert done("aggregate", table, "--worker", "worker", "--method", method, "--seed", "2").out


@pytest.mark.parametrize("name", ["random", "constant", "oracle", "people"])
@pytest.mark.parametrize("words", [["compare"], ["align", "--compat", "ferret"], ["align"]])
def test_no_command_takes_the_name_of_a_floor(here: Path, name: str, words: list[str]) -> None:
    write("human.jsonl", PEOPLE)
    write("model.jsonl", [line | {"explainer": name} for line in MODEL])
    said = konkyo(*words, *FILES)
    assert (said.code, said.out) == (2, "")
    assert f"model.jsonl: '{name}' is a row of every table" in " ".join(said.err.split())
