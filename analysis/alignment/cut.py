"""Cutting a map of scores at its k highest tokens, and what becomes of ties at the cut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.alignment.base import Cut, Golds, KPolicy
from analysis.arrays import Bools, Floats, Ints, Ranked, rank_rows
from db.errors import UsageError

DRAWS = 10
"""Random choices that a score over random ties is averaged over, where it has no formula."""


def choose_k(policy: KPolicy, golds: Golds) -> Ints:
    """How many tokens each map is cut to: int64, shape (G,), from 1 to the gold's tokens.

    "instance": as many as the gold marks (a soft gold: the sum of its shares, rounded); "mean":
    the mean of that over the golds, rounded, as ERASER does (DeYoung et al. 2020); a whole number;
    or a share of the tokens, above 0 and below 1, rounded up.
    """
    length = golds.values.lengths
    if policy == "instance":
        k = np.floor(golds.marked + 0.5)
    elif policy == "mean":
        k = np.full(len(length), np.floor(golds.marked.mean() + 0.5) if len(length) else 1)
    elif isinstance(policy, (str, bool)) or policy <= 0:
        raise UsageError(f"k is 'instance', 'mean', a whole number or a share, not {policy!r}")
    elif isinstance(policy, float) and policy < 1:
        k = np.ceil(policy * length - 1e-9)
    elif policy == int(policy):
        k = np.full(len(length), int(policy))
    else:
        raise UsageError(f"k must be a whole number or a share below 1, not {policy!r}")
    return np.minimum(np.maximum(k.astype(np.int64), 1), length)


def inclusion(scores: Floats, golds: Golds, cut: Cut) -> Floats:
    """The probability that each token is among the k highest: float64, shape (N,).

    0 or 1 where ties fall by position; else tied tokens at the cut share the places left.
    """
    ranked = _from_the_top(scores, golds)
    k = np.repeat(cut.k, golds.values.lengths)
    if cut.ties == "position":
        return (_places(ranked.order, golds) < k).astype(np.float64)
    return np.asarray(np.clip((k - ranked.low) / (ranked.high - ranked.low), 0.0, 1.0))


def selections(scores: Floats, golds: Golds, cut: Cut) -> Iterator[Bools]:
    """The k highest tokens, bool, shape (N,): once by position, else `DRAWS` random choices."""
    ranked = _from_the_top(scores, golds)
    k = np.repeat(cut.k, golds.values.lengths)
    if cut.ties == "position":
        yield _places(ranked.order, golds) < k
        return
    rng = np.random.default_rng(cut.seed)
    row = golds.values.row_ids * (1.0 + golds.values.lengths.max(initial=0))
    for _ in range(DRAWS):
        jitter = rng.random(len(scores))
        if cut.ties == "runs":
            jitter = _in_text_order(ranked, golds, rng)
        order = np.argsort(row + ranked.low + jitter)
        yield _places(order.astype(np.int64), golds) < k


def tied_cuts(scores: Floats, golds: Golds, k: Ints) -> int:
    """Golds whose cut falls between tokens of equal score."""
    ranked = _from_the_top(scores, golds)
    each_k = np.repeat(k, golds.values.lengths)
    split = (ranked.low < each_k) & (each_k < ranked.high)
    return len(np.unique(golds.values.row_ids[split]))


def _from_the_top(scores: Floats, golds: Golds) -> Ranked:
    return rank_rows(-scores, golds.values.offsets)


def _places(order: Ints, golds: Golds) -> Ints:
    """The place of each token in its row, from 0, when rows are put in the given order."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return np.asarray(place - np.repeat(golds.values.offsets[:-1], golds.values.lengths))


def _in_text_order(ranked: Ranked, golds: Golds, rng: np.random.Generator) -> Floats:
    """Below 1, rising along tied tokens from a random one of them, round and round."""
    size = ranked.high - ranked.low
    along = _places(ranked.order, golds) - ranked.low
    start = np.floor(np.repeat(rng.random(len(golds.values)), golds.values.lengths) * size)
    return np.asarray(((along - start) % size) / size)
