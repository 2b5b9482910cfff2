"""`konkyo import mturk` at the command line: guess, propose, edit, import."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.support import done, konkyo

ROWS = """\
WorkerId,AssignmentStatus,Input.a,Input.b,Answer.fair
W1W1W1,Approved,a cold soup,a warm stew,1
W2W2W2,Approved,a cold soup,a warm stew,2
W3W3W3,Rejected,a cold soup,a warm stew,2
W4W4W4,Approved,a cold soup,a warm stew,x
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("KONKYO_CONFIG", "KONKYO_DB"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "results.csv").write_text(ROWS)
    return tmp_path


def test_a_proposal_needs_no_project_and_stands_alone_on_stdout(folder: Path) -> None:
    said = done("import", "mturk", "results.csv", "--propose")
    assert tomllib.loads(said.out)["questions"]["fair"]["column"] == "Answer.fair"
    assert "??? no column is certainly the text; it could be Input.a or Input.b" in said.out
    assert sorted(path.name for path in folder.iterdir()) == ["results.csv"]


def test_what_cannot_be_guessed_says_what_to_run_and_the_edited_proposal_is_read(
    folder: Path,
) -> None:
    done("init")
    said = konkyo("import", "mturk", "results.csv")
    assert said.code == 1
    assert 'run "konkyo import mturk FILE --propose > mapping.toml"' in said.err
    proposed = done("import", "mturk", "results.csv", "--propose").out
    edited = proposed.replace('text = "Input.a"', 'text = "Input.a"\ntext_pair = "Input.b"')
    edited = edited.replace('read = "text"', 'read = "number"')
    edited = edited.replace('read = "choice"', 'read = "number"')
    edited = edited.replace('[shown]\nb = "Input.b"', "")
    (folder / "mapping.toml").write_text(edited)
    found = done("import", "mturk", "results.csv", "--mapping", "mapping.toml", "--json").json
    assert (found["instances"]["new"], found["annotations"]) == (1, 2)
    assert found["excluded"] == {
        "rejected by the requester": 1,
        "'fair' holds an answer that is no number": 1,
    }
    assert "guessed" not in " ".join(found["notes"])
    said = done("agreement", "--json")
    assert {e["subject"] for e in said.json["estimates"]} >= {"fair"}
    # What the import set aside stands beside the agreement of the rest.
    assert said.json["excluded"]["selection: rejected by the requester"] == 1


def test_a_guess_is_said_aloud(folder: Path) -> None:
    done("init")
    said = done("import", "mturk", "results.csv", "--text", "Input.a", "--text-pair", "Input.b")
    assert "guessed from the columns: text from Input.a and Input.b" in said.out


@pytest.mark.parametrize("arguments", [("csv",), ("mturk", "--mapping", "mapping.toml")])
def test_a_proposal_is_for_mturk_without_a_mapping(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    format_name, *options = arguments
    said = konkyo("import", format_name, "results.csv", "--propose", *options)
    assert said.code == 2
    assert "--propose guesses a mapping" in said.err
