"""What stands out about a worker, in plain words; each rule is stated where it is.

A rule that tests every worker corrects by Holm (1979) over them; what has an interval by empirical
Bayes needs no correction. A note is a reason to look, never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats, divide
from analysis.significance import holm
from analysis.workers.base import Fact, Work
from analysis.workers.clusters import Clusters
from analysis.workers.duplicates import Duplicates
from analysis.workers.straight import runs
from db.words import counted, shown

THRESHOLD = 0.05
FAST = 2.0
"""A worker at least so many times faster than the median worker is noted."""
MOVES_ALPHA = 0.02
"""A worker without whom alpha would differ by at least this much is noted."""
NUMBERS = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


@dataclass(frozen=True, eq=False)
class Known:
    """What the notes are made from; `labels` is the table of `bias`."""

    work: Work
    facts: Mapping[str, Fact]
    labels: pd.DataFrame
    duplicates: Duplicates
    clusters: Clusters


def notes_of(known: Known, *, marks: bool = False) -> list[tuple[str, ...]]:
    """The notes of each worker, in the order of the rules (those of `marks`): W tuples."""
    found: list[list[str]] = [[] for _ in range(known.work.n_workers)]
    for rule in RULES_OF_MARKS if marks else RULES:
        for worker, sentence in rule(known).items():
            found[worker].append(sentence)
    return [tuple(notes) for notes in found]


def _gold(known: Known) -> dict[int, str]:
    """Right less often than all the others together, by a one-sided binomial test."""
    fact = known.facts["gold"]
    n = fact.n.astype(np.float64)
    right = np.rint(np.nan_to_num(fact.value) * n)
    rest = divide(right.sum() - right, n.sum() - n)
    p = np.where(
        np.isfinite(rest) & (n > 0), special.bdtr(right, fact.n, np.nan_to_num(rest)), np.nan
    )
    return {
        w: f"right on {right[w]:.0f} of {fact.n[w]} known answers, the others on {rest[w]:.0%}"
        for w in _small(p)
    }


def _agreement(known: Known) -> dict[int, str]:
    """The whole interval lies below the mean of all workers."""
    fact = known.facts["agreement"]
    there = np.isfinite(fact.value)
    crowd = float(fact.value[there].mean()) if there.any() else float("nan")
    return {
        w: f"agrees with the others at {fact.value[w]:.0%}, the crowd at {crowd:.0%}"
        for w in np.flatnonzero(fact.high < crowd).tolist()
    }


def _bias(known: Known) -> dict[int, str]:
    """The answer that a worker gives most too often, if Holm's p of `bias` is small."""
    table = known.labels
    clear = table[(table["p_value"] <= THRESHOLD).fillna(False) & (table["difference"] > 0)]
    place = {worker: w for w, worker in enumerate(known.work.judged.workers)}
    clear = clear.sort_values("difference", ascending=False).drop_duplicates("worker")
    return {
        place[worker]: f"says {shown(value)} {counted(round(100 * gap), 'point')} more often than "
        "the others on the same units"
        for worker, value, gap in zip(
            clear["worker"], clear["value"], clear["difference"], strict=True
        )
    }


def _leniency(known: Known) -> dict[int, str]:
    """Gives more or fewer points than the others, by Student's test."""
    fact = known.facts["leniency"]
    found = {}
    for w in _small(_p(fact, fact.n - 1)):
        more = "more" if fact.value[w] > 0 else "fewer"
        found[w] = f"gives {_points(abs(fact.value[w]))} {more} than the others"
    return found


def _marked(known: Known) -> dict[int, str]:
    """Marks more or less of the tokens than the others, by Student's test."""
    fact = known.facts["marked"]
    found = {}
    for w in _small(_p(fact, fact.n - 1)):
        more = "more" if fact.value[w] > 0 else "less"
        found[w] = (
            f"marks {counted(round(100 * abs(fact.value[w])), 'point')} {more} of the tokens than the others"
        )
    return found


def _nothing(known: Known) -> dict[int, str]:
    """Marks nothing, or everything, more often than all the others, by a binomial test."""
    fact = known.facts["nothing_marked"]
    n = fact.n.astype(np.float64)
    blank = np.rint(np.nan_to_num(fact.value) * n)
    rest = np.nan_to_num(divide(blank.sum() - blank, n.sum() - n))
    tail = np.where(blank > 0, special.bdtrc(np.maximum(blank - 1, 0), fact.n, rest), 1.0)
    return {
        w: f"marked nothing, or everything, in {blank[w]:.0f} of {counted(int(fact.n[w]), 'document')}, "
        f"the others in {rest[w]:.0%}"
        for w in _small(np.where(n > 0, tail, np.nan))
    }


def _drift(known: Known) -> dict[int, str]:
    """Agreement falls from first to last, by Student's test; that it rises is not noted."""
    fact = known.facts["drift"]
    return {
        w: f"agreement falls by {counted(round(-100 * fact.value[w]), 'point')} from first to last judgement"
        for w in _small(_p(fact, fact.n - 2))
        if fact.value[w] < 0
    }


def _speed(known: Known) -> dict[int, str]:
    """At least twice as fast as the median worker."""
    fact = known.facts["seconds"]
    there = np.isfinite(fact.value) & (fact.value > 0)
    if there.sum() < 2:
        return {}
    ratio = divide(np.full(len(there), np.median(fact.value[there])), fact.value)
    return {w: f"answers {_times(ratio[w])} faster than the median worker"
            for w in np.flatnonzero(there & (ratio >= FAST)).tolist()}  # fmt: skip


def _straight(known: Known) -> dict[int, str]:
    """A longest run that the others' answers make improbable."""
    found = runs(known.work)
    return {
        w: f"gave the same answer {found.length[w]} times running" for w in _small(found.p_value)
    }


def _duplicates(known: Known) -> dict[int, str]:
    """The most improbable pair that a worker is in."""
    place = {str(worker): w for w, worker in enumerate(known.work.judged.workers)}
    found: dict[int, str] = {}
    for pair in known.duplicates.pairs:
        for mine, other in ((pair.first, pair.second), (pair.second, pair.first)):
            said = f"answers like {other}: {pair.agreeing} of {counted(pair.shared, 'shared unit')} alike, "
            found.setdefault(place[mine], f"{said}{pair.expected:.0f} expected")
    return found


def _influence(known: Known) -> dict[int, str]:
    """Alpha would be higher by at least .02 without them."""
    fact = known.facts["influence"]
    return {
        w: f"without them alpha would be {fact.value[w]:.2f} higher"
        for w in np.flatnonzero(np.nan_to_num(fact.value) >= MOVES_ALPHA).tolist()
    }


def _clusters(known: Known) -> dict[int, str]:
    """Belongs to a group of workers who err alike."""
    place = {str(worker): w for w, worker in enumerate(known.work.judged.workers)}
    return {
        place[worker]: f"errs like {counted(len(group.workers) - 1, 'other')} (group {number})"
        for number, group in enumerate(known.clusters.clusters, start=1)
        for worker in group.workers
    }


RULES: tuple[Callable[[Known], dict[int, str]], ...] = (
    _gold, _agreement, _bias, _leniency, _drift, _speed, _straight, _duplicates, _influence,
    _clusters,
)  # fmt: skip

RULES_OF_MARKS: tuple[Callable[[Known], dict[int, str]], ...] = (
    _gold, _agreement, _marked, _nothing, _drift, _speed, _influence,
)  # fmt: skip


def _p(fact: Fact, df: np.ndarray) -> Floats:
    """Two-sided p of a fact against 0 by Student's t, NaN where it has no interval."""
    sure = np.isfinite(fact.low)
    t = -np.abs(divide(np.where(sure, fact.value, np.nan), np.where(sure, fact.se, 0.0)))
    return np.asarray(np.where(sure, 2 * special.stdtr(np.maximum(df, 1), t), np.nan))


def _small(p: Floats) -> list[int]:
    """Workers whose p is at most the threshold after Holm's correction; NaN are not tested."""
    tested = np.flatnonzero(np.isfinite(p))
    adjusted = holm(p[tested].tolist())
    return [w for w, value in zip(tested.tolist(), adjusted, strict=True) if value <= THRESHOLD]


def _points(number: float) -> str:
    text = f"{number:.2g}"
    return f"{text} point{'' if text == '1' else 's'}"


def _times(ratio: float) -> str:
    whole = round(ratio)
    return NUMBERS.get(whole, f"{whole} times")
