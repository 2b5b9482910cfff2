"""A settings file that is wrong: exit 2, and a sentence that names the file, the setting, the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import konkyo


def with_settings(here: Path, text: str | bytes) -> str:
    """What `status` says of a settings file; it has to be wrong usage."""
    content = text.encode() if isinstance(text, str) else text
    (here / "konkyo.toml").write_bytes(content)
    said = konkyo("status")
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("konkyo: konkyo.toml")
    return said.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("broken [", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
        ("[stduy]\n", "no setting 'stduy'; did you mean 'study'? (there are: project,"),
        ("[study]\nwrokers = 3\n", "no setting 'study.wrokers'; did you mean 'workers'?"),
        ('[study]\nworkers = "three"\n', "'study.workers' should be a valid integer"),
        ("[study]\nworkers = 0\n", "'study.workers' should be greater than or equal to 1, not 0"),
        ('[study]\nreward = "NaN"\n', "'study.reward' should be a finite number"),
        ('[study]\nreward = "0.405"\n', "'study.reward' should have no more than 2 decimal"),
        ("[study]\nminutes = inf\n", "'study.minutes' should be a finite number"),
        ("[project]\nseed = -3\n", "'project.seed' should be greater than or equal to 0"),
        ("study = 3\n", "'study' must be a table: begin it with [study]"),
    ],
)
def test_the_fault_is_named(here: Path, text: str | bytes, message: str) -> None:
    assert message in with_settings(here, text)


def test_without_settings_the_way_to_make_them_is_named(here: Path) -> None:
    said = konkyo("status")
    assert said.code == 2
    assert 'run "konkyo init"' in said.err


def test_a_settings_file_that_is_named_has_to_be_there(here: Path) -> None:
    said = konkyo("status", "--config", "nowhere.toml")
    assert said.code == 2
    assert "there is no settings file nowhere.toml" in said.err
