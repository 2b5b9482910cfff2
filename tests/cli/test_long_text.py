"""A text of 100,000 tokens beside short ones: imported, learned and explained, in little memory."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from db.store import rationales, runs
from pipeline.project import open_project

TOKENS = 100_000
MOST = 1.5e9
"""Bytes that a command may hold."""
SETTINGS = """\
[model]
kind = "mean_attention"
embedding_dim = 8
hidden_dim = 4
epochs = 1
batch_size = 2
"""


def text(rng: random.Random, n: int, told: str) -> str:
    words = rng.choices(["soup", "bread", "table", "room"], k=n)
    words[n // 2] = told
    return " ".join(words)


ALL = """
import sys
from pipeline.cli.main import app
for line in sys.stdin:
    app(line.split(), standalone_mode=False)
"""
"""Commands of one process, so that torch is imported once."""


def held_by(folder: Path, commands: str) -> tuple[str, int]:
    """What the commands said on stderr, and the most bytes that their process held."""
    (folder / "commands.txt").write_text(commands, encoding="utf-8")
    with (folder / "commands.txt").open() as given, (folder / "said.txt").open("w+") as said:
        child = subprocess.Popen(
            [sys.executable, "-c", ALL],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        found = said.read()
    assert child.returncode == 0, found
    return found, used.ru_maxrss * 1024


def test_a_text_of_a_hundred_thousand_tokens(tmp_path: Path) -> None:
    rng = random.Random(0)
    (tmp_path / "konkyo.toml").write_text(SETTINGS, encoding="utf-8")
    lines = [
        {"text": text(rng, n, told), "label": told}
        for n in (4, 5, 6, 7, 8, 9)
        for told in ("good", "bad")
    ]
    lines.append({"text": text(rng, TOKENS, "good"), "label": "good"})
    written = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "texts.jsonl").write_text(written, encoding="utf-8")
    names = ("attention", "gradient", "saliency_l2")
    explain = " ".join(f"--explainer {name}" for name in names)
    said, held = held_by(tmp_path, f"init\nimport jsonl texts.jsonl\ntrain\nexplain {explain}\n")
    assert held < MOST
    assert "hours" not in said
    project = open_project(tmp_path / "konkyo.toml")
    found = rationales.read(project.engine, runs.find(project.engine, None).id, names)
    assert len(found) == len(lines) * len(names)
    assert sum(len(one.scores) == TOKENS for one in found) == len(names)
    project.engine.dispose()
