"""Arguments for an answer: features, what each adds, and what it is called.

`attribute` writes them as the words that `verify` puts before people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arguments.contributions import contributions, top_features
from pipeline.arguments.naming import FeatureNames

BETWEEN = "|"
"""What stands between the words of an attribute that lists them."""


@dataclass(frozen=True)
class Argument:
    """`feature`: its number; `contribution`: to the logit of the answer, above 0; `names`: the
    units that activate it most, strongest first, at least one."""

    feature: int
    contribution: float
    names: tuple[str, ...]


def arguments(
    activations: NDArray[np.float64],
    weights: NDArray[np.float64],
    target: NDArray[np.int64],
    names: FeatureNames,
    m: int = 3,
) -> list[tuple[Argument, ...]]:
    """For each of N instances at most `m` arguments, strongest first; features without a name
    cannot be shown and are passed over. () where no named feature speaks for the answer.

    Shapes (N, J), (C, J) and (N,): see `contributions`.
    """
    top = top_features(contributions(activations, weights, target), m, names.named)
    called = {int(j): names.of(int(j)) for j in np.unique(top.features.values)}
    return [
        tuple(Argument(j, c, called[j]) for j, c in zip(row.tolist(), values.tolist(), strict=True))
        for row, values in zip(top.features, top.contributions, strict=True)
    ]


def listed(found: Sequence[Argument], most: int = 5) -> tuple[str, ...]:
    """At most `most` different words: the first name of every argument, then the second of each.

    So each argument is heard before one is heard twice. Case makes no difference.
    """
    words: dict[str, str] = {}
    for place in range(max((len(one.names) for one in found), default=0)):
        for one in found:
            if place < len(one.names):
                words.setdefault(one.names[place].lower(), one.names[place])
    return tuple(words.values())[:most]


def attribute(found: Sequence[Argument], most: int = 5) -> str:
    """The words with "|" between them, as `attribute` of the study `verify` takes them; "" where
    there are none: `verify` then leaves the instance out and says how many."""
    return BETWEEN.join(listed(found, most))
