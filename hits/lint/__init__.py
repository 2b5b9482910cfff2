"""What breaks in a task template, found before workers find it.

One file and one line here for each check. A check is a function `check(template)` that yields
findings; which kinds of template it has anything to say about is its own affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db.catalogue import Catalogue

if TYPE_CHECKING:
    from hits.lint.findings import Finding
    from hits.lint.template import Template

CHECKS = Catalogue(
    "check",
    {
        "forms": "hits.lint.forms:check",
        "submission": "hits.lint.submission:check",
        "study": "hits.lint.study:check",
        "declared": "hits.lint.declared:check",
        "resources": "hits.lint.resources:check",
        "cells": "hits.lint.cells:check",
        "frame": "hits.lint.frame:check",
        "size": "hits.lint.size:check",
        "labels": "hits.lint.labels:check",
        "fields": "hits.lint.fields:check",
        "images": "hits.lint.images:check",
        "viewport": "hits.lint.viewport:check",
        "characters": "hits.lint.characters:check",
        "nesting": "hits.lint.nesting:check",
        "question_form": "hits.lint.question_form:check",
        "external": "hits.lint.external:check",
    },
)


@dataclass(frozen=True)
class Report:
    """What was looked at and what was found; `bytes` is the size of the largest question, of the
    row `row` of the data (0: without data)."""

    file: str
    kind: str
    bytes: int
    row: int
    findings: tuple[Finding, ...]


def lint_file(path: Path, csv: Path | None = None) -> Report:
    """Everything that the checks find in the template at `path`, in the order of its lines.

    UsageError where there is no such file, or it or the CSV cannot be read.
    """
    from hits.lint.reading import NotXml, read_template
    from hits.lint.size import largest
    from hits.lint.table import read_table

    table = None if csv is None else read_table(csv)
    try:
        template = read_template(path, table)
    except NotXml as broken:
        return Report(path.name, "xml", path.stat().st_size, 0, (broken.finding,))
    size, row = largest(template)
    return Report(template.name, template.kind, size, row, lint(template))


def lint(template: Template) -> tuple[Finding, ...]:
    """What all the checks find, in the order of the lines; each fault once."""
    found = {finding for name in CHECKS for finding in CHECKS.load(name)(template)}
    return tuple(sorted(found))
