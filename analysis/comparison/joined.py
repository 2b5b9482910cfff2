"""Arguments that were judged by two questions, each put to other people: do they pass both?

An argument passes as often as both answers do, over all pairs of an answer to the first question
and one to the second: the product of its two shares, since nobody answered both. Kuwajima, Tanaka &
Okutomi (2019) ask the two questions and report each alone; that they are joined is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.arrays import Ints
from analysis.comparison.conditions import CONDITION, Conditions, Settings
from analysis.comparison.differences import corrected, differences, every_pair, means
from analysis.comparison.result import ComparisonResult, notes_on
from analysis.score_table import ScoreTable
from db.columns import UNIT, VALUE, WORKER, require
from db.errors import DataError

ARGUMENT = "argument"
SCALE = "0 to 1, share of the answers"
BOTH = "share_consistent"
COLUMNS = (UNIT, WORKER, VALUE, CONDITION, ARGUMENT)


def compare_joined(
    first: pd.DataFrame,
    second: pd.DataFrame,
    names: tuple[str, str],
    settings: Settings,
    *,
    controls: Sequence[str] = (),
    persons_known: bool = True,
    baseline: str | None = None,
) -> ComparisonResult:
    """The share of each question and of both, on arguments that have answers to both, and the
    differences of conditions in both.

    `first`, `second`: columns unit, worker, value (1 passes, 0 does not), condition, argument (what
    is the same in both). `names`: what the two shares are called. `controls`: conditions that are
    compared with, never with each other. DataError where no argument has both answers.
    """
    for table in (first, second):
        require(table, COLUMNS, "a table of judgements by argument")
    one, other, both = _conditions(first, second, names, persons_known)
    if baseline is not None:
        pairs = every_pair(both.names, baseline)
    else:
        own = [name for name in both.names if name not in controls]
        there = [name for name in both.names if name in controls]
        pairs = [*every_pair(own), *((name, control) for name in own for control in there)]
    found = corrected(differences(both, pairs, settings))
    estimates = [e for given in (one, other, both) for e in means(given, settings)]
    return ComparisonResult(estimates, found, _left_out(first, second), notes_on(found))


def _conditions(
    first: pd.DataFrame, second: pd.DataFrame, names: tuple[str, str], persons_known: bool
) -> tuple[Conditions, Conditions, Conditions]:
    """The first question, the second, and both, on what has answers to both."""
    keys = [CONDITION, ARGUMENT]
    pairs = first.assign(one=np.arange(len(first))).merge(
        second.assign(other=np.arange(len(second))), on=keys, suffixes=("", "_other")
    )
    if pairs.empty:
        raise DataError(
            "no argument was judged in both campaigns; plan both of the same instances, explainers "
            "and k"
        )
    people = [*pairs[WORKER].astype(str), *pairs[f"{WORKER}_other"].astype(str)]
    codes, workers = pd.factorize(np.array(people, dtype=object))
    at = codes.astype(np.int64).reshape(2, -1)
    unit, units = pd.factorize(pairs[UNIT])
    made = [
        _one(pairs, unit.astype(np.int64), at, len(units), question) for question in (0, 1, None)
    ]
    conditions = tuple(sorted(pairs[CONDITION].unique()))
    given = Conditions("", SCALE, conditions, (), len(workers), persons_known)
    first_given, second_given, both = (
        replace(given, score=score, tables=tuple(tables[c] for c in conditions))
        for score, tables in zip((*names, BOTH), made, strict=True)
    )
    return first_given, second_given, both


def _one(
    pairs: pd.DataFrame, unit: Ints, worker: Ints, n_units: int, question: int | None
) -> dict[str, ScoreTable]:
    """Condition → the answers to one question, each once, or the pairs of answers to both."""
    values = (pairs[VALUE].to_numpy(np.float64), pairs[f"{VALUE}_other"].to_numpy(np.float64))
    groups = pairs.reset_index(drop=True).groupby(CONDITION).indices
    found = {}
    for condition, places in groups.items():
        rows = np.asarray(places, np.int64)
        if question is None:
            score, who = values[0] * values[1], tuple(worker)
        else:
            answers = pairs[("one", "other")[question]].to_numpy()[rows]
            rows = rows[np.unique(answers, return_index=True)[1]]
            score, who = values[question], (worker[question],)
        people = tuple(codes[rows] for codes in who)
        found[str(condition)] = ScoreTable(score[rows], unit[rows], people, n_units)
    return found


def _left_out(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, int]:
    """Judgements of arguments that the other question was not asked of."""
    keys = [set(zip(t[CONDITION], t[ARGUMENT], strict=True)) for t in (first, second)]
    shared = keys[0] & keys[1]
    out = sum(
        pair not in shared
        for table in (first, second)
        for pair in zip(table[CONDITION], table[ARGUMENT], strict=True)
    )
    return (
        {"judgement of an argument that the other campaign did not ask about": out} if out else {}
    )
