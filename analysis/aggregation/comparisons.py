"""A table of who beat whom, in integer codes: checked on entry, and what is left out is counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csgraph, csr_matrix  # type: ignore[import-untyped]

from analysis.arrays import Ints
from db.columns import UNIT, WORKER, require
from db.errors import DataError
from db.words import counted

FIRST, SECOND, WINNER = "first", "second", "winner"
COMPARISONS = (UNIT, WORKER, FIRST, SECOND, WINNER)
"""`unit`: on what they were compared; `worker`: who judged; `first`, `second`: the two things, in
the order shown; `winner`: the name of one of them, or the word for a tie."""


@dataclass(frozen=True, eq=False)
class Comparisons:
    """C comparisons of M things.

    `first`, `second`: int64, shape (C,), codes into `things` (in order of names); `outcome`: int64,
    shape (C,), 1 the first won, −1 the second, 0 a tie; `unit`, `worker`: int64 codes, shape (C,).
    `excluded`: reason → rows that are not among the C.
    """

    things: tuple[str, ...]
    first: Ints
    second: Ints
    outcome: Ints
    unit: Ints
    worker: Ints
    excluded: dict[str, int]

    @property
    def components(self) -> Ints:
        """The component of each thing, int64, shape (M,): within one, chains of comparisons."""
        shape = (len(self.things),) * 2
        graph = csr_matrix((np.ones(len(self.first)), (self.first, self.second)), shape=shape)
        found = csgraph.connected_components(graph, directed=False)[1]
        return np.asarray(found, np.int64)


def read_comparisons(table: pd.DataFrame, tie: str = "tie") -> Comparisons:
    """Read a table with the columns unit, worker, first, second, winner (any index).

    Rows with an empty cell, and things compared with themselves, are left out and counted. A
    winner that is neither of the two nor `tie` is an error, as is a table without comparisons.
    """
    require(table, COMPARISONS, "a table of comparisons")
    excluded: dict[str, int] = {}
    for column in COMPARISONS:
        table = _without(table, table[column].isna(), f"no {column}", excluded)
    names = {column: table[column].astype(str) for column in (FIRST, SECOND, WINNER)}
    same = names[FIRST] == names[SECOND]
    table = _without(table, same, "compared with itself", excluded)
    first, second, winner = (names[column][~same] for column in (FIRST, SECOND, WINNER))
    if table.empty:
        raise DataError("there are no comparisons to aggregate")
    stranger = (winner != first) & (winner != second) & (winner != tie)
    if stranger.any():
        raise DataError(
            f"the winner {winner[stranger].iloc[0]!r} is neither {first[stranger].iloc[0]!r} nor "
            f"{second[stranger].iloc[0]!r} ({counted(int(stranger.sum()), 'such row')}); "
            f"a tie is written {tie!r}"
        )
    things = np.unique(np.concatenate([first.to_numpy(), second.to_numpy()]))
    won, lost = (winner == first).to_numpy(), (winner == second).to_numpy()
    return Comparisons(
        things=tuple(map(str, things)),
        first=np.searchsorted(things, first.to_numpy()).astype(np.int64),
        second=np.searchsorted(things, second.to_numpy()).astype(np.int64),
        outcome=won.astype(np.int64) - lost.astype(np.int64),
        unit=np.asarray(pd.factorize(table[UNIT])[0], np.int64),
        worker=np.asarray(pd.factorize(table[WORKER])[0], np.int64),
        excluded=excluded,
    )


def _without(
    table: pd.DataFrame, gone: pd.Series[bool], reason: str, excluded: dict[str, int]
) -> pd.DataFrame:
    if gone.any():
        excluded[reason] = int(gone.sum())
    return table[~gone]
