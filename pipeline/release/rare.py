"""Workers who stand out by how much they did: who saw them work could know them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from db.words import counted

FEW = 5
"""A combination that fewer share is rare (k-anonymity; Sweeney, 2002, with k = 5)."""


def rare_combinations(campaigns: Sequence[str], workers: Sequence[str | None]) -> tuple[int, int]:
    """How many workers share their combination with fewer than `FEW`, and how many there are.

    A combination: in which campaigns somebody took part, and with how many judgements in each.
    One entry a judgement; those of nobody named are left out.
    """
    pairs = zip(workers, campaigns, strict=True)
    done = Counter((worker, campaign) for worker, campaign in pairs if worker is not None)
    of_worker: dict[str, list[tuple[str, int]]] = {}
    for (worker, campaign), count in sorted(done.items()):
        of_worker.setdefault(worker, []).append((campaign, count))
    combinations = Counter(tuple(parts) for parts in of_worker.values())
    rare = sum(n for n in combinations.values() if n < FEW)
    return rare, len(of_worker)


def note(campaigns: Sequence[str], workers: Sequence[str | None]) -> str:
    """The same in a sentence; "" where nobody stands out."""
    rare, total = rare_combinations(campaigns, workers)
    if not rare:
        return ""
    return (
        f"{rare} of {counted(total, 'worker')} shared their campaigns and number of judgements with "
        "fewer than "
        f"{FEW - 1} others; who knows how much somebody did could recognise them"
    )
