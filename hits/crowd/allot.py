"""Who visits which HIT: so many different workers each, some busier than others."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from hits.crowd.temper import SimulatedWorker


def allot(
    hits: Sequence[str], workers: Sequence[SimulatedWorker], per_hit: int, seed: int
) -> dict[str, list[str]]:
    """Worker id → HITs to visit: `per_hit` different workers a HIT, some busier than others."""
    rng = random.Random(f"allot:{seed}")
    zeal = {w.platform_id: rng.gammavariate(2.0, 1.0) + 0.2 for w in workers}
    visits: dict[str, list[str]] = {w.platform_id: [] for w in workers}
    for hit in hits:
        ranked = sorted(zeal, key=lambda w: math.log(1 - rng.random()) / zeal[w], reverse=True)
        for worker in ranked[:per_hit]:
            visits[worker].append(hit)
    return visits
