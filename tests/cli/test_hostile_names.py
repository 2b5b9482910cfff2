"""Labels and names that would steer the terminal, or pass for markup, are shown as they are."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.support import done, konkyo


def write(path: Path, label: str) -> Path:
    """Two people on four texts; one of them always says `label`."""
    rows = [
        {
            "text": f"text {n}",
            "annotations": [
                {"worker": "a[/]", "label": label, "marks": [0]},
                {"worker": "b", "label": "plain", "marks": [1]},
            ],
        }
        for n in range(4)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="ascii")
    return path


def test_labels_with_escape_sequences_and_markup(here: Path) -> None:
    done("init")
    for number, (label, shown) in enumerate(
        [("\x1b[31mred", "\\x1b[31mred"), ("[bold]b[/]", "[bold]b[/]"), ("\x9bX", "\\x9bX")]
    ):
        name = f"c[red]{number}"
        said = done("import", "jsonl", write(here / f"{number}.jsonl", label), "--name", name)
        assert f"campaign '{name}'" in said.out
        said = done("agreement", name, "--bootstrap", "0")
        assert shown.split("[")[-1] in said.out
        assert "\x1b" not in said.out + said.err
        document = done("agreement", name, "--bootstrap", "0", "--json").json
        assert f"label: {label}" in {estimate["subject"] for estimate in document["estimates"]}
        done("report", name)
        assert "\x1b" not in (here / "report.html").read_text(encoding="utf-8")


def test_file_names_in_messages(here: Path) -> None:
    done("init")
    said = konkyo("import", "jsonl", "no\x1b[31m[bold]file.jsonl")
    assert said.code == 1
    assert "no\\x1b[31m[bold]file.jsonl: there is no such file" in said.err


def test_half_a_character_is_no_label(here: Path) -> None:
    done("init")
    said = konkyo("import", "jsonl", write(here / "half.jsonl", "lo\ud800ne"))
    assert (said.code, said.out) == (1, "")
    assert "'lo\\ud800ne' is no label, split or name" in said.err
    assert done("status", "--json").json["instances"] == 0
