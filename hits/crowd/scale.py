"""Rating on a scale: the quality that is there, with leniency and unsteadiness."""

from __future__ import annotations

from hits.crowd.asking import Asking


def rate(asking: Asking) -> str | int:
    """The point nearest to `(points - 1)·quality + leniency + a normal draw`, within the scale.

    Careless workers, and all where the quality is not known, draw among the points alike.
    TruthError where the quality is no number in [0, 1].
    """
    values = asking.question.values
    if asking.careless or asking.known is None:
        return asking.rng.choice(values)
    quality, temper = asking.known, asking.temper
    if isinstance(quality, bool) or not isinstance(quality, (int, float)) or not 0 <= quality <= 1:
        raise asking.contradiction(f"{quality!r} is no quality in [0, 1]")
    last = len(values) - 1
    thought = last * quality + temper.leniency + asking.rng.gauss(0, temper.unsteady)
    return values[min(last, max(0, round(thought)))]
