"""`konkyo align`: does the model look where people look? On a campaign or on plain files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.align import align_by
from analysis.alignment.base import AlignmentResult, Average, KPolicy, TiePolicy
from analysis.alignment.floors import RANDOM, RESERVED
from analysis.alignment.scoring import Choices
from db import frames
from db.errors import NotFound, UsageError
from db.ragged import Ragged
from db.records import Campaign, Instance, Marks, ModelRun
from db.store import instances, rationales, runs
from pipeline.config import AnalysisSettings
from pipeline.formats import READERS
from pipeline.formats.base import Reader, ReadOptions, whole
from pipeline.judged import judged_campaign, marks_of
from pipeline.project import Project
from pipeline.score_files import marks_of_file, scores_of_file

FLOORS = ("random", "constant")
"""Explainers that alignment brings itself, as exact floors."""


UNSCORED = "marked instance without scores of every explainer"
UNMARKED = "scored instance that nobody marked"
CAMPAIGN = {"pooling": "as `explain` stored it: one score a unit, pieces of a word summed"}
FILES = {"pooling": "none: the file has one score a unit"}
TOKENISATION = {"tokenisation": "the instance's own, as it was imported"}


@dataclass(frozen=True)
class Aligned:
    """Alignment of a run's explainers with a campaign's people, or of two files."""

    of: str
    run: str | None
    result: AlignmentResult


def align_campaign(
    project: Project,
    name: str | None,
    *,
    run: str | None = None,
    how: Choices | None = None,
    split: str | None = None,
    bootstrap: int | None = None,
    seed: int | None = None,
) -> Aligned:
    """Score every explainer of a run against the people of a campaign."""
    from pipeline import align_images  # which builds on this file

    how = checked(how)
    campaign = judged_campaign(project, name)
    chosen = runs.find(project.engine, run)
    if align_images.of_pictures(project, campaign):
        return align_images.align_pictures(
            project, campaign, chosen, how, split=split, bootstrap=bootstrap, seed=seed
        )
    marks = _of_split(project, campaign, split)
    asked = len(marks.instance_ids)
    scores, marks = scores_on(project, chosen, marks)
    settings = project.settings.analysis
    seed = project.settings.project.seed if seed is None else seed
    result = align_by(
        scores,
        marks,
        replace(how, seed=seed, noun=_noun(project, marks)),
        about=TOKENISATION | CAMPAIGN,
        bootstrap=settings.bootstrap if bootstrap is None else bootstrap,
        confidence=settings.confidence,
    )
    return Aligned(campaign.name, chosen.id, _counted(result, asked - len(marks.instance_ids)))


def scores_on(
    project: Project, run: ModelRun, marks: Marks, explainers: Sequence[str] | None = None
) -> tuple[dict[str, Ragged], Marks]:
    """Scores of a run's explainers on marked instances, and the marks of those that have them."""
    names = explainers or rationales.explainers(project.engine, run.id)
    found = {
        name: frames.scores(project.engine, run.id, name, marks.instance_ids)
        for name in names
        if name not in FLOORS
    }
    shared = set(marks.instance_ids).intersection(*(ids for ids, _ in found.values()))
    if not found or not shared:
        raise NotFound(
            f"run {run.id} has no rationales for the instances that people marked; "
            'run "konkyo explain" first'
        )
    marks = only(marks, shared)
    return {
        name: frames.scores(project.engine, run.id, name, marks.instance_ids)[1] for name in found
    }, marks


def only(marks: Marks, ids: Collection[str]) -> Marks:
    """The marks of some of the instances, in their order."""
    wanted = set(ids)
    kept = [n for n, identity in enumerate(marks.instance_ids) if identity in wanted]
    number = np.full(len(marks.instance_ids), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    rows = np.flatnonzero(number[marks.instance] >= 0)
    return replace(
        marks,
        masks=marks.masks.take(rows),
        instance=number[marks.instance[rows]],
        worker=marks.worker[rows],
        instance_ids=tuple(marks.instance_ids[n] for n in kept),
    )


def align_files(
    human: Path,
    model: Path,
    format_name: str,
    settings: AnalysisSettings,
    *,
    how: Choices | None = None,
    seed: int = 1,
) -> Aligned:
    """Score the model's scores in one file against people's marks in another.

    The model's file has one JSON object a line: `scores` (one number a token), the instance as
    `id` (its content hash) or as `text` (and `text_pair`), and `explainer` (default: "model").
    """
    from pipeline import align_images  # which builds on this file

    how = checked(how)
    reader: Reader = READERS.load(format_name)
    people = whole(reader(human, ReadOptions()))
    if people.instances and all(i.kind == "image" for i in people.instances):
        return align_images.align_picture_files(human, model, people, settings, how, seed=seed)
    marks = marks_of_file(human, people)
    scores = scores_of_file(model, marks)
    check_names(model, scores)
    shared = set(marks.instance_ids).intersection(*scores.values())
    if not shared:
        raise NotFound(f"{model} has no scores for any text that {human} has marks of")
    known, asked, marks = set(marks.instance_ids), len(marks.instance_ids), only(marks, shared)
    ragged = {
        name: Ragged.from_rows(found[identity] for identity in marks.instance_ids)
        for name, found in scores.items()
    }
    result = align_by(
        ragged,
        marks,
        replace(how, seed=seed, noun=_noun_of(people.instances)),
        about=TOKENISATION | FILES,
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
    )
    left_out = asked - len(marks.instance_ids)
    counted = _counted(result, left_out)
    lost = {f"{human.name}: {reason}": n for reason, n in people.skipped.items()}
    if unmarked := len(set[str]().union(*scores.values()) - known):
        lost[UNMARKED] = unmarked
    notes = [*counted.notes, *people.notes]
    counted = replace(counted, excluded=lost | counted.excluded, notes=notes)
    return Aligned(f"{human.name} and {model.name}", None, counted)


def check_names(model: Path, names: Collection[str]) -> None:
    """Refuse explainers of a file that are called like a floor, the oracle or people."""
    taken = next((name for name in (RANDOM, *RESERVED) if name in names), None)
    if taken is not None:
        raise UsageError(
            f"{model}: {taken!r} is a row of every table; call the explainer otherwise"
        )


def checked(how: Choices | None) -> Choices:
    """The choices, if their gold policy is known."""
    how = how or Choices()
    GOLD_POLICIES.load(how.gold_policy)
    return how


def how_named(gold_policy: str, k: str, average: str, ties: str) -> Choices:
    """The choices from words, or a `UsageError` that says what there is."""
    averages: dict[str, Average] = {"macro": "macro", "micro": "micro"}
    rules: dict[str, TiePolicy] = {"position": "position", "expected": "expected"}
    if average not in averages:
        raise UsageError(f"--average is macro or micro, not {average!r}")
    if ties not in rules:
        raise UsageError(f"--ties is position or expected, not {ties!r}")
    return checked(Choices(gold_policy, k_named(k), averages[average], rules[ties]))


def k_named(text: str) -> KPolicy:
    """Where maps are cut, from words: instance, mean, a whole number or a share below 1."""
    by_gold: dict[str, KPolicy] = {"instance": "instance", "mean": "mean"}
    if text in by_gold:
        return by_gold[text]
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if 0 < number < 1:
        return number
    if 1 <= number < 2**31 and number == int(number):
        return int(number)
    raise UsageError(f"--k is instance, mean, a whole number or a share below 1, not {text!r}")


def _noun(project: Project, marks: Marks) -> str:
    """What a unit of these instances is called."""
    ids = dict.fromkeys(marks.instance_ids)
    return _noun_of(instances.read(project.engine, ids=ids, pictures=False))


def _noun_of(some: Sequence[Instance]) -> str:
    return "feature" if some and all(i.kind == "row" for i in some) else "token"


def _counted(result: AlignmentResult, left_out: int) -> AlignmentResult:
    """The result with the number of marked instances that not every explainer has scores of."""
    return replace(result, excluded=({UNSCORED: left_out} if left_out else {}) | result.excluded)


def _of_split(project: Project, campaign: Campaign, split: str | None) -> Marks:
    marks = marks_of(project, campaign)
    if split is None:
        return marks
    everything = instances.read(project.engine, ids=dict.fromkeys(marks.instance_ids))
    wanted = {i.id for i in everything if i.split == split}
    if not wanted:
        raise NotFound(f"campaign {campaign.name!r} has no marked instance in split {split!r}")
    return only(marks, wanted)
