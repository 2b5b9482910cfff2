"""`konkyo faithfulness`: what it prints, what it refuses, and that it can be stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.project import Project, init_project, open_project
from tests.cli.support import done, konkyo
from tests.cli.test_interruption import stopped_often
from tests.cli.test_table_files import KEYS
from tests.pipeline.faithful import known_project, texts


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the model of known probabilities and its rationales."""
    folder = tmp_path_factory.mktemp("faithful")

    def make(settings: str) -> Project:
        (folder / "konkyo.toml").write_text(settings, encoding="utf-8")
        init_project(folder)
        return open_project(folder)

    known_project(make, texts(24)).engine.dispose()
    return folder


@pytest.fixture
def at(explained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(explained)
    return explained


def test_stopped_at_any_moment_it_goes_on_with_what_is_stored(at: Path) -> None:
    stopped_often("faithfulness", "--removal", "mean_embedding", "--sample", "10")
    again = done("faithfulness", "--removal", "mean_embedding", "--sample", "10", "--json").json
    assert again["probes"]["new"] == 0 and again["probes"]["known"] > 0


def test_tables_fit_a_terminal_and_controls_stand_beside(at: Path) -> None:
    said = done("faithfulness", "--infidelity", "--sample", "10")
    tables = [line for line in said.out.splitlines() if line.startswith("  ") and "[" in line]
    assert tables and max(map(len, tables)) <= 80
    for words in ("gradient", "attention, random", "random", "infidelity", "p by Holm"):
        assert words in said.out
    assert "10 instances, removal drop" in said.out
    assert "database:" in said.err


def test_the_document_has_estimates_and_contrasts(at: Path) -> None:
    document = done("faithfulness", "--explainer", "gradient", "--json").json
    keys = ["command", "run", "removal", "probes", "estimates", "contrasts", "excluded", "notes"]
    assert list(document) == keys and document["removal"] == "drop"
    assert all(set(e) == KEYS for e in document["estimates"])
    assert all(e["value"] is not None or e["note"] for e in document["estimates"])
    subjects = {e["subject"] for e in document["estimates"]}
    assert subjects == {"gradient", "random", "gradient, random weights"}
    contrast, *_ = document["contrasts"]
    assert set(contrast) == {"estimate", "against", "p", "smallest_p", "detectable", "verdict"}
    clipped = done("faithfulness", "--explainer", "gradient", "--compat", "carton", "--json").json
    assert all(0 <= e["value"] <= 1 for e in clipped["estimates"] if "normalised" in e["name"])


def test_corruption_writes_check_items_that_import_reads(at: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    document = done(
        "faithfulness", "--corruption", "--amount", "0.1", "--gold", gold, "--json"
    ).json
    keys = ["command", "run", "corrupted", "searched", "gold", "estimates", "excluded", "notes"]
    assert list(document) == keys
    lines = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    assert document["gold"] == document["corrupted"] == len(lines) > 0
    assert document["searched"] == 24
    assert {"chance", "first token", "random"} <= {e["subject"] for e in document["estimates"]}
    said = done("faithfulness", "--corruption", "--amount", "0.1", "--sample", "10")
    assert "Is the replaced token found?" in said.out and "of 10 texts" in said.out
    found = done("import", "jsonl", gold, "--db", at / "konkyo.db")
    assert f"{len(lines)} new" in found.out


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--removal", "dorp"], 2, "did you mean 'drop'"),
        (["--compat", "eraser"], 2, "there are: carton"),
        (["--explainer", "gradeint"], 2, "did you mean 'gradient'"),
        (["--sample", "999"], 2, "24 instances can be drawn; give a number from 1 to 24"),
        (["--split", "nowhere"], 1, "no instances that bilstm_attention reads in split 'nowhere'"),
        (["--explainer", "integrated_gradients"], 1, 'run "konkyo explain" first'),
        (["--run", "zzz"], 1, "no model run begins with"),
        (["--gold", "x.jsonl"], 2, "belong to --corruption"),
        (["--amount", "0.3"], 2, "belong to --corruption"),
        (["--corruption", "--removal", "drop"], 2, "leave them out"),
        (["--corruption", "--infidelity"], 2, "leave them out"),
        (["--corruption", "--amount", "2"], 2, "above 0 and below 1"),
    ],
)
def test_what_is_refused_says_why(at: Path, words: list[str], code: int, problem: str) -> None:
    said = konkyo("faithfulness", *words)
    assert said.code == code
    assert problem in " ".join(said.err.split()) and said.out == ""


def test_without_a_run_it_says_what_to_do(here: Path) -> None:
    done("init")
    said = konkyo("faithfulness")
    assert said.code == 1 and 'run "konkyo train" first' in said.err
