"""Which token a piece belongs to, by where both stand in the text.

A tokenizer cuts a text into pieces without knowing konkyo's tokens. Each piece goes to the token
that holds most of it; one that touches none (a space, a sign between two tokens) goes to the next
token, and after the last to the last. Shapes: N pieces, T tokens, P pieces of a token at most.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def owners(pieces: Numbers, tokens: Numbers) -> Numbers:
    """(N,): the token of each piece, never falling; half-open spans (N, 2) and (T, 2), T ≥ 1.

    Where two tokens hold as much of a piece, it belongs to the first.
    """
    starts, ends = tokens[:, 0], tokens[:, 1]
    first = np.searchsorted(ends, pieces[:, 0], side="right")
    last = np.searchsorted(starts, pieces[:, 1], side="left") - 1
    found = np.minimum(first, len(tokens) - 1)
    for piece in np.flatnonzero(last > first):  # pieces over several tokens are few
        held = np.arange(first[piece], last[piece] + 1)
        overlap = np.minimum(ends[held], pieces[piece, 1]) - np.maximum(
            starts[held], pieces[piece, 0]
        )
        found[piece] = held[overlap.argmax()]
    return np.maximum.accumulate(found)


def by_token(codes: Numbers, owner: Numbers, n_tokens: int, unknown: int) -> Numbers:
    """(T, P): the pieces of each token in order, −1 where it has fewer; `unknown` where none."""
    counts = np.bincount(owner, minlength=n_tokens)
    made = np.full((n_tokens, max(1, counts.max(initial=0))), -1, dtype=np.int64)
    made[counts == 0, 0] = unknown
    place = np.arange(len(codes)) - np.repeat(counts.cumsum() - counts, counts)
    made[owner, place] = codes
    return made
