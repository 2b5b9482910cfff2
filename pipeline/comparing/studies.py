"""What each study measures: how an answer becomes a number, and what it is held against.

One function and one line of `SAID` a study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from analysis.comparison.conditions import CONDITION
from analysis.comparison.said import LEVEL, Said
from db.columns import UNIT, VALUE, WORKER
from db.errors import UsageError
from db.records import Campaign, Item
from db.store import instances
from hits.studies.choose import AGREEMENT
from hits.studies.simulate import AFTER, BEFORE
from pipeline.comparing.judged import Asked, asked
from pipeline.drawing.simulate import CONTROL
from pipeline.drawing.verify import SHUFFLED, WRONG
from pipeline.judged import question_of
from pipeline.project import Project

ACCURACY = "0 to 1, higher is better"
SHARE = "0 to 1, share of the answers"
POINTS = "{least} to {most} points"
RANDOM = "random"
UNSURE_IS_WRONG = 'answers that say "unsure" or "none" count as not right'


def said_of(project: Project, campaign: Campaign) -> Said:
    """What a campaign's study measures, by condition; UsageError where it measures nothing."""
    made = SAID.get(campaign.study)
    if campaign.environment == "imported" or made is None:
        raise UsageError(
            f"campaign {campaign.name!r} has no conditions to compare (its study is "
            f"{campaign.study!r}); where words are marked, compare --by explainer, run or objective"
        )
    return made(project, campaign)


def _rated(project: Project, campaign: Campaign, question: str, score: str) -> Said:
    found = asked(project, campaign, question)
    values = [int(value) for value in question_of(campaign, question).values]
    scale = POINTS.format(least=min(values), most=max(values))
    return found.said(
        found.table[VALUE].tolist(),
        score=score,
        scale=scale,
        kind="ordinal",
        notes=("means take the points as equally spaced; the superiority does not",),
    )


def _rate(project: Project, campaign: Campaign) -> Said:
    return _rated(project, campaign, "convincing", "rating")


def _output(project: Project, campaign: Campaign) -> Said:
    return _rated(project, campaign, "quality", "opinion_score")


def _guess(project: Project, campaign: Campaign) -> Said:
    """Right guesses; explainers with the same k beside each other and beside random words."""
    found = asked(project, campaign, "guess")
    pairs = [(a, b) for a, b in _against_random(found) if _shown(a) == _shown(b)]
    chance = 1 / len(found.options["labels"])
    right = _matches(found, lambda item: item.shown["target"])
    return _accuracy(found, right, levels=chance, pairs=pairs)


def _shown(condition: str) -> str:
    """The k of "attention k=5"."""
    return condition.rpartition(" k=")[2]


def _matches(found: Asked, wanted: Callable[[Item], object]) -> list[bool]:
    """Whether each answer is the one that its item wants."""
    return [wanted(i) == v for i, v in zip(found.items, found.table[VALUE], strict=True)]


def _accuracy(found: Asked, right: Sequence[bool], notes: Sequence[str] = (), **more: Any) -> Said:
    """The share of right answers, all pairs of conditions with random second; with `levels`,
    against chance."""
    level = {"level": "chance"} if "levels" in more else {}
    fields = {"pairs": _against_random(found)} | level | more
    return found.said(
        right,
        score="accuracy",
        scale=ACCURACY,
        kind="share",
        notes=(*notes, UNSURE_IS_WRONG),
        **fields,
    )


def _against_random(found: Asked) -> list[tuple[str, str]]:
    """All pairs of conditions, random second."""
    names = set(found.conditions)
    ordered = sorted(names, key=lambda name: (name.split(" k=")[0] == RANDOM, name))
    return list(combinations(ordered, 2))


def _choose(project: Project, campaign: Campaign) -> Said:
    if campaign.settings["options"]["form"] == AGREEMENT:
        return _rated(project, campaign, "similarity", "similarity")
    found = asked(project, campaign, "prediction")
    labels = _labels(project, found)
    right = [
        item.shown["labels"][int(value)] == labels[item.instance_id]
        for item, value in zip(found.items, found.table[VALUE], strict=True)
    ]
    return _accuracy(found, right, levels=[1 / len(item.shown["labels"]) for item in found.items])


def _labels(project: Project, found: Asked) -> dict[str, str | None]:
    wanted = dict.fromkeys(item.instance_id for item in found.items)
    return {i.id: i.label for i in instances.read(project.engine, ids=wanted)}


def _intrude(project: Project, campaign: Campaign) -> Said:
    found = asked(project, campaign, "intruder")
    right = _matches(found, lambda item: item.shown["intruder"])
    return _accuracy(found, right, levels=[1 / len(item.shown["choices"]) for item in found.items])


def _name(project: Project, campaign: Campaign) -> Said:
    """Right names, where what is shown has a known one; lists of one class are one unit."""
    found = asked(project, campaign, "name")
    known = [n for n, item in enumerate(found.items) if item.shown.get("target")]
    if not known:
        raise UsageError(
            f"campaign {campaign.name!r} shows nothing that has a known name, so that no name is "
            'right; "konkyo agreement" says whether people give the same'
        )
    kept = found._replace(table=found.table.iloc[known], items=[found.items[n] for n in known])
    targets = [str(item.shown["target"]) for item in kept.items]
    right = [
        _plain(str(said)) == _plain(target)
        for said, target in zip(kept.table[VALUE], targets, strict=True)
    ]
    names = kept.options["names"]
    listed = any(item.shown["words"] for item in kept.items) and not kept.options["attribute"]
    fields: dict[str, Any] = {"levels": 1 / len(names)} if names else {}
    if listed:
        fields |= {"units": targets, "noun": "classes"}
    words = () if names else ("a name is right where it is the class's own, whatever its case",)
    left_out = len(found.items) - len(known)
    fields["excluded"] = (
        {"judgement of something without a known name": left_out} if left_out else {}
    )
    return _accuracy(kept, right, words, **fields)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _verify(project: Project, campaign: Campaign) -> Said:
    """The share of "yes"; the controls should have less of it."""
    found = asked(project, campaign, "fits")
    return found.said(
        [value == "yes" for value in found.table[VALUE]],
        score=f"share_fitting_{found.options['fits']}",
        scale=SHARE,
        kind="share",
        controls=(WRONG, SHUFFLED),
        notes=('answers that say "unsure" count as not fitting',),
    )


def _simulate(project: Project, campaign: Campaign) -> Said:
    """Accuracy after less accuracy before, one number for each worker and page."""
    found = asked(project, campaign, "prediction")
    frame = pd.DataFrame(
        {
            UNIT: [item.hit_id for item in found.items],
            WORKER: found.table[WORKER].to_numpy(),
            CONDITION: found.conditions,
            "phase": [item.phase for item in found.items],
            VALUE: [float(right) for right in _matches(found, lambda item: item.shown["target"])],
        }
    )
    means = frame.groupby([UNIT, WORKER, CONDITION, "phase"])[VALUE].mean().unstack("phase")
    means = means.reindex(columns=[BEFORE, AFTER])
    both = means.dropna()
    if both.empty:
        raise UsageError(
            f"campaign {campaign.name!r}: nobody predicted both before and after; collect more"
        )
    accuracy = [
        f"{condition}: accuracy {row[BEFORE]:.3f} before, {row[AFTER]:.3f} after"
        for condition, row in both.groupby(CONDITION).mean().iterrows()
    ]
    out = len(means) - len(both)
    gains = (both[AFTER] - both[BEFORE]).rename(VALUE).reset_index()
    return Said(
        gains.assign(**{LEVEL: 0.0}),
        "gain",
        "-1 to 1, accuracy after less accuracy before; higher is better",
        "share",
        found.persons_known,
        noun="pages",
        level="no gain",
        controls=(CONTROL,),
        notes=tuple(accuracy),
        excluded={"page of a worker without predictions before and after": out} if out else {},
    )


SAID: Mapping[str, Callable[[Project, Campaign], Said]] = {
    "rate": _rate,
    "guess": _guess,
    "choose": _choose,
    "intrude": _intrude,
    "name": _name,
    "verify": _verify,
    "simulate": _simulate,
    "output": _output,
}
"""Study → what it measures by condition; `compare` and pairs of `output` have wins instead."""
