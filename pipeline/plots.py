"""`--plots DIR`: plots of agreement, workers and consensus as files, from a campaign or a table.

Workers have pseudonyms: a campaign's own, and for a file numbers, as `konkyo workers` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.aggregation.scores import Drawing
from analysis.report.plots.charts import Chart
from analysis.report.plots.paper import FORMATS, Columns, on_paper
from analysis.workers.agreement import agreement
from analysis.workers.read import ORDER, read_work
from db.columns import GOLD, UNIT, WORKER, require
from db.errors import KonkyoError, NotFound
from db.records import Campaign, Estimate
from db.store import assignments
from pipeline.agreement import SET, level_named
from pipeline.config import AnalysisSettings
from pipeline.files import write_whole
from pipeline.judged import judged_campaign, questions, regular
from pipeline.plots_of_work import Known, plots_of_work
from pipeline.project import Project
from pipeline.tables import read_table, typed_together
from pipeline.workers import KnownWorkers

SIZES: tuple[tuple[Columns, str], ...] = ((1, ""), (2, "-wide"))
"""Columns of a page, and how files of that width end."""
CAPTIONS = "captions.txt"
NO_ORDER = "nothing says in which order answers came (`workers` takes a file's with --order)"
NO_GOLD = "no answers are known (`workers` and `aggregate` take a file's with --gold)"
NOT_DATED = "the data do not say when judgements were given"


@dataclass(frozen=True)
class Plots:
    """What can be drawn, and sentences on what cannot: which plot, and why."""

    charts: tuple[Chart, ...]
    left_out: tuple[str, ...] = ()


class Written(NamedTuple):
    """The files, and letters that no installed font has: boxes stand for them."""

    files: tuple[Path, ...]
    missing: str


def joined(parts: Sequence[Plots]) -> Plots:
    """Several as one; charts of the same name are numbered from the second on."""
    seen: dict[str, int] = {}
    charts = []
    for chart in (chart for part in parts for chart in part.charts):
        seen[chart.name] = n = seen.get(chart.name, 0) + 1
        charts.append(chart if n == 1 else replace(chart, name=f"{chart.name}-{n}"))
    return Plots(tuple(charts), tuple(dict.fromkeys(w for part in parts for w in part.left_out)))


def check_folder(folder: Path | None) -> None:
    """Refuse a place for plots that is no folder, before anything is computed."""
    if folder is None:
        return
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise KonkyoError(f"{there} is a file; name a folder for the plots")


def write_plots(folder: Path, plots: Plots) -> Written:
    """Write NAME.svg and NAME.pdf (one column), NAME-wide.* (two) and the captions.

    Everything is drawn before the first file is written, and each file is whole. Without charts
    nothing is written, and no folder made.
    """
    drawn = {
        f"{chart.name}{suffix}.{kind}": on_paper(chart, kind, columns)
        for chart in plots.charts
        for columns, suffix in SIZES
        for kind in FORMATS
    }
    if not drawn:
        return Written((), "")
    files = {name: one.content for name, one in drawn.items()}
    files[CAPTIONS] = captions(plots).encode("utf-8", "replace")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KonkyoError(f"{folder} cannot be made: {error.strerror}") from error
    for name, content in files.items():
        write_whole(folder / name, content)
    missing = "".join(dict.fromkeys("".join(one.missing for one in drawn.values())))
    return Written(tuple(folder / name for name in files), missing)


def captions(plots: Plots) -> str:
    """The words of every plot, and what was left out."""
    parts = [f"{c.name}\n{c.title}. {c.caption}" for c in plots.charts]
    parts += [f"left out\n{words}" for words in plots.left_out]
    return "\n\n".join(parts) + "\n"


def plots_of_file(
    path: Path,
    level: str,
    columns: Mapping[str, str | None],
    settings: AnalysisSettings,
    *,
    seed: int = 1,
    duplicates: str = "error",
    one: str | None = None,
) -> Plots:
    """Plots of a long table; `columns`: our name (unit, value, worker, gold, order) → the file's.

    `one`: the worker, by number ("worker 3"), who has a confusion matrix of their own.
    """
    if level == SET:
        return Plots((), ("no plots: answers that are sets have no labels to set side by side",))
    table, persons = numbered(path, columns)
    known = Known(
        persons=persons,
        not_ordered="" if ORDER in table else NO_ORDER,
        no_gold="" if GOLD in table else NO_GOLD,
        one=one,
    )
    drawing = Drawing(settings.bootstrap, seed, settings.confidence)
    return Plots(*plots_of_work(table, level, known, drawing, duplicates))


def numbered(path: Path, columns: Mapping[str, str | None]) -> tuple[pd.DataFrame, bool]:
    """The table in our columns, workers numbered as the file first names them; are they known?

    Answers and gold are typed alike, as every command types them: gold 1.0 meets the answer "1".
    """
    named = {name: theirs for name, theirs in columns.items() if theirs}
    raw = read_table(path, [named[name] for name in (UNIT, WORKER) if name in named])
    require(raw, named.values(), str(path))
    table = typed_together(pd.DataFrame({name: raw[theirs] for name, theirs in named.items()}))
    persons = WORKER in table
    codes = pd.factorize(table[WORKER])[0] if persons else range(len(table))
    names = [None if code < 0 else f"worker {code + 1}" for code in codes]
    return table.assign(**{WORKER: pd.Series(names, index=table.index, dtype=object)}), persons


def plots_of_campaign(
    project: Project,
    name: str | None,
    *,
    question: str | None = None,
    one: str | None = None,
    seed: int | None = None,
    bootstrap: int | None = None,
) -> Plots:
    """Plots of a campaign's answers to `question`, or to every one that has a value."""
    campaign = judged_campaign(project, name)
    asked = questions(project, campaign)
    drawing = drawing_of(project, seed, bootstrap)
    wanted = [question] if question else list(asked)
    several = len([q for q in wanted if asked.get(q) != SET]) > 1
    parts = []
    for each in wanted:
        if asked.get(each) == SET:
            words = f"no plots of {each!r}: they show answers of one value, and marks are sets"
            parts.append(Plots((), (words,)))
            continue
        charts, left_out = _of_question(project, campaign, each, asked[each], one, drawing)
        if several:
            charts = tuple(
                replace(c, name=f"{c.name}-{stem(each)}", title=f"{c.title}: {each}")
                for c in charts
            )
            left_out = tuple(f"{each}: {words}" for words in left_out)
        parts.append(Plots(charts, left_out))
    return joined(parts)


def agreement_of_workers(project: Project, campaign: Campaign) -> dict[str, Estimate]:
    """Worker → agreement with the others, on the first question that has a value; else nothing."""
    asked = questions(project, campaign)
    question = next((name for name, level in asked.items() if level != SET), None)
    if question is None or not campaign.settings["persons_known"]:
        return {}
    try:
        table = regular(project, campaign, question).drop(columns=GOLD)
    except NotFound:
        return {}
    work = read_work(table, level_named(asked[question]), duplicates="first")
    fact = agreement(work, confidence=project.settings.analysis.confidence)
    names = map(str, work.judged.workers)
    return {name: fact.of(place, name) for place, name in enumerate(names)}


def _of_question(
    project: Project,
    campaign: Campaign,
    question: str,
    level: str,
    one: str | None,
    drawing: Drawing,
) -> tuple[tuple[Chart, ...], tuple[str, ...]]:
    dated = {a.id: a.submitted_at for a in assignments.read(project.engine, campaign.id)}
    table = regular(project, campaign, question).drop(columns=GOLD)
    times = [dated.get(assignment) for assignment in table["assignment"]]
    known_times = all(time is not None for time in times)
    if known_times:
        table[ORDER] = times
    known = Known(
        persons=bool(campaign.settings["persons_known"]),
        not_ordered="" if known_times else NOT_DATED,
        no_gold="",
        one=one,
    )
    return plots_of_work(table, level, known, drawing, "first")


def first_worker(found: KnownWorkers) -> str | None:
    """The worker who stands out most, if there is any worker at all."""
    return found.found.workers[0].worker if found.found.workers else None


def drawing_of(project: Project, seed: int | None, bootstrap: int | None) -> Drawing:
    settings = project.settings.analysis
    return Drawing(
        settings.bootstrap if bootstrap is None else bootstrap,
        project.settings.project.seed if seed is None else seed,
        settings.confidence,
    )


def stem(text: str) -> str:
    """A name as part of a file's name."""
    return "".join(sign if sign.isalnum() else "-" for sign in text.casefold())[:40]
