"""What the packages import is what an installation brings: everything else is an extra, said so."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("analysis", "db", "hits", "pipeline")
HALVES = {"botocore": "boto3"}
"""Distributions that another one, which is declared, fixes and documents as its own lower half."""


def plain(requirement: str) -> str:
    """The name in a requirement, as packages are compared: lower case, dashes."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def declared() -> tuple[set[str], set[str]]:
    """Distributions that an installation brings, and those of extras for users."""
    with (ROOT / "pyproject.toml").open("rb") as lines:
        project = tomllib.load(lines)["project"]
    extras = project["optional-dependencies"]
    offered = [name for extra in extras if extra not in ("test", "bench") for name in extras[extra]]
    return {plain(r) for r in project["dependencies"]}, {plain(r) for r in offered}


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Top-level names that a file imports when it runs, and whether only inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.unparse(outer.test)
        for inner in ast.walk(outer)
    }
    within = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            yield name.partition(".")[0], id(node) in within


def test_whatever_is_imported_is_declared() -> None:
    brought, offered = declared()
    known = packages_distributions()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for name, late in imported(path):
                if name in sys.stdlib_module_names or name in PACKAGES:
                    continue
                whose = {plain(one) for one in known.get(name, [])}
                whose |= {HALVES[one] for one in whose & HALVES.keys()}
                where = f"{path.relative_to(ROOT)} imports {name}"
                assert whose, f"{where}, which nothing here brings"
                allowed = brought | (offered if late else set())
                assert whose & allowed, f"{where}, which is no dependency (of {sorted(whose)})"
