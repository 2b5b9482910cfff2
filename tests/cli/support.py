"""The command line as tests use it: run a command in this process, see what it said and where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

from pipeline.cli.main import app
from tests.support.data import reviews

TINY = """\
[model]
embedding_dim = 8
hidden_dim = 4
epochs = 3

[study]
items_per_hit = 6
minutes = 5

[analysis]
bootstrap = 50

[teach]
seeds = 2
controls = ["shuffled"]

[market]
"""
"""Settings with which every command takes moments; `[market]` stands last and open."""


OPTIONS = """
[explain.options.lime]
samples = 30
baseline = "mean embedding"
[explain.options.kernel_shap]
samples = 30
[explain.options.gradient_shap]
samples = 3
[explain.options.learned_mask]
epochs = 1
[explain.options.mutual_information]
components = 1
restarts = 1
"""
"""Options of explainers, which make them quick."""


def leaf_commands(group: Any = None, prefix: str = "") -> dict[str, Any]:
    """Every command that does something, by its full name: `train`, `market accounts add`."""
    group = typer.main.get_command(app) if group is None else group
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found |= leaf_commands(command, f"{prefix}{name} ") if inner else {prefix + name: command}
    return found


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, its results and its messages."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout; NaN and Infinity are no JSON."""
        return json.loads(self.out, parse_constant=_refuse)


def konkyo(*words: str | Path, answer: str | None = None) -> Said:
    """Run `konkyo WORDS` in this process; `answer` is what the person types."""
    found = CliRunner().invoke(app, [str(word) for word in words], input=answer)
    return Said(found.exit_code, found.stdout, found.stderr)


def done(*words: str | Path, answer: str | None = None) -> Said:
    """The same, for a command that has to succeed."""
    said = konkyo(*words, answer=answer)
    assert said.code == 0, said.err or said.out
    return said


def write_reviews(path: Path, n: int = 60, seed: int = 0) -> Path:
    """Tiny reviews as JSON lines, their telling words marked by one author."""
    made, evidence = reviews(n, seed)
    lines = [
        {
            "text": one.text,
            "label": one.label,
            "split": one.split,
            "annotations": [{"worker": "author", "label": one.label, "marks": evidence[one.id]}],
        }
        for one in made
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def write_settings(folder: Path, url: str, more: str = "") -> None:
    """A settings file for an endpoint at `url`; `more` are further lines of `[market]`."""
    text = f'{TINY}endpoint_url = "{url}"\n{more}'
    (folder / "konkyo.toml").write_text(text, encoding="utf-8")


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
