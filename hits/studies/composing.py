"""Panels out of what the database holds: an instance, and a rationale on it."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

from db.records import Instance, Item
from hits.studies.base import Explained
from hits.studies.panels import PLAIN, Hue, Panel, Picture, ShownItem, Span, StudyError

ENDS = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*$")


def content(
    instance: Instance,
    *,
    explained: Explained | None = None,
    presentation: str = PLAIN,
    top_k: int | None = None,
    label: str | None = None,
    caption: str = "",
    hue: Hue = "blue",
    by_sentence: bool = False,
) -> Panel:
    """An instance of any kind as a panel; with `explained`, its rationale is shown on it.

    `top_k` keeps only that many of the highest positive scores (ties by position). `label` stands
    beside the panel; without it, the class that the rationale explains.
    """
    more: dict[str, Any] = {"presentation": presentation, "caption": caption, "hue": hue}
    if explained is not None:
        scores = [float(score) for score in explained.rationale.scores]
        more["scores"] = tuple(scores if top_k is None else kept(scores, top_k))
        more["label"] = explained.label if label is None else label
    elif label is not None:
        more["label"] = label
    return _CONTENT[instance.kind](instance, explained, more, by_sentence)


def kept(scores: Sequence[float], k: int) -> list[float]:
    """The `k` highest positive scores as they are, all others 0; ties go to the first."""
    chosen = set(top(scores, k))
    return [score if at in chosen else 0.0 for at, score in enumerate(scores)]


def top(scores: Sequence[float], k: int) -> list[int]:
    """Positions of the `k` highest positive scores, in their order; fewer where fewer are positive."""
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
    return sorted(at for at in order[:k] if scores[at] > 0)


def sentence_starts(tokens: Sequence[str]) -> tuple[int, ...]:
    """First tokens of the sentences: after a token that ends in a full stop or its like, where
    the next does not begin with a small letter. Abbreviations may cut a sentence in two."""
    starts = [0] if tokens else []
    for at in range(1, len(tokens)):
        if ENDS.search(tokens[at - 1]) and not tokens[at][:1].islower():
            starts.append(at)
    return tuple(starts)


def _texts(
    instance: Instance, _: Explained | None, more: dict[str, Any], by_sentence: bool
) -> Panel:
    pair = instance.offsets_pair
    if by_sentence:
        first = instance.tokens[: len(instance.offsets)]
        second = instance.tokens[len(first) :]
        after = (at + len(first) for at in sentence_starts(second))
        more = {**more, "sentences": (*sentence_starts(first), *after)}
    return Panel(
        kind="text" if pair is None else "pair",
        text=instance.text,
        offsets=_spans(instance.offsets.tolist()),
        text_pair=instance.text_pair,
        offsets_pair=None if pair is None else _spans(pair.tolist()),
        **more,
    )


def _spans(rows: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((int(start), int(stop)) for start, stop in rows)


def _image(instance: Instance, explained: Explained | None, more: dict[str, Any], _: bool) -> Panel:
    if explained is not None:
        shape = explained.rationale.shape
        if len(shape) != 2:
            raise StudyError(
                f"the rationale {explained.rationale.id} of an image has no rows and columns"
            )
        more = {**more, "grid": (shape[0], shape[1])}
    return Panel(kind="image", picture=picture(instance), **more)


def picture(instance: Instance) -> Picture:
    """The image itself, inside the page."""
    if instance.image is None or instance.size is None:
        raise StudyError(f"instance {instance.id} is no image")
    data = base64.b64encode(instance.image).decode("ascii")
    width, height = instance.size
    return Picture(f"data:{instance.media_type};base64,{data}", width, height, "The picture")


def _row(instance: Instance, _: Explained | None, more: dict[str, Any], __: bool) -> Panel:
    names = tuple(instance.features)
    values = tuple(shown_value(instance.features[name]) for name in names)
    return Panel(kind="row", names=names, values=values, **more)


def shown_value(value: str | float) -> str:
    """A feature's value as people read it: numbers to six digits."""
    return value if isinstance(value, str) else f"{value:g}"


_CONTENT = {"text": _texts, "pair": _texts, "image": _image, "row": _row}


def one_explained(item: Item, rationales: Sequence[Explained], study: str) -> Explained:
    """The one rationale of an item; StudyError where it has none or several."""
    if len(rationales) != 1:
        raise StudyError(
            f"item {item.id!r}: the study {study!r} shows one rationale, not {len(rationales)}"
        )
    return rationales[0]


def shown(item: Item, panels: Sequence[Panel], **more: Any) -> ShownItem:
    """An item with its panels, phase and, if it is a practice item, its known answer."""
    practice = dict(item.gold or {}) if item.role == "practice" else None
    return ShownItem(item.id, tuple(panels), phase=item.phase, practice=practice, **more)
