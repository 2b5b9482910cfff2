"""Picking one of an item's own choices, or the better of two sides.

With utilities u_i (in the order shown), sharpness b and a preference s for the first choice, choice
i is drawn with a weight of `exp(b·u_i + s·[i = 0])`. Where options follow the choices (a tie), they
share a weight of `ties` times the geometric mean of the `exp(b·u_i)`: for two choices that is
Davidson's (1970) model, with the order effect of Davidson and Beaver (1977).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hits.crowd.asking import Asking
from hits.studies.base import Question

SIDES = ("first", "second")


def is_pick(question: Question) -> bool:
    """Whether choices are set beside each other: those of the item, or two sides."""
    return question.form == "pick" or tuple(question.values[:2]) == SIDES


def pick(asking: Asking) -> str | int:
    """What is picked: the index of a choice as shown, or the value of an option.

    Where one answer is right, it has the odds of `accuracy` against all others together, which are
    alike, before `side` is added to the first choice. Careless workers draw among all alike; where
    nothing is known, only `side` speaks. TruthError where what is known is not on the page.
    """
    of_item = range(len(asking.item.get("choices", ())) if asking.question.form == "pick" else 0)
    answers: list[str | int] = [*of_item, *asking.question.values]
    if asking.careless:
        return asking.rng.choice(answers)
    weights = _weights(asking, answers, len(of_item) or len(SIDES))
    weights[0] *= math.exp(asking.temper.side)
    return asking.rng.choices(answers, weights)[0]


def _weights(asking: Asking, answers: Sequence[str | int], n_choices: int) -> list[float]:
    known = asking.known
    if known is None:
        return [1.0] * len(answers)
    if isinstance(known, (list, tuple)):
        return _by_utility(asking, [float(u) for u in known], n_choices, len(answers) - n_choices)
    if isinstance(known, bool) or known not in answers:
        raise asking.contradiction(f"{known!r} is none of the answers {list(answers)!r}")
    if len(answers) == 1:
        return [1.0]
    accuracy = asking.temper.accuracy
    wrong = (1 - accuracy) / (len(answers) - 1)
    return [accuracy if answer == known else wrong for answer in answers]


def _by_utility(
    asking: Asking, utilities: Sequence[float], n_choices: int, n_options: int
) -> list[float]:
    if len(utilities) != n_choices:
        raise asking.contradiction(f"{len(utilities)} utilities for {n_choices} choices")
    mean = sum(utilities) / n_choices
    # Relative to the mean, whose weight is the geometric mean of all and becomes 1.
    weights = [math.exp(asking.temper.sharpness * (utility - mean)) for utility in utilities]
    return weights + [asking.temper.ties / max(1, n_options)] * n_options
