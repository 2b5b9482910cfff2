"""Help: every command has it, it fits a terminal, and it comes without the heavy libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.support import konkyo, leaf_commands

COMMANDS = sorted(leaf_commands())
HEAVY = ("torch", "captum", "pandas", "numpy", "sklearn", "boto3", "sqlalchemy", "matplotlib")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_within_80_columns(command: str) -> None:
    said = konkyo(*command.split(), "--help")
    assert said.code == 0
    assert f"konkyo {command}" in said.out
    assert max(len(line) for line in said.out.splitlines()) <= 80
    assert said.err == ""


def test_help_lists_every_command() -> None:
    listed = konkyo("--help").out
    assert all(f" {command.split()[0]} " in listed for command in COMMANDS)


def test_without_a_command_the_help_is_shown_and_it_is_wrong_usage() -> None:
    said = konkyo()
    assert said.code == 2
    assert "Usage: konkyo" in said.out


def test_an_unknown_command_is_wrong_usage() -> None:
    said = konkyo("nonsense")
    assert said.code == 2
    assert "No such command 'nonsense'" in said.err


@pytest.mark.parametrize("words", [["--help"], ["agreement", "--help"], ["train", "--help"]])
def test_help_loads_no_heavy_library(words: list[str]) -> None:
    script = (
        "import sys\n"
        "from pipeline.cli.main import app\n"
        f"try: app({words!r})\n"
        "except SystemExit: pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert run.stderr.strip() == "[]"
