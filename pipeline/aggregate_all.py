"""`konkyo aggregate --method all`: every method on the same judgements, side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.aggregation import AGGREGATORS
from analysis.aggregation.accuracy import gold_of, never_given
from analysis.aggregation.aggregate import aggregate as run_aggregator
from analysis.aggregation.base import Aggregation
from analysis.aggregation.scores import Difference, Drawing, differences, scores
from analysis.judgements import Duplicates
from db.records import Estimate
from db.words import counted
from pipeline.aggregate import Consensus, aggregate_campaign, seeded
from pipeline.config import AnalysisSettings
from pipeline.project import Project
from pipeline.tables import judgements_of

ALL = "all"
TIED = " tied"


@dataclass(frozen=True)
class SideBySide:
    """The consensus of every method; `differences` from majority where the truth is known."""

    of: str
    each: list[Consensus]
    estimates: list[Estimate]
    differences: list[Difference]
    notes: list[str]
    method: str = ALL

    @property
    def excluded(self) -> dict[str, int]:
        """Reason → rows left out, the same for every method."""
        return self.each[0].excluded

    def table(self) -> pd.DataFrame:
        """One row a unit: unit, and of each method METHOD, entropy:METHOD and p:METHOD:LABEL."""
        joined = pd.DataFrame({"unit": list(self.each[0].result.units)})
        for one in self.each:
            own = one.table()
            own.columns = pd.Index([_column(str(name), one.method) for name in own.columns])
            joined = joined.merge(own, on="unit", how="left", validate="one_to_one")
        return joined

    def workers(self) -> pd.DataFrame:
        """One row a method and worker: method, worker, judgements, reliability and more."""
        tables = [one.workers() for one in self.each]
        for one, table in zip(self.each, tables, strict=True):
            table.insert(0, "method", one.method)
        return pd.concat(tables, ignore_index=True)

    def document(self) -> dict[str, Any]:
        """What a JSON document says besides estimates, what was left out, and notes."""
        results = [one.result for one in self.each]
        return {
            "units": len(results[0].units),
            "ties": {r.method: int(r.tied.sum()) for r in results},
            "stored": sum(one.stored for one in self.each),
            "stored_units": sum(one.stored_units for one in self.each),
            "as_majority": as_majority(results),
            "differences": [_difference(d) for d in self.differences],
        }


def as_majority(results: list[Aggregation]) -> dict[str, float | None]:
    """Method → share of units, untied in both, with the consensus of the first; None without any."""
    first = dict(zip(results[0].units, results[0].consensus, strict=True))
    shares: dict[str, float | None] = {}
    for result in results:
        pairs = [(first[u], c) for u, c in zip(result.units, result.consensus, strict=True)]
        same = [a == b for a, b in pairs if a is not None and b is not None]
        shares[result.method] = float(np.mean(same)) if same else None
    return shares


def all_of_file(
    path: Path,
    settings: AnalysisSettings,
    *,
    unit: str,
    value: str,
    worker: str | None = None,
    gold: str | None = None,
    seed: int = 1,
    duplicates: Duplicates = "error",
) -> SideBySide:
    """Every method on a long table in a file; with gold, scores and paired differences."""
    table = judgements_of(path, unit=unit, value=value, worker=worker, gold=gold)
    known = worker is not None
    results = [
        run_aggregator(
            table, name, persons_known=known, duplicates=duplicates, **seeded(name, seed)
        )
        for name in AGGREGATORS
    ]
    each = [Consensus(str(path), r.method, r, [], None, 0, list(r.notes)) for r in results]
    if gold is None:
        return SideBySide(str(path), each, [], [], _notes(each))
    truth = gold_of(table)
    drawing = Drawing(settings.bootstrap, seed, settings.confidence)
    estimates = [e for result in results for e in scores(result, truth, drawing)]
    notes = [*never_given(results[0], truth), *_notes(each)]
    gaps = differences(results, truth, drawing=drawing)
    return SideBySide(str(path), each, estimates, gaps, notes)


def all_of_campaign(
    project: Project, name: str | None, seed: int | None = None, *, need_rationales: bool = False
) -> SideBySide:
    """Every method on a campaign; each consensus is stored under its method's name."""
    each = [
        aggregate_campaign(project, name, method, seed, need_rationales=need_rationales)
        for method in AGGREGATORS
    ]
    return SideBySide(each[0].of, each, [], [], _notes(each))


def _notes(each: list[Consensus]) -> list[str]:
    """Each sentence once, behind the methods that say it; ties by method, for all that have any."""
    said: dict[str, list[str]] = {}
    ties = [note for one in each if (note := tie_note(one.result)) is not None]
    for one in each:
        for note in one.notes:
            if not note.endswith(TIED):
                said.setdefault(note, []).append(one.method)
    everybody = len(each)
    others = [n if len(who) == everybody else f"{', '.join(who)}: {n}" for n, who in said.items()]
    return ties + others


def tie_note(result: Aggregation) -> str | None:
    """How many units a method leaves tied, naming it; None where there are none."""
    ties = int(result.tied.sum())
    return (
        f"{result.method}: {ties} of {counted(len(result.units), 'unit')}{TIED}" if ties else None
    )


def _column(name: str, method: str) -> str:
    if name == "unit":
        return name
    if name == "consensus":
        return method
    kind, _, label = name.partition(":")
    return f"{kind}:{method}:{label}" if label else f"{kind}:{method}"


def _difference(found: Difference) -> dict[str, Any]:
    comparison = found.comparison
    return {
        "score": found.score,
        "method": found.method,
        "against": found.against,
        "estimate": asdict(replace(comparison.difference, subject=found.method)),
        "p": comparison.p_value,
        "p_holm": found.adjusted_p,
    }
