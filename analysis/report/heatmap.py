"""Token heatmaps as HTML: the text as it was, with a mark around every token that counts.

Strength is told twice, by colour and by the weight of an underline, so that it survives greyscale
and colour blindness; the sign by the underline's shape; the score itself in the token's title.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from analysis.report.wording import number
from db.records import Instance

LEVELS = 5
CONTEXT = 12
MAX_TOKENS = 200
ELISION = Markup('<span class="cut"> […] </span>')

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Side(NamedTuple):
    """The scores of one side: float32, shape (T,), and signed levels, int64, shape (T,)."""

    scores: NDArray[np.float32]
    levels: Ints


def model_side(scores: NDArray[np.float32]) -> Side:
    """Levels from −5 to 5 relative to the strongest token of this text; undefined scores are 0."""
    finite = np.nan_to_num(scores.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    top = np.abs(finite).max(initial=0.0)
    return Side(scores, _levels(finite / top if top > 0 else finite))


def people_side(scores: NDArray[np.float32]) -> Side:
    """Levels from 0 to 5 of the share of workers, on the same scale in every text."""
    finite = np.nan_to_num(scores.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return Side(scores, _levels(np.clip(finite, 0.0, 1.0)))


def _levels(shares: NDArray[np.float64]) -> Ints:
    """The nearest of five levels, away from zero on a tie; below a tenth is level 0."""
    steps = np.floor(np.abs(shares) * LEVELS + 0.5 + 1e-6)
    return (np.sign(shares) * steps).astype(np.int64)


def kept(sides: tuple[Side, ...]) -> Flags:
    """Tokens to show, bool, shape (T,): all of a short text; of a long one, those near a mark.

    Of more than 200 tokens, those further than 12 from any mark are left out; if that is not
    enough, the text is cut after 200.
    """
    marked = np.any([side.levels != 0 for side in sides], axis=0)
    if len(marked) <= MAX_TOKENS:
        return np.ones(len(marked), dtype=np.bool_)
    near = np.convolve(marked, np.ones(2 * CONTEXT + 1), mode="same") > 0.5
    near[:CONTEXT] = True
    keep: Flags = near & (np.cumsum(near) <= MAX_TOKENS)
    return keep


def heatmap(instance: Instance, side: Side, keep: Flags) -> list[Markup]:
    """The text of an instance with its marks, or both texts of a pair."""
    first = len(instance.offsets)
    texts = [_marked(instance.text, instance.offsets, side, keep, 0)]
    if instance.text_pair is not None and instance.offsets_pair is not None:
        texts.append(_marked(instance.text_pair, instance.offsets_pair, side, keep, first))
    return texts


def _marked(text: str, spans: NDArray[np.int32], side: Side, keep: Flags, start: int) -> Markup:
    """One text: what lies between tokens is kept too, except beside tokens that are left out."""
    parts: list[Markup] = []
    end, cut = 0, False
    for i, (a, b) in enumerate(spans.tolist(), start):
        if keep[i]:
            parts.append(ELISION if cut else escape(text[end:a]))
            parts.append(_token(text[a:b], int(side.levels[i]), float(side.scores[i])))
        cut, end = not keep[i], b
    parts.append(ELISION if cut else escape(text[end:]))
    return Markup("").join(parts)


def _token(word: str, level: int, score: float) -> Markup:
    if level == 0:
        return escape(word)
    name = f"m{level}" if level > 0 else f"n{-level}"
    return Markup('<mark class="{}" title="{}">{}</mark>').format(name, number(score), word)


def top_tokens(scores: NDArray[np.float32], k: int) -> Flags:
    """The k highest scores above zero, bool, shape (T,); ties go to the earlier token."""
    order = np.argsort(-np.where(np.isfinite(scores), scores, -np.inf), kind="stable")
    chosen = np.zeros(len(scores), dtype=np.bool_)
    chosen[order[:k]] = True
    return np.asarray(chosen & (scores > 0), dtype=np.bool_)
