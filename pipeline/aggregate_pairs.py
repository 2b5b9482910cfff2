"""`konkyo aggregate --method bradley_terry`: what is better, from comparisons of two in a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.aggregation import PAIR_AGGREGATORS
from analysis.aggregation.bradley_terry import Strengths
from analysis.aggregation.comparisons import FIRST, SECOND, WINNER
from db.columns import UNIT, WORKER, require
from db.errors import UsageError
from db.records import Estimate
from pipeline.config import AnalysisSettings
from pipeline.tables import read_table


@dataclass(frozen=True)
class Ranked:
    """One method's strengths; nothing is stored."""

    of: str
    result: Strengths
    notes: list[str]

    @property
    def method(self) -> str:
        """The method's name."""
        return self.result.method

    @property
    def estimates(self) -> list[Estimate]:
        """Strengths, side term and ties, over units, workers and both."""
        return self.result.estimates

    @property
    def excluded(self) -> dict[str, int]:
        """Reason → rows left out."""
        return self.result.excluded

    def table(self) -> pd.DataFrame:
        """One row a thing: thing, strength, wins, losses, ties, component."""
        return self.result.things.reset_index()

    def workers(self) -> pd.DataFrame:
        """There is none: the model has no parameters of workers."""
        raise UsageError(f"{self.method} says nothing of single workers; leave out --workers-out")

    def document(self) -> dict[str, Any]:
        """What a JSON document says besides estimates, what was left out, and notes."""
        return {"things": self.table().to_dict(orient="records"), "stored": 0}


def ranked_file(
    path: Path,
    method: str,
    settings: AnalysisSettings,
    *,
    unit: str,
    first: str,
    second: str,
    winner: str,
    worker: str | None = None,
    tie: str = "tie",
) -> Ranked:
    """Strengths of the things compared in a file; its columns as the user named them."""
    named = [unit, first, second, winner, *([worker] if worker else [])]
    table = read_table(path, named)
    require(table, named, str(path))
    columns = {UNIT: unit, FIRST: first, SECOND: second, WINNER: winner}
    comparisons = pd.DataFrame({name: table[column] for name, column in columns.items()})
    comparisons[WORKER] = table[worker] if worker else range(len(table))
    result: Strengths = PAIR_AGGREGATORS.load(method)(
        comparisons, tie=tie, confidence=settings.confidence, persons_known=worker is not None
    )
    return Ranked(str(path), result, list(result.notes))
