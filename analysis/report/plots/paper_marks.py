"""What plots on paper share: shapes and hatches that a grey copy keeps, and words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from analysis.report.wording import OVER, confidence
from db.records import Estimate

BLACK, GREY = "#1a1a1a", "#6b6b6b"
MARKERS = (("o", BLACK, BLACK), ("D", GREY, "white"))
"""Shape, edge and filling of each series."""
HATCHES = (
    ("#2f6f9f", ""),
    ("#f0c9a0", "////"),
    ("#8a8a8a", "...."),
    ("#dcdcec", "xxxx"),
    ("#4a4a4a", "\\\\\\\\"),
    ("white", "----"),
)
"""Filling and hatch of each layer, of unlike lightness."""


def interval_words(found: Sequence[Estimate]) -> str:
    """`95% interval over units`, from the first estimate that has one; else empty."""
    sure = next((e for e in found if e.low is not None), None)
    return "" if sure is None else f"{confidence(sure)} interval {OVER[sure.over]}".strip()


def shortened(text: str, letters: int) -> str:
    """The text on one line, cut with an ellipsis where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= letters else line[: letters - 1] + "…"


def lines(text: str, letters: int) -> str:
    """The text broken between words into lines of up to so many letters."""
    return "\n".join(textwrap.wrap(text, letters))
