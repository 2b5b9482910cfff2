"""--json: one document on stdout, everything else on stderr, the shapes that programs rely on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import Said, done, konkyo
from tests.cli.test_table_files import KEYS

KONKYO = Path(sys.executable).with_name("konkyo")
SHAPES = {
    ("train",): ["command", "run", "new", "metrics", "labels", "health", "excluded", "notes"],
    ("explain",): ["command", "run", "new", "known"],
    ("publish", "pilot"): ["command", "campaign", "hits", "made"],
    ("collect", "pilot"): ["command", "campaign", "new", "known", "changed", "unreadable"],
    ("status",): ["command", "instances", "kinds", "runs", "campaigns", "campaign"],
    ("agreement", "pilot"): ["command", "estimates", "excluded", "notes"],
    ("workers", "pilot"): [
        "command", "of", "question", "workers", "duplicates", "clusters", "excluded", "notes",
    ],
    ("aggregate", "pilot"): [
        "command", "method", "estimates", "units", "ties", "stored", "stored_units", "excluded",
        "notes",
    ],
    ("align", "pilot"): [
        "command", "of", "run", "gold_policy", "k", "average", "ties", "unit", "contracts",
        "estimates", "excluded", "notes",
    ],
}  # fmt: skip


@pytest.fixture
def at(studied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the study."""
    monkeypatch.chdir(studied)
    return studied


@pytest.mark.parametrize("words", SHAPES, ids=" ".join)
def test_the_shape_of_each_document(at: Path, words: tuple[str, ...]) -> None:
    said = done(*words, "--json")
    document = said.json
    assert list(document) == SHAPES[words]
    assert document["command"] == words[0]
    assert said.out.endswith("}\n")
    for estimate in document.get("estimates", ()):
        assert set(estimate) == KEYS
        assert estimate["value"] is not None or estimate["note"]


def test_agreement_covers_every_question_and_every_resampling(at: Path) -> None:
    estimates = done("agreement", "pilot", "--json").json["estimates"]
    asked = {e["subject"] for e in estimates if e["name"] in ("alpha", "token_alpha")}
    assert asked == {"label", "marks"}
    assert {e["over"] for e in estimates if e["name"] == "alpha"} == {"units", "workers", "both"}
    only = done("agreement", "pilot", "--over", "workers", "--json").json["estimates"]
    assert {e["over"] for e in only if e["name"] == "alpha"} == {"workers"}


def test_workers_are_pseudonyms_with_times_and_said_to_be_simulated(at: Path) -> None:
    found = done("workers", "pilot", "--json").json["workers"]
    assert found and all(row["simulated"] for row in found)
    of = {fact["name"]: fact for fact in found[0]["facts"]}
    assert of["seconds"]["value"] > 0 and of["seconds_per_length"]["value"] > 0
    said = done("workers", "pilot")
    assert "(simulated)" in " ".join(said.out.split())
    with sqlite3.connect(at / "konkyo.db") as database:
        platform = [row[0] for row in database.execute("SELECT platform_id FROM worker_ids")]
    assert platform and not any(str(one) in said.out for one in platform)


def test_alignment_has_explainers_floors_and_people(at: Path) -> None:
    document = done("align", "pilot", "--json").json
    assert {e["subject"] for e in document["estimates"]} == {
        "attention", "gradient", "integrated_gradients", "random", "constant", "oracle", "people",
    }  # fmt: skip
    assert document["run"] == done("train", "--json").json["run"]


def test_simulated_people_are_told_from_others(at: Path) -> None:
    campaign = done("status", "--json").json["campaign"]
    assert campaign["workers"] == campaign["simulated_workers"] > 0
    assert "of them simulated" in done("status").out


def test_status_lists_the_runs_that_run_options_name(at: Path) -> None:
    run = done("train", "--json").json["run"]
    assert run in done("status").out
    assert done("align", "pilot", "--run", run[:4], "--json").json["run"] == run
    said = konkyo("align", "pilot", "--run", "zzz")
    assert said.code == 1
    assert '"konkyo status" lists them' in said.err


def test_results_without_a_name_where_several_have_answers(at: Path) -> None:
    for command in ("agreement", "aggregate", "align", "teach", "report"):
        said = konkyo(command)
        assert said.code == 2
        assert "name one of: reviews-jsonl, pilot" in said.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["agreement", "pilot", "--seed", "-1"], 2, "Invalid value for '--seed'"),
        (["aggregate", "pilot", "--method", "foo"], 2, "no aggregation method called 'foo'"),
        (["align", "pilot", "--gold-policy", "foo"], 2, "no gold policy called 'foo'"),
        (["align", "pilot", "--split", "foo"], 1, "has no marked instance in split 'foo'"),
        (["explain", "--explainer", "atention"], 2, "did you mean 'attention'?"),
        (["plan", "rate", "r", "--explainer", "foo"], 2, "no explainer called 'foo'"),
        (["teach", "pilot", "--seeds", "1"], 2, "Invalid value for '--seeds'"),
        (["teach", "pilot", "--weight", "0"], 2, "must be above 0, not 0.0"),
        (["teach", "pilot", "--weight", "-1"], 2, "must be above 0, not -1.0"),
    ],
)
def test_names_and_numbers_that_do_not_exist(
    at: Path, words: list[str], code: int, message: str
) -> None:
    said = konkyo(*words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err


def test_a_control_that_does_not_exist_is_refused_before_anything_is_trained(at: Path) -> None:
    settings = (at / "konkyo.toml").read_text().replace('"shuffled"', '"shufled"')
    (at / "other.toml").write_text(settings)
    said = konkyo("teach", "pilot", "--config", "other.toml")
    assert said.code == 2
    assert "no control called 'shufled'" in said.err
    assert len(done("status", "--json").json["runs"]) == 1


def test_a_reader_that_goes_away_is_no_error_to_speak_of(at: Path) -> None:
    command = f"{KONKYO} align pilot --json | head -c 1"
    said = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120)
    assert (said.stdout, said.stderr) == ("{", "")


def test_a_full_disk_is_a_sentence(at: Path) -> None:
    said = subprocess.run(
        f"{KONKYO} status --json > /dev/full", shell=True, capture_output=True, text=True
    )
    assert said.returncode == 1
    assert said.stderr == "konkyo: No space left on device\n"


def test_tables_fit_80_columns(at: Path) -> None:
    for words in (["agreement", "pilot"], ["align", "pilot"], ["aggregate", "pilot"], ["status"]):
        assert _widest_row(done(*words)) <= 80


def _widest_row(said: Said) -> int:
    """Width of the widest table row; notes, which begin with two spaces and a word, may run on."""
    lines: list[Any] = said.out.splitlines()
    rules = [n for n, line in enumerate(lines) if line.startswith(" ─")]
    return max(len(line.rstrip()) for rule in rules for line in lines[rule - 1 : rule + 3])
