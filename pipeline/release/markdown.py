"""Pieces of Markdown: other people's words verbatim, tables, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence


def verbatim(words: str) -> str:
    """Words in a fence that is longer than any inside them."""
    runs = [len(run) for run in re.findall(r"`+", words)]
    fence = "`" * max(3, 1 + max(runs, default=0))
    return f"{fence}text\n{words.strip(chr(10))}\n{fence}"


def line(words: str) -> str:
    """Words within a line of ours: nothing in them is taken for Markdown or HTML."""
    flat = " ".join(words.split())
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", flat)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells have to be safe already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def bullets(lines: Sequence[str]) -> str:
    """One bullet a line."""
    return "\n".join(f"- {one}" for one in lines)


def blocks(parts: Sequence[str]) -> str:
    """Parts with an empty line between them; empty parts are left out."""
    return "\n\n".join(part for part in parts if part) + "\n"
