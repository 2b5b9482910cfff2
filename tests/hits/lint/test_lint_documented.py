"""The table of rules in the reference names what there is, all of it, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from hits.lint import CHECKS

ROOT = Path(__file__).parents[3]
SAID = re.compile(r"""(?:finding\(|Slip\(|_broken\(|Finding\([^"]*)\s*"([a-z]+(?:-[a-z]+)+)""")
PAIRED = re.compile(r'\(\w+, "([a-z-]+)", _\w+\)')


def test_every_rule_is_documented_and_no_other() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "hits" / "lint").glob("*.py")]
    said = {rule for text in sources for rule in SAID.findall(text) + PAIRED.findall(text)}
    said |= {rule for text in sources for rule in re.findall(r'(?:finding|Slip)\(\s*"(\w+)"', text)}
    reference = (ROOT / "docs" / "commands.md").read_text("utf-8")
    section = reference.split("### konkyo lint")[1].split("\n### ")[0]
    table = section.split("| rules | about |")[1]
    documented = {rule for line in table.splitlines() if line.startswith("| `")
                  for rule in re.findall(r"`([a-z-]+)`", line.split("|")[1])}  # fmt: skip
    assert documented == said


def test_every_file_of_a_check_is_in_the_table() -> None:
    folder = ROOT / "hits" / "lint"
    checks = {
        path.stem for path in folder.glob("*.py") if "\ndef check(" in path.read_text("utf-8")
    }
    assert checks == set(CHECKS)
