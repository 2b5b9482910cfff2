"""Made-up batches to try a model of the user's own on: one instance, and the same among others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.models.batches import Batch, Row, collate
from pipeline.models.encoding import Encoding
from pipeline.models.features import Features
from pipeline.models.pixels import Pixels
from pipeline.models.vocabulary import PRESENT, Vocabulary


class TrialBatches(NamedTuple):
    """`alone`: one instance; `together`: it, and others after it, longer where they can be."""

    alone: Batch
    together: Batch


def trial_batches(encoding: Encoding, pair: bool) -> TrialBatches:
    """Texts of 2 and 5 tokens (each with a second of 2 in a pair), two pictures, or two rows."""
    if isinstance(encoding, Vocabulary):
        second = 2 if pair else 0
        return _of([_text(len(encoding), length, second) for length in (2, 5)])
    if isinstance(encoding, Pixels):
        units, numbers = encoding.grid**2, encoding.patch**2 * encoding.channels
        shape = (2, units, numbers)
        levels = np.arange(np.prod(shape), dtype=np.int64).reshape(shape) * 37 % 256
        return _of([_all_there(values) for values in levels.astype(np.uint8)])
    if isinstance(encoding, Features):
        shape = (2, len(encoding.read), encoding.width)
        values = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
        return _of([_all_there(one) for one in values])
    raise TypeError(f"there is no trial for {type(encoding).__name__}")


def _of(rows: Sequence[Row]) -> TrialBatches:
    return TrialBatches(collate(rows[:1]), collate(rows))


def _text(n_words: int, first: int, second: int) -> Row:
    ids = np.arange(first + second, dtype=np.int64) % max(n_words - 1, 1) + 1
    return Row("", ids, first, second, label=0)


def _all_there(values: NDArray[Any]) -> Row:
    return Row("", np.full(len(values), PRESENT, dtype=np.int64), len(values), 0, 0, values=values)
