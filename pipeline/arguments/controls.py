"""What should not fit: the same words beside a wrong label, and the words of another class.

`verify` draws both by itself when it is planned from an attribute. These are for studies planned
elsewhere, and for telling beforehand which instances can have a control at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError

Ints = NDArray[np.int64]


def wrong_labels(target: Ints, n_classes: int, seed: int = 0) -> Ints:
    """For each instance a class that is not its answer, each of the others as likely: (N,)."""
    if n_classes < 2:
        raise DataError("a wrong label needs at least two classes")
    _check(target, n_classes)
    steps = np.random.default_rng(seed).integers(1, n_classes, size=len(target))
    return (target + steps) % n_classes


def shuffled(target: Ints, lists: Sequence[Sequence[str]], seed: int = 0) -> Ints:
    """For each instance the number of another whose list it borrows, −1 where there is none: (N,).

    The lender's answer is another class, and its list has a word that the borrower's own has not
    (case aside): one of the same class, or of the same words, may well fit. Chance decides, list
    by list; a list may be lent twice. Instances without words neither lend nor borrow.
    """
    if len(lists) != len(target):
        raise DataError(f"{len(target)} instances need as many lists of words, not {len(lists)}")
    _check(target, None)
    rng = np.random.default_rng(seed)
    words = [frozenset(word.lower() for word in row) for row in lists]
    holders = np.array([at for at, row in enumerate(words) if row], dtype=np.int64)
    lender = np.full(len(target), -1, np.int64)
    pools = {c: holders[target[holders] != c] for c in np.unique(target[holders]).tolist()}
    for at in holders.tolist():
        pool = pools[int(target[at])]
        if len(pool):
            lender[at] = _strange(words, words[at], pool, rng)
    return lender


def _strange(
    words: Sequence[frozenset[str]], own: frozenset[str], pool: Ints, rng: np.random.Generator
) -> int:
    """One of the pool with a word that is not `own`; −1 where there is none."""
    for _ in range(8):  # nearly always the first draw will do
        drawn = int(rng.choice(pool))
        if words[drawn] - own:
            return drawn
    fitting = [at for at in pool.tolist() if words[at] - own]
    return int(rng.choice(fitting)) if fitting else -1


def _check(target: Ints, n_classes: int | None) -> None:
    if len(target) and (target.min() < 0 or (n_classes is not None and target.max() >= n_classes)):
        raise DataError("answers must be numbers of classes, from 0")
