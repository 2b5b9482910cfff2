"""Naming in words: the right name with the worker's accuracy, else that of another thing."""

from __future__ import annotations

from hits.crowd.asking import Asking

NO_IDEA = "no idea"


def name(asking: Asking) -> str:
    """The true name with chance `accuracy`, else one of the other names that the crowd knows.

    Careless workers give any name; who knows no other name, or not this thing, has no idea.
    TruthError where what is known is no name.
    """
    known = asking.known
    if known is not None and (not isinstance(known, str) or not known.strip()):
        raise asking.contradiction(f"{known!r} is no name")
    if asking.careless:
        return asking.rng.choice(asking.names or [NO_IDEA])
    if known is not None and asking.rng.random() < asking.temper.accuracy:
        return known
    if known is None:
        return asking.rng.choice(asking.names or [NO_IDEA])
    return asking.rng.choice([n for n in asking.names if n != known] or [NO_IDEA])
