"""Maps to be compared: of one run's explainers, of several runs, of training objectives, of files.

Every map that is compared covers the same instances: those that people marked and that all of them
explain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from analysis.comparison.conditions import Conditions
from analysis.score_table import ScoreTable
from db import frames
from db.errors import NotFound, UsageError
from db.ragged import Ragged
from db.records import Campaign, Marks, ModelRun
from db.store import rationales, runs
from pipeline import align_images
from pipeline.align import FLOORS, check_names, only
from pipeline.comparing.maps import LEFT_OUT, Maps, Pairs, ScoredTokens
from pipeline.comparing.pictures import of_pictures
from pipeline.formats import READERS
from pipeline.formats.base import Reader, ReadOptions, whole
from pipeline.judged import marks_of
from pipeline.project import Project
from pipeline.score_files import marks_of_file, scores_of_file

SHORT = 8
"""Digits of a run's id in the name of its maps, where they tell runs apart."""


def of_explainers(project: Project, campaign: Campaign, named: Sequence[str]) -> Maps:
    """The explainers of one run, the latest unless one is named."""
    if len(named) > 1:
        raise UsageError(
            "--by explainer compares within one run; name one, or compare --by run or objective"
        )
    run = runs.find(project.engine, named[0] if named else None)
    maps = _on(project, campaign, {run.id: run}, {run.id: ""})
    return maps._replace(notes=(f"run {run.id}", *maps.notes))


def of_runs(project: Project, campaign: Campaign, named: Sequence[str]) -> Maps:
    """Two runs or more, explainer by explainer."""
    if len(named) < 2:
        raise UsageError("--by run compares two runs or more; name each with --run")
    found = {run.id: run for run in (runs.find(project.engine, name) for name in named)}
    if len(found) < 2:
        raise UsageError("--run names the same run twice; two different runs can be compared")
    maps = _on(project, campaign, found, _short(list(found)))
    return maps._replace(pairs=_same_explainer(maps.names))


def of_objectives(project: Project, campaign: Campaign, named: Sequence[str]) -> Maps:
    """Runs of different objectives; those of one objective (seeds) are averaged.

    Without --run: every run that has explained a marked instance.
    """
    chosen = [runs.find(project.engine, name) for name in named] or [
        run
        for run in runs.read(project.engine)
        if any(name not in FLOORS for name in rationales.explainers(project.engine, run.id))
    ]
    found = {run.id: run for run in chosen}
    objectives = list(dict.fromkeys(run.objective for run in found.values()))
    if len(objectives) < 2:
        raise UsageError(
            "--by objective needs explained runs of two training objectives, and there is "
            f'{objectives[0] if objectives else "none"}; train with another, and "konkyo explain" it'
        )
    maps = _on(project, campaign, found, _short(list(found)))
    groups: dict[str, list[str]] = {}
    names = _short(list(found))
    for identity, run in found.items():
        for explainer in _explainers(maps.names):
            key = f"{run.objective} {explainer}"
            groups.setdefault(key, []).append(f"{names[identity]} {explainer}")
    counts = {o: sum(run.objective == o for run in found.values()) for o in objectives}
    listed = ", ".join(f"{name} ({n})" for name, n in counts.items())
    note = (
        f"runs by objective: {listed}; their scores are averaged, and seeds are not drawn again "
        "(konkyo teach does that)"
    )
    return maps._replace(pairs=_same_explainer(groups), groups=groups, notes=(note,))


def of_files(human: Path, models: Sequence[Path], format_name: str) -> Maps:
    """Explainers of one file of scores, or the same explainers of several.

    A map is called by its file, and by its explainer where the files have several.
    """
    reader: Reader = READERS.load(format_name)
    marks = marks_of_file(human, whole(reader(human, ReadOptions())))
    stems = _stems(models)
    found = {stems[path]: scores_of_file(path, marks) for path in models}
    for path in models:
        check_names(path, found[stems[path]])
    alone = all(len(by_explainer) == 1 for by_explainer in found.values())
    named = {
        stem if alone and len(models) > 1 else f"{stem} {explainer}": of
        for stem, by_explainer in found.items()
        for explainer, of in by_explainer.items()
    }
    shared = set(marks.instance_ids).intersection(*named.values())
    if not shared:
        listed = ", ".join(str(path) for path in models)
        raise NotFound(f"no text that {human} has marks of has scores in each of {listed}")
    asked, marks = len(marks.instance_ids), only(marks, shared)
    scores = {
        name: Ragged.from_rows(of[identity] for identity in marks.instance_ids)
        for name, of in named.items()
    }
    same = len(models) > 1 and not alone
    pairs = _same_explainer(scores) if same else list(combinations(scores, 2))
    return Maps(
        tuple(scores), ScoredTokens(scores, marks), pairs, {}, (), _left_out(asked - len(shared))
    )


BY: Mapping[str, Callable[[Project, Campaign, Sequence[str]], Maps]] = {
    "explainer": of_explainers,
    "run": of_runs,
    "objective": of_objectives,
}
"""What is compared → how its maps are found."""


def scored(
    maps: Maps, gold_policy: str, metrics: Sequence[str], baseline: str | None, seed: int
) -> dict[str, Conditions]:
    """Metric → conditions; the maps of a group averaged score by score."""
    found = maps.scoring(gold_policy, metrics, baseline, seed)
    if not maps.groups:
        return found
    return {metric: _grouped(given, maps.groups) for metric, given in found.items()}


def _grouped(given: Conditions, groups: Mapping[str, Sequence[str]]) -> Conditions:
    rest = [name for name in given.names if not any(name in members for members in groups.values())]
    tables = [_mean([given.tables[given.place(n)] for n in members]) for members in groups.values()]
    return replace(
        given,
        names=(*groups, *rest),
        tables=(*tables, *(given.tables[given.place(name)] for name in rest)),
    )


def _mean(tables: Sequence[ScoreTable]) -> ScoreTable:
    """Score by score; undefined where one of them is."""
    return replace(tables[0], scores=np.mean([table.scores for table in tables], axis=0))


def _on(
    project: Project, campaign: Campaign, found: Mapping[str, ModelRun], names: Mapping[str, str]
) -> Maps:
    """The maps of runs on the marked instances that all explainers of all of them have."""
    shared = set.intersection(
        *({*rationales.explainers(project.engine, run)} - set(FLOORS) for run in found)
    )
    if not shared:
        raise NotFound(
            "the runs have no explainer in common"
            if len(found) > 1
            else f'run {next(iter(found))} has no rationales; run "konkyo explain" first'
        )
    named = {f"{names[run]} {e}".strip(): (run, e) for run in found for e in sorted(shared)}
    if align_images.of_pictures(project, campaign):
        return of_pictures(project, campaign, named)
    return _of_tokens(project, marks_of(project, campaign), named)


def _of_tokens(project: Project, marks: Marks, named: Mapping[str, tuple[str, str]]) -> Maps:
    """The same of texts and rows; `named`: what a map is called → its run and explainer."""
    shared = set(marks.instance_ids)
    for key in named.values():
        shared &= set(frames.scores(project.engine, *key, marks.instance_ids)[0])
    if not shared:
        raise NotFound(
            "no marked instance has rationales of everything that is to be compared; "
            'run "konkyo explain" for each run first'
        )
    asked, marks = len(marks.instance_ids), only(marks, shared)
    scores = {
        name: frames.scores(project.engine, *key, marks.instance_ids)[1]
        for name, key in named.items()
    }
    out = _left_out(asked - len(marks.instance_ids))
    pairs = list(combinations(scores, 2))
    return Maps(tuple(scores), ScoredTokens(scores, marks), pairs, {}, (), out)


def _same_explainer(names: Iterable[str]) -> Pairs:
    """Pairs whose last words, the explainers, are the same."""
    return [
        (a, b) for a, b in combinations(names, 2) if a.rpartition(" ")[2] == b.rpartition(" ")[2]
    ]


def _explainers(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.rpartition(" ")[2] for name in names))


def _short(ids: Sequence[str]) -> dict[str, str]:
    """Ids by their beginnings, where these differ."""
    short = {identity: identity[:SHORT] for identity in ids}
    return short if len(set(short.values())) == len(ids) else dict(zip(ids, ids, strict=True))


def _stems(models: Sequence[Path]) -> dict[Path, str]:
    """Files by their names without endings, where these differ."""
    if len(set(models)) < len(models):
        raise UsageError("--model names the same file twice")
    stems = {path: path.stem for path in models}
    return stems if len(set(stems.values())) == len(models) else {p: str(p) for p in models}


def _left_out(n: int) -> dict[str, int]:
    return {LEFT_OUT: n} if n else {}
