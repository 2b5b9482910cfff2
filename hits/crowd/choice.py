"""Choosing one of a question's options: the right one with the worker's accuracy."""

from __future__ import annotations

from hits.crowd.asking import Asking

UNSURE = "unsure"


def choose(asking: Asking) -> str | int:
    """The right option with chance `accuracy`, else another one by the weights of `bias`.

    Careless workers draw among all options alike, and what is not known is drawn by the weights
    of `bias` alone. "unsure" is said only where that is the right answer.
    """
    values = [v for v in asking.question.values if v != UNSURE or asking.known == UNSURE]
    if asking.careless:
        return asking.rng.choice(values)
    if asking.known not in values:
        return _leaning(asking, values)
    wrong = [value for value in values if value != asking.known]
    if not wrong or asking.rng.random() < asking.temper.accuracy:
        right: str | int = asking.known
        return right
    return _leaning(asking, wrong)


def _leaning(asking: Asking, values: list[str | int]) -> str | int:
    weights = [asking.temper.bias.get(str(value), 1.0) for value in values]
    if not any(weights):
        return asking.rng.choice(values)
    return asking.rng.choices(values, weights)[0]
