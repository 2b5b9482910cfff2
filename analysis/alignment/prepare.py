"""Maps and marks laid side by side: checked, flattened, and what cannot be used is counted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.base import Family, Golds, KPolicy
from analysis.alignment.floors import RANDOM, RESERVED, random_map
from analysis.alignment.scoring import Setting, cuts_in_ties
from analysis.arrays import Ints
from analysis.marked import check_marks, token_counts
from analysis.resampling import Plan
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Marks


def prepare(
    scores: Mapping[str, Ragged], marks: Marks, policy: str, k: KPolicy, seed: int
) -> Setting:
    """Refuse what does not fit together, and add the random map unless there is one."""
    if policy not in GOLD_POLICIES:
        GOLD_POLICIES.load(policy)
    check_marks(marks)
    if len(marks.masks) == 0:
        raise DataError("there are no human marks to align with; collect or import some first")
    lengths = _lengths(scores, marks)
    maps = {
        name: _checked(name, ragged, lengths, marks).astype(np.float64)
        for name, ragged in scores.items()
    }
    maps.setdefault(RANDOM, random_map(int(lengths.sum()), seed))
    return Setting(maps, marks, np.cumsum(lengths) - lengths, policy, k, seed)


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


def tokens_left_out(golds: Golds, marks: Marks) -> dict[str, int]:
    """Tokens dropped from golds whose majority tied there."""
    there = np.maximum(token_counts(marks), 0)[golds.instance].sum()
    return {"token on which the majority of a gold tied": int(there) - len(golds.token)}


def tie_notes(setting: Setting, golds: Golds) -> list[str]:
    """How often the cut of a map fell between equal scores."""
    return [
        f"{subject}: {count} of {len(golds.values)} cuts fell between equal scores; "
        "the first tokens were taken"
        for subject, count in cuts_in_ties(setting, golds).items()
    ]


def general_notes(setting: Setting, plan: Plan) -> list[str]:
    """What a reader must know of all the numbers: golds, k, and why workers are missing."""
    k = {"instance": "as many tokens as the gold marks", "mean": "the golds' mean count"}
    how = k.get(str(setting.k), f"k = {setting.k}")
    notes = [f"gold policy {setting.policy!r}; maps are cut at {how}"]
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


def _checked(name: str, scores: Ragged, lengths: Ints, marks: Marks) -> NDArray[np.generic]:
    """The flat scores of an explainer, if they fit the instances."""
    if len(scores) != len(lengths):
        raise DataError(
            f"explainer {name!r} has maps of {len(scores)} instances, the marks of {len(lengths)}"
        )
    wrong = np.flatnonzero(scores.lengths != lengths)
    if len(wrong):
        i = int(wrong[0])
        raise DataError(
            f"explainer {name!r} scores {scores.lengths[i]} tokens of instance "
            f"{marks.instance_ids[i]!r}, which has {lengths[i]}"
        )
    bad = np.flatnonzero(~np.isfinite(scores.values.astype(np.float64)))
    if len(bad):
        i = int(scores.row_ids[bad[0]])
        raise DataError(
            f"explainer {name!r} has a score that is no number in instance "
            f"{marks.instance_ids[i]!r}; explain it again or leave the instance out"
        )
    return scores.values
