"""What a feature is called: the words, or patches, that activate it most.

Kuwajima et al. have people name features; naming by the strongest inputs is ours (as Zhou et al.,
2015, show units of a scene network).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.ragged import Ragged

CHUNK = 4_000_000
"""How many numbers a temporary array may hold."""

Over = Literal["mean", "max"]


@dataclass(frozen=True, eq=False)
class FeatureNames:
    """`words`: ragged int64, J rows, indices into `vocabulary`, strongest first; `strengths`:
    ragged float64 likewise, above 0. A feature that nothing activates has no names."""

    words: Ragged
    strengths: Ragged
    vocabulary: tuple[str, ...]

    @property
    def named(self) -> NDArray[np.bool_]:
        """Whether each feature has a name: bool, shape (J,)."""
        return self.words.lengths > 0

    def of(self, feature: int) -> tuple[str, ...]:
        """The names of one feature, strongest first; () where it has none."""
        return tuple(self.vocabulary[word] for word in self.words[feature].tolist())


def name_features(
    units: Sequence[str],
    activations: NDArray[np.floating],
    names: int = 3,
    at_least: int = 1,
    over: Over = "mean",
) -> FeatureNames:
    """Name J features by the units (words, or the names of patches) of all instances, end to end.

    `units`: U of them (the flat values of a ragged array), `activations`: of each feature by each
    unit, shape (U, J). Words that differ only in case are one, written as they first stand. The
    strength of a word is the mean or the max of its activations. Words seen fewer than `at_least`
    times name nothing: one odd occurrence is no meaning. Empty words and those with "|", which
    stands between words in lists, name nothing either. Of equal words the first seen is first.
    """
    if activations.ndim != 2 or len(activations) != len(units):
        raise DataError(f"{len(units)} units need activations (U, J), not {activations.shape}")
    if names < 1 or at_least < 1 or over not in ("mean", "max"):
        raise DataError('names and at_least must be 1 or more, and over "mean" or "max"')
    if not np.isfinite(activations).all():
        raise DataError("activations are not finite")
    codes, vocabulary = _coded(units)
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]
    counts = np.bincount(codes[known], minlength=len(vocabulary))
    strengths = _by_word(activations, order, counts, over)
    strengths[counts < at_least] = 0.0
    best = np.argsort(-strengths, axis=0, kind="stable")[:names].T
    values = np.take_along_axis(strengths.T, best, axis=1)
    speaks = values > 0
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(speaks.sum(axis=1))])
    words = Ragged(best[speaks].astype(np.int64), offsets)
    return FeatureNames(words, Ragged(values[speaks], offsets), vocabulary)


def _coded(units: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A number for each unit, in the order of their first appearance; −1 names nothing."""
    codes: dict[str, int] = {}
    written: list[str] = []
    found = np.full(len(units), -1, np.int64)
    for at, unit in enumerate(map(str.strip, units)):
        if unit and "|" not in unit:
            code = codes.setdefault(unit.lower(), len(written))
            if code == len(written):
                written.append(unit)
            found[at] = code
    return found, tuple(written)


def _by_word(
    activations: NDArray[np.floating],
    order: NDArray[np.int64],
    counts: NDArray[np.int64],
    over: Over,
) -> NDArray[np.float64]:
    """Mean or max of each word's activations, (V, J); `order` sorts the units by word."""
    n_features = activations.shape[1]
    made = np.zeros((len(counts), n_features))
    if not len(counts):
        return made
    starts = np.cumsum(counts) - counts
    step = max(1, CHUNK // len(order))
    for first in range(0, n_features, step):
        part = activations[order, first : first + step].astype(np.float64)
        if over == "max":
            made[:, first : first + step] = np.maximum.reduceat(part, starts, axis=0)
        else:
            made[:, first : first + step] = np.add.reduceat(part, starts, axis=0) / counts[:, None]
    return made
