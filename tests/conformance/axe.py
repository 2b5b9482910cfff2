"""axe-core in the frame of a page: what it finds wrong, one line a fault."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""What another colour scheme can change: all other rules look at the document alone."""


def faults(frame: Frame, *, colours_only: bool = False) -> list[str]:
    """Violations of the document in `frame`, each with its rule and where it is.

    The script goes into a frame once; a page that was loaded anew gets it anew.
    """
    if not frame.evaluate("typeof axe === 'object'"):
        frame.evaluate(AXE_SCRIPT)
    rules = {"type": "rule", "values": COLOURS} if colours_only else {"type": "tag", "values": TAGS}
    options: dict[str, Any] = {"runOnly": rules, "resultTypes": ["violations"]}
    found = frame.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['html'][:200]} ({_why(node)})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks)
