"""What every study type has in common: the item shown, the questions asked, the protocol."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from db.errors import KonkyoError
from db.records import Instance

Span = tuple[int, int]
PLAIN = "plain"


class StudyError(KonkyoError):
    """Something cannot be put before people as asked; names the item and what is wrong."""


@dataclass(frozen=True)
class ShownItem:
    """Everything a page may know of an item: never the gold answer, nor who explained.

    `offsets` are half-open code-point spans of the tokens in `text`; in a pair, `tokens` holds
    those of `text` and then those of `text_pair`. `scores` is a rationale to show, one number a
    token, in the explainer's own scale (the page shows positive parts only, relative to the
    largest); it reaches the page unless `presentation` is "plain". `label_shown` is the answer
    that the rationale is meant to support.
    """

    id: str
    tokens: tuple[str, ...]
    text: str
    offsets: tuple[Span, ...]
    text_pair: str | None = None
    offsets_pair: tuple[Span, ...] | None = None
    scores: tuple[float, ...] | None = None
    presentation: str = PLAIN
    label_shown: str | None = None

    def __post_init__(self) -> None:
        """Refuse an item whose tokens, spans and scores do not belong together."""
        if (self.text_pair is None) != (self.offsets_pair is None):
            raise StudyError(f"item {self.id!r}: text_pair and offsets_pair come together")
        cut = [text[a:b] for text, spans in self.parts for a, b in self._ordered(text, spans)]
        if tuple(cut) != self.tokens:
            raise StudyError(f"item {self.id!r}: its tokens are not the words at its offsets")
        if self.scores is not None:
            self._check_scores(self.scores)

    @property
    def n_tokens(self) -> int:
        """Tokens in both texts together: marks are positions below this number."""
        return len(self.tokens)

    @property
    def parts(self) -> list[tuple[str, tuple[Span, ...]]]:
        """The texts in order, each with the spans of its tokens: one, or two for a pair."""
        first = [(self.text, self.offsets)]
        if self.text_pair is None or self.offsets_pair is None:
            return first
        return [*first, (self.text_pair, self.offsets_pair)]

    def _ordered(self, text: str, spans: Sequence[Span]) -> Sequence[Span]:
        """The spans, once it is certain that they are in order, apart, and inside the text."""
        end = 0
        for start, stop in spans:
            if not end <= start < stop <= len(text):
                raise StudyError(
                    f"item {self.id!r}: span [{start}, {stop}) is empty, out of order or outside "
                    f"its text of {len(text)} characters"
                )
            end = stop
        return spans

    def _check_scores(self, scores: Sequence[float]) -> None:
        if len(scores) != len(self.tokens):
            raise StudyError(
                f"item {self.id!r}: {len(scores)} scores for {len(self.tokens)} tokens"
            )
        if not all(math.isfinite(score) for score in scores):
            raise StudyError(f"item {self.id!r}: a score is not a finite number")


def shown_item(
    item_id: str,
    instance: Instance,
    *,
    scores: Sequence[float] | None = None,
    presentation: str = PLAIN,
    label_shown: str | None = None,
) -> ShownItem:
    """What a page may know of `instance` when it is put before people as item `item_id`."""
    pair = instance.offsets_pair
    return ShownItem(
        id=item_id,
        tokens=tuple(instance.tokens),
        text=instance.text,
        offsets=_spans(instance.offsets.tolist()),
        text_pair=instance.text_pair,
        offsets_pair=None if pair is None else _spans(pair.tolist()),
        scores=None if scores is None else tuple(float(score) for score in scores),
        presentation=presentation,
        label_shown=label_shown,
    )


def _spans(rows: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((int(start), int(stop)) for start, stop in rows)


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen: the value that is stored, and the words that are shown."""

    value: str | int
    text: str


@dataclass(frozen=True)
class Question:
    """One thing that is asked: the name it is stored under, its words, and its measurement level.

    A "set" question is answered with a sorted list of token positions and has no options.
    """

    name: str
    text: str
    level: Literal["nominal", "ordinal", "set"]
    options: tuple[Option, ...] = ()

    @property
    def values(self) -> list[str | int]:
        """The values that can be chosen, in the order in which they are shown."""
        return [option.value for option in self.options]


class Study(Protocol):
    """One study type: what is asked, how an answer is read, which template shows it.

    `name` and the question names are stored in databases and never renamed; a change of what is
    asked or how it is read raises `version`. `presentations` are the ways in which an item of
    this study may be shown. `title` and `instructions` are what a campaign says that has none of
    its own; instructions take the few marks of `hits.templates.prose`.
    """

    name: str
    version: int
    template: str
    title: str
    instructions: str
    presentations: tuple[str, ...]

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with every default filled in; ConfigError names what is wrong."""

    def check_item(self, item: ShownItem) -> None:
        """StudyError where this study cannot show `item`."""

    def questions(self, settings: Mapping[str, Any]) -> tuple[Question, ...]:
        """What is asked of each item, in order."""

    def read(
        self, answer: Mapping[str, Any], n_tokens: int, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Question name → value, from one item of an answer; AnswerError says what is wrong.

        `settings` have passed `check_settings` once; they are not checked again for every item.
        """


def check_item(item: ShownItem, presentations: Sequence[str], study: str) -> None:
    """What every study on words asks of an item: some words, and a way of showing it knows."""
    if item.presentation not in presentations:
        raise StudyError(
            f"item {item.id!r}: the study {study!r} has no presentation {item.presentation!r} "
            f"(there are: {', '.join(presentations)})"
        )
    if not item.tokens:
        raise StudyError(f"item {item.id!r} has no words; leave it out of the campaign")
