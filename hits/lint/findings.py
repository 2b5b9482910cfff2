"""What a check says: the rule that is broken, where, and what it does to a worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One fault; lines and columns count from 1. The message ends with what to do.

    An error loses or spoils answers, or keeps a page from being published or worked on; a
    warning makes the work harder, or breaks it for some.
    """

    line: int
    column: int
    rule: str
    severity: Severity
    message: str


def count(findings: Iterable[Finding], severity: Severity) -> int:
    """How many findings are of this severity."""
    return sum(finding.severity == severity for finding in findings)
