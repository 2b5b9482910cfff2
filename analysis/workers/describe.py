"""Everything about every worker, the most striking first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.workers import MARK_FACTS, SHARED, WORKER_FACTS
from analysis.workers.base import Fact, MarkFact, Work, WorkerFact
from analysis.workers.bias import bias
from analysis.workers.clusters import Clusters, clusters
from analysis.workers.confusion import confusion
from analysis.workers.duplicates import Duplicates, near_duplicates
from analysis.workers.gold import gold_record
from analysis.workers.marking import Marking
from analysis.workers.notes import Known, notes_of
from db.columns import WORKER
from db.records import Estimate

NOT_OF_MARKS = "not looked for in marks: careful workers mark the same words"

ORDER = (
    "workers with the most notes come first, among those the ones who agree least with the others"
)


@dataclass(frozen=True)
class WorkerFacts:
    """One worker: `facts` in the order of the catalogue; `notes` in plain words, empty where
    nothing stands out; `answers` and `labels`: the worker's rows of `confusion` and `bias`."""

    worker: str
    judgements: int
    facts: tuple[Estimate, ...]
    notes: tuple[str, ...]
    answers: pd.DataFrame
    labels: pd.DataFrame

    def fact(self, name: str) -> Estimate:
        """The fact of this name."""
        return next(fact for fact in self.facts if fact.name == name)


@dataclass(frozen=True)
class Described:
    """All workers in the order of `ORDER`, and what is said of several together.

    `excluded`: reason → rows left out.
    """

    workers: tuple[WorkerFacts, ...]
    duplicates: Duplicates
    clusters: Clusters
    excluded: Mapping[str, int]


def describe(
    work: Work, *, gold: Fact | None = None, confidence: float = 0.95, seed: int = 0
) -> Described:
    """All facts about the workers of a table; `gold`: a record from elsewhere (check items).

    Nothing is decided and nobody left out. `seed` is for the groups of workers.
    """
    facts = {name: _fact(name, work, confidence) for name in WORKER_FACTS}
    if gold is not None:
        facts["gold"] = gold
    answers, labels = confusion(work), bias(work, confidence=confidence)
    known = Known(work, facts, labels, near_duplicates(work), clusters(work, seed=seed))
    return _described(known, notes_of(known), answers)


def describe_marks(
    marking: Marking, *, gold: Fact | None = None, confidence: float = 0.95
) -> Described:
    """The same of workers who mark: no labels to be confused or given too often.

    Look-alikes and groups are not looked for: careful workers mark the same words.
    """
    work = marking.work
    facts = {name: _fact(name, work, confidence) for name in SHARED}
    for name in MARK_FACTS:
        made: MarkFact = MARK_FACTS.load(name)
        facts[name] = made(marking, confidence=confidence)
    facts["gold"] = gold or gold_record(work, confidence=confidence)
    none = pd.DataFrame(columns=[WORKER])
    alike = Duplicates((), 0, 0, NOT_OF_MARKS)
    known = Known(work, facts, none, alike, Clusters((), NOT_OF_MARKS))
    return _described(known, notes_of(known, marks=True), none)


def _described(known: Known, notes: Sequence[tuple[str, ...]], answers: pd.DataFrame) -> Described:
    """Everybody with their facts and notes, in the order of `ORDER`."""
    work, labels = known.work, known.labels
    mine, theirs = (dict(list(table.groupby("worker", sort=False))) for table in (answers, labels))
    judgements = np.bincount(work.judged.worker, minlength=work.n_workers).tolist()
    made = [
        WorkerFacts(
            worker=str(name),
            judgements=judgements[place],
            facts=tuple(fact.of(place, str(name)) for fact in known.facts.values()),
            notes=notes[place],
            answers=mine.get(name, answers.iloc[:0]),
            labels=theirs.get(name, labels.iloc[:0]),
        )
        for place, name in enumerate(work.judged.workers)
    ]
    everyone = tuple(sorted(made, key=_striking))
    return Described(everyone, known.duplicates, known.clusters, dict(work.judged.excluded))


def _fact(name: str, work: Work, confidence: float) -> Fact:
    made: WorkerFact = WORKER_FACTS.load(name)
    return made(work, confidence=confidence)


def _striking(worker: WorkerFacts) -> tuple[int, bool, float]:
    """Most notes first, then least agreement; whose agreement is undefined comes last of equals."""
    agreement = worker.fact("agreement").value
    return -len(worker.notes), agreement is None, agreement or 0.0
