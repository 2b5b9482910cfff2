"""How large the tables of a method grow, told before they are made.

Judgements are long and sparse, and so are our methods; what grows is a table with a row or a column
for every answer. crowd-kit's methods also lay out every judgement against every answer (GLAD,
Dawid–Skene), or every pair of workers against every other (MMSR).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from analysis.aggregation.crowd_kit import PREFIX
from analysis.judgements import Judgements
from analysis.limits import MOST_CELLS
from db.errors import DataError
from db.words import counted

BY_JUDGEMENT = ("GLAD", "DawidSkene", "OneCoinDawidSkene")
FEWER = "group the answers into fewer, or take a mean if they are numbers"
OTHERWISE = "take another method, such as dawid_skene"


class Room(NamedTuple):
    """The largest table of a method: how many numbers, for how many of what, and what to do."""

    cells: int
    what: str
    advice: str = FEWER


def check_room(method: str, judged: Judgements) -> None:
    """DataError where a table would pass `analysis.limits.MOST_CELLS`: nothing was made yet."""
    room = max(_tables(method, judged), key=lambda room: room.cells)
    if room.cells > MOST_CELLS:
        raise DataError(
            f"{method} would need {room.cells:,} numbers for {room.what} (at most "
            f"{MOST_CELLS:,}); {room.advice}"
        )


def _tables(method: str, judged: Judgements) -> list[Room]:
    """The tables of a method, by size alone; every method of labels has units × answers."""
    units, workers, labels = len(judged.units), len(judged.workers), len(judged.values)
    what = counted(labels, "different answer")
    name = method.removeprefix(PREFIX)
    tables = [Room(units * labels, what)]
    if name in ("dawid_skene", "DawidSkene"):
        tables.append(Room(workers * labels**2, what))
    if name in ("mace", "MACE"):
        tables.append(Room(workers * labels, what))
    if name in BY_JUDGEMENT:
        tables.append(Room(len(judged.unit) * labels, what))
    if name == "MMSR":
        tables.append(Room(_of_pairs(judged), counted(workers, "worker"), OTHERWISE))
    return tables


def _of_pairs(judged: Judgements) -> int:
    """MMSR: workers × units, and a square of the workers and of the pairs that share a unit."""
    units, workers = len(judged.units), len(judged.workers)
    whole = max(workers * units, workers**2)
    if whole > MOST_CELLS:
        return whole
    cells = (np.ones(len(judged.unit)), (judged.worker, judged.unit))
    who = sparse.csr_matrix(cells, shape=(workers, units))
    pairs = (int((who @ who.T).nnz) - workers) // 2
    return int(max(whole, (workers + pairs) ** 2))
