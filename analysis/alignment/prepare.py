"""Maps and marks laid side by side: checked, flattened, and what cannot be used is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.base import Family, Golds
from analysis.alignment.contract import Contract
from analysis.alignment.floors import RANDOM, RESERVED, random_map
from analysis.alignment.order import order_of
from analysis.alignment.scoring import Choices, Column, Setting
from analysis.arrays import Ints
from analysis.marked import check_marks, token_counts
from analysis.resampling import Plan
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Marks
from db.words import counted

COUNTS = {"instance": "as many {}s as the gold marks", "mean": "the golds' mean count"}
TIES = {
    "position": "at the cut the first {0}s; floor and people in expectation",
    "expected": "at the cut in expectation over random choice",
}
GOLDS = {
    "each": "each worker's own marks",
    "majority": "{0}s that more than half of the others marked, half dropped",
    "union": "{0}s that any of the others marked",
    "intersection": "{0}s that all of the others marked",
    "soft": "the share of the others who marked a {0}",
}


def check_choices(choices: Choices) -> None:
    """Refuse what cannot be chosen."""
    if choices.gold_policy not in GOLD_POLICIES:
        GOLD_POLICIES.load(choices.gold_policy)
    if choices.average not in ("macro", "micro"):
        raise UsageError(f"average is 'macro' or 'micro', not {choices.average!r}")
    if choices.ties not in ("position", "expected"):
        raise UsageError(f"ties are broken by 'position' or 'expected', not {choices.ties!r}")


def prepare(scores: Mapping[str, Ragged], marks: Marks, choices: Choices) -> Setting:
    """Refuse what does not fit together, and add the random map unless there is one."""
    check_choices(choices)
    check_marks(marks)
    if len(marks.masks) == 0:
        raise DataError("there are no human marks to align with; collect or import some first")
    lengths = _lengths(scores, marks)
    maps: dict[str, NDArray[np.generic]] = {
        name: _checked(name, ragged, lengths, marks, choices.noun)
        for name, ragged in scores.items()
    }
    maps.setdefault(RANDOM, random_map(int(lengths.sum()), choices.seed))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    orders = {name: order_of(values, offsets) for name, values in maps.items()}
    return Setting(orders, marks, offsets[:-1], choices)


def contract_of(
    family: Family, policy: str, choices: Choices, about: Mapping[str, str]
) -> Contract:
    """What the scores of a family are, in words. `about`: tokenisation and pooling."""
    noun = choices.noun
    uncut = "none: raw scores"
    return Contract(
        metrics=tuple(family.metrics),
        unit=noun,
        tokenisation=about["tokenisation"],
        pooling=about["pooling"],
        gold=GOLDS[policy].format(noun),
        k=count_in_words(choices) if family.cut else uncut,
        ties=TIES[choices.ties].format(noun)
        if family.cut
        else "equal scores count half, or share their rank",
        empty=family.empty,
        average=choices.average if family.cut else "macro",
    )


def count_in_words(choices: Choices) -> str:
    """The k of a map in words."""
    return COUNTS.get(str(choices.k), f"k = {choices.k}").format(choices.noun)


def instances_left_out(marks: Marks) -> dict[str, int]:
    """Instances without a gold, and instances with a gold but no people to compare with."""
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    return {
        "instance that nobody was asked about": int((asked == 0).sum()),
        "people: instance with one worker only": int((asked == 1).sum()),
    }


def golds_left_out(family: Family, golds: Golds) -> dict[str, int]:
    """Golds that a family cannot score against, by reason, named for its metrics."""
    names = ", ".join(family.metrics)
    reasons = family.undefined(golds).items()
    return {f"{names}: {reason}": int(which.sum()) for reason, which in reasons}


def maps_left_out(family: Family, made: Sequence[Column], golds: Golds) -> dict[str, int]:
    """Golds that a map itself gives no score against, by explainer: it is the same everywhere, or
    has no positive score."""
    usable = len(golds.values) - int(np.any(list(family.undefined(golds).values()), axis=0).sum())
    counts: dict[str, int] = {}
    for column in made:
        if column.subject not in RESERVED:
            lost = usable - int(np.isfinite(column.parts[0]).sum())
            counts[f"{column.metric}: map of {column.subject!r} that gives no score"] = lost
    return counts


def tokens_left_out(golds: Golds, marks: Marks) -> dict[str, int]:
    """Tokens dropped from golds whose majority tied there."""
    there = np.maximum(token_counts(marks), 0)[golds.instance].sum()
    reason = f"{golds.noun} on which the majority of a gold tied"
    return {reason: int(there) - len(golds.token)}


def tie_notes(tied: Mapping[str, int], n_cuts: int, choices: Choices) -> list[str]:
    """How often the cut of a map fell between equal scores."""
    taken = f"the first {choices.noun}s were taken"
    if choices.ties == "expected":
        taken = "the expected score was taken"
    return [
        f"{subject}: {count} of {counted(n_cuts, 'cut')} fell between equal scores; {taken}"
        for subject, count in tied.items()
    ]


def general_notes(choices: Choices, plan: Plan) -> list[str]:
    """What a reader must know of all the numbers: golds, k, and why workers are missing."""
    notes = [f"gold policy {choices.gold_policy!r}; maps are cut at {count_in_words(choices)}"]
    if choices.average == "micro":
        notes.append("micro averages: hits and counts are added up over instances, then divided")
    if problem := plan.worker_problem():
        notes.append(f"no interval over workers: {problem}")
    return notes


def _lengths(scores: Mapping[str, Ragged], marks: Marks) -> Ints:
    """Tokens of each instance: from the marks, or from the maps where nobody was asked."""
    reserved = [name for name in scores if name in RESERVED]
    if reserved:
        raise UsageError(f"{reserved[0]!r} is a row of every table; call the explainer otherwise")
    if not scores:
        raise DataError("there is no explainer to align; give at least one map per instance")
    lengths = token_counts(marks)
    some = next(iter(scores.values()))
    if len(some) != len(lengths):
        return np.maximum(lengths, 0)
    return np.where(lengths < 0, some.lengths, lengths)


def _checked(
    name: str, scores: Ragged, lengths: Ints, marks: Marks, noun: str
) -> NDArray[np.generic]:
    """The flat scores of an explainer, if they fit the instances."""
    if len(scores) != len(lengths):
        raise DataError(
            f"explainer {name!r} has maps of {counted(len(scores), 'instance')}, the marks of "
            f"{len(lengths)}"
        )
    wrong = np.flatnonzero(scores.lengths != lengths)
    if len(wrong):
        i = int(wrong[0])
        raise DataError(
            f"explainer {name!r} scores {counted(int(scores.lengths[i]), noun)} of instance "
            f"{marks.instance_ids[i]!r}, which has {lengths[i]}"
        )
    bad = np.flatnonzero(~np.isfinite(scores.values.astype(np.float64)))
    if len(bad):
        i = int(scores.row_ids[bad[0]])
        undefined = np.isnan(scores.values[bad[0]])
        why = "no number" if undefined else "infinite or too large for 32 bits"
        raise DataError(
            f"explainer {name!r} has a score that is {why} in instance "
            f"{marks.instance_ids[i]!r}; explain it again or leave the instance out"
        )
    return scores.values
