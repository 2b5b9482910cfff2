"""The documentation as text: pages, fenced blocks, headings and what stands between them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def all_docs() -> str:
    return "\n".join(read(path) for path in sorted(DOCS.rglob("*.md")))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without their fences."""
    return [body for kind, body in _FENCE.findall(text) if kind == language]


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def section(text: str, heading: str) -> str:
    """From a heading to the next of its level or above; empty where there is none."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$", text, re.MULTILINE)
    if found is None:
        return ""
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def marked_block(path: Path, marker: str) -> str:
    """The fenced block that follows an HTML comment with the marker."""
    after = read(path).split(marker, 1)[1]
    found = _FENCE.search(after)
    assert found is not None, f"{path} has no block after {marker!r}"
    return found.group(2)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")
        for heading in headings
    }
