"""What can be shown on a page: texts, pairs, images, feature rows and lists of words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from db.errors import KonkyoError
from db.words import counted

Span = tuple[int, int]
PanelKind = Literal["text", "pair", "image", "row", "words"]
Hue = Literal["blue", "orange"]
PLAIN = "plain"

PRESENTATIONS: Mapping[str, tuple[str, ...]] = {
    "text": (PLAIN, "heat", "bars", "top", "marks"),
    "pair": (PLAIN, "heat", "bars", "top", "marks"),
    "image": (PLAIN, "heat", "boxes", "top", "only"),
    "row": (PLAIN, "heat", "bars", "top"),
    "words": (PLAIN, "bars"),
}
"""In which ways a rationale can be shown on each kind of panel."""


class StudyError(KonkyoError):
    """Something cannot be put before people as asked; names the item and what is wrong."""


@dataclass(frozen=True)
class Picture:
    """An image as a page shows it: `src` is a data URI or an address; sizes are in pixels."""

    src: str
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True)
class Panel:
    """One thing that is shown, perhaps with a rationale on it.

    `offsets` are half-open code-point spans of the tokens in `text`; the tokens of `text_pair`
    count on after them. `sentences` are the first tokens of the
    sentences, where sentences are marked whole. `names` and `values` are a feature row, `words` a
    list of words. `scores`
    is a rationale in the explainer's own scale: one number a token, feature or word, or one a
    cell of `grid` (rows, columns) over an image, row by row. The page shows positive parts only,
    relative to the largest, and they reach it unless `presentation` is "plain". `label` is the
    answer that the rationale is meant to support, `caption` the words over the panel.
    """

    kind: PanelKind
    text: str = ""
    offsets: tuple[Span, ...] = ()
    text_pair: str | None = None
    offsets_pair: tuple[Span, ...] | None = None
    picture: Picture | None = None
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    sentences: tuple[int, ...] = ()
    scores: tuple[float, ...] | None = None
    grid: tuple[int, int] | None = None
    presentation: str = PLAIN
    label: str | None = None
    caption: str = ""
    hue: Hue = "blue"

    def __post_init__(self) -> None:
        """Refuse a panel whose parts do not belong together."""
        if (self.text_pair is None) != (self.offsets_pair is None):
            raise StudyError("text_pair and offsets_pair come together")
        for text, spans in self.parts:
            _check_spans(text, spans)
        if len(self.names) != len(self.values):
            raise StudyError(f"{len(self.names)} feature names for {len(self.values)} values")
        if self.presentation not in PRESENTATIONS[self.kind]:
            there = ", ".join(PRESENTATIONS[self.kind])
            raise StudyError(
                f"no presentation {self.presentation!r} of this kind (there are: {there})"
            )
        if self.scores is not None:
            _check_scores(self.scores, self.n_scores)

    @property
    def parts(self) -> list[tuple[str, tuple[Span, ...]]]:
        """The texts in order, each with the spans of its tokens: one, or two for a pair."""
        if self.kind not in ("text", "pair"):
            return []
        first = [(self.text, self.offsets)]
        if self.text_pair is None or self.offsets_pair is None:
            return first
        return [*first, (self.text_pair, self.offsets_pair)]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words of both texts, of the list, or the names of the features."""
        if self.kind == "words":
            return self.words
        if self.kind == "row":
            return self.names
        return tuple(text[a:b] for text, spans in self.parts for a, b in spans)

    @property
    def n_scores(self) -> int:
        """How many numbers a rationale of this panel has."""
        if self.kind == "image":
            return self.grid[0] * self.grid[1] if self.grid else 0
        return len(self.tokens)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        if self.kind in ("text", "pair"):
            return not any(spans for _, spans in self.parts)
        return self.picture is None if self.kind == "image" else not self.tokens


def _check_spans(text: str, spans: Sequence[Span]) -> None:
    end = 0
    for start, stop in spans:
        if not end <= start < stop <= len(text):
            raise StudyError(
                f"span [{start}, {stop}) is empty, out of order or outside its text of "
                f"{len(text)} characters"
            )
        end = stop


def _check_scores(scores: Sequence[float], wanted: int) -> None:
    if len(scores) != wanted:
        raise StudyError(f"{counted(len(scores), 'score')} for {wanted} tokens, features or cells")
    if not all(math.isfinite(score) for score in scores):
        raise StudyError("a score is not a finite number")


@dataclass(frozen=True)
class Choice:
    """An answer that belongs to an item alone: words, or one of its panels (from 0)."""

    text: str = ""
    panel: int | None = None


@dataclass(frozen=True)
class ShownItem:
    """Everything a page may know of an item: never the gold answer, nor who explained.

    A practice item alone carries its known answer, to be shown after the worker's own.
    """

    id: str
    panels: tuple[Panel, ...]
    choices: tuple[Choice, ...] = ()
    phase: str = ""
    practice: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse a choice that points to no panel."""
        for choice in self.choices:
            if choice.panel is not None and not 0 <= choice.panel < len(self.panels):
                raise StudyError(f"item {self.id!r}: a choice shows the panel {choice.panel}")
