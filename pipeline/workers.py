"""`konkyo workers`: facts about the people behind the answers. On a campaign or on a plain file.

Who is shown is a pseudonym: a campaign's own, and for a file the number of the worker, because
what a file calls a worker may be the platform's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.judgements import Duplicates
from analysis.workers.base import Fact, Work
from analysis.workers.describe import Described, describe, describe_marks
from analysis.workers.gold import record
from analysis.workers.marking import Marking, read_marking
from analysis.workers.read import HIT, LENGTH, ORDER, POSITION, SECONDS, read_work
from db.columns import GOLD, UNIT, VALUE, WORKER, require
from db.errors import NotFound
from db.records import Campaign, Marks
from db.store import assignments, campaigns, instances
from pipeline.agreement import SET, level_named
from pipeline.gold import check_record
from pipeline.judged import choice_question, judged_campaign, marks_of, questions, regular
from pipeline.project import Project
from pipeline.tables import check_numbers, read_table, typed_together

EXTRAS = (GOLD, SECONDS, LENGTH, POSITION, ORDER, HIT)


@dataclass(frozen=True)
class KnownWorkers:
    """Workers of a campaign or file, the most striking first.

    `simulated`: pseudonyms of simulated workers; `first_row`: pseudonym → the file's row (from 1,
    without its header) where the worker first appears, empty for a campaign.
    """

    of: str
    question: str
    found: Described
    simulated: frozenset[str]
    first_row: Mapping[str, int]
    notes: tuple[str, ...]


def workers_of_campaign(
    project: Project, name: str | None, *, question: str | None = None, seed: int | None = None
) -> KnownWorkers:
    """Facts about a campaign's workers, from its answers to one question on regular items.

    `question`: by default the first that is answered with a value; of one that is answered by
    marks, what they mark is told. The gold record is that of the check items.
    """
    campaign = judged_campaign(project, name)
    if not campaign.settings["persons_known"]:
        raise NotFound(f"the data of {campaign.name!r} do not say who the workers were")
    asked = question or choice_question(project, campaign)
    level = questions(project, campaign).get(asked)
    if level is None:
        raise NotFound(f"campaign {campaign.name!r} has no question {asked!r} that is measured")
    table = _timed(project, campaign, regular(project, campaign, asked).drop(columns=GOLD))
    confidence = project.settings.analysis.confidence
    if level == SET:
        marking = _marking(marks_of(project, campaign, asked), table)
        record_of = _checks(project, campaign, marking.work, confidence)
        found = describe_marks(marking, gold=record_of, confidence=confidence)
    else:
        work = read_work(table, level_named(level), duplicates="first")
        found = describe(
            work,
            gold=_checks(project, campaign, work, confidence),
            confidence=confidence,
            seed=project.settings.project.seed if seed is None else seed,
        )
    simulated = frozenset(table[WORKER][table["simulated"]])
    return KnownWorkers(campaign.name, asked, found, simulated, {}, ())


def workers_of_file(
    path: Path,
    level: str,
    columns: Mapping[str, str],
    *,
    confidence: float,
    duplicates: Duplicates = "error",
    seed: int = 1,
) -> KnownWorkers:
    """Facts about the workers of a long table; `columns`: our name → the file's name."""
    texts = [columns[name] for name in (UNIT, WORKER)]
    raw = read_table(path, texts)
    require(raw, columns.values(), str(path))
    table = pd.DataFrame({name: raw[theirs] for name, theirs in columns.items()})
    check_numbers(path, table, level)
    table = typed_together(table)
    codes, _ = pd.factorize(table[WORKER])
    numbered = [None if code < 0 else f"worker {code + 1}" for code in codes.tolist()]
    table = table.assign(**{WORKER: pd.Series(numbered, index=table.index, dtype=object)})
    work = read_work(table, level_named(level), duplicates=duplicates)
    first = {name: row for row, name in reversed(list(enumerate(numbered, start=1))) if name}
    found = describe(work, confidence=confidence, seed=seed)
    note = "workers are numbered as the file first names them"
    return KnownWorkers(str(path), columns[VALUE], found, frozenset(), first, (note,))


def without_tables(found: Described) -> list[dict[str, object]]:
    """The workers as plain data, each with all of its facts, answers and labels; no NaN."""
    rows: list[dict[str, object]] = []
    for worker in found.workers:
        plain = {
            name: table.drop(columns=WORKER).astype(object).where(table.notna(), None)
            for name, table in (("answers", worker.answers), ("labels", worker.labels))
        }
        rows.append(
            {
                "worker": worker.worker,
                "judgements": worker.judgements,
                "notes": list(worker.notes),
                "facts": [asdict(fact) for fact in worker.facts],
                **{name: table.to_dict("records") for name, table in plain.items()},
            }
        )
    return rows


def _timed(project: Project, campaign: Campaign, table: pd.DataFrame) -> pd.DataFrame:
    """The judgements with their place, HIT, the length of what was judged, and seconds.

    Seconds are those of the whole page over its items: pages tell how long they were in use.
    """
    items = {item.id: item for item in campaigns.read_items(project.engine, campaign.id)}
    of_hit = pd.Series([item.hit_id for item in items.values()]).value_counts()
    lengths = {i.id: i.n_units for i in instances.read(project.engine, pictures=False)}
    used = {
        a.id: a.facts["active_ms"] / 1000
        for a in assignments.read(project.engine, campaign.id)
        if a.facts.get("active_ms")
    }
    hits = [items[unit].hit_id for unit in table[UNIT]]
    seconds = [
        used.get(assignment, np.nan) / of_hit[hit]
        for assignment, hit in zip(table["assignment"], hits, strict=True)
    ]
    beside: dict[str, pd.Series[Any]] = {
        POSITION: pd.Series([items[unit].position for unit in table[UNIT]], table.index),
        HIT: pd.Series(hits, table.index),
        LENGTH: table["instance"].map(lengths),
        SECONDS: pd.Series(seconds, table.index),
    }
    return table.assign(**beside)


def _marking(marks: Marks, table: pd.DataFrame) -> Marking:
    """The masks with what is known of how each came about; `table` is in the order of answers."""
    table = table.drop_duplicates(["instance", WORKER]).reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(table[["instance", WORKER]])
    wanted = zip(
        np.array(marks.instance_ids, dtype=object)[marks.instance],
        np.array(marks.worker_ids, dtype=object)[marks.worker],
        strict=True,
    )
    rows = keys.get_indexer(pd.MultiIndex.from_tuples(list(wanted)))
    return read_marking(marks, table.assign(**{ORDER: table.index}).iloc[rows])


def _checks(project: Project, campaign: Campaign, work: Work, confidence: float) -> Fact | None:
    """The record on check items, None where the campaign put none."""
    by_worker = check_record(project, campaign).by_worker
    if not by_worker:
        return None
    counts = [by_worker.get(str(worker), (0, 0)) for worker in work.judged.workers]
    right, asked = np.array(counts, dtype=np.float64).reshape(-1, 2).T
    return record(right, asked, confidence)
