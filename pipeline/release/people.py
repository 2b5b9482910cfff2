"""Who answered: people, programs, or both. Every file of a release says so."""

from __future__ import annotations

from collections.abc import Collection

WORKERS, SIMULATED, BOTH = "workers", "simulated workers", "workers and simulated workers"


def people(simulated: Collection[bool]) -> str:
    """In words, from who is simulated among those whose answers are released."""
    if all(simulated) and simulated:
        return SIMULATED
    return BOTH if any(simulated) else WORKERS


def warning(who: str) -> str:
    """What a document says above everything else; "" where only people answered."""
    if who == WORKERS:
        return ""
    some = "All answers" if who == SIMULATED else "Some of the answers"
    return (
        f"{some} come from simulated workers: a program that knows what was planted made them. "
        "They say nothing about people."
    )
