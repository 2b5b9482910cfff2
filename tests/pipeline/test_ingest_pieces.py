"""Importing piece by piece: one transaction, whatever the file turns out to be at its end."""

from __future__ import annotations

import gc
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from db.errors import Conflict, ImportFailed
from db.store import campaigns, instances
from db.tables import assignments, hits, items, judgements, metadata
from pipeline import spool
from pipeline.formats import gather
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.project import Project

MakeProject = Callable[..., Project]
PLAIN = ReadOptions()


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten lines are several pieces already."""
    monkeypatch.setattr(gather, "RECORDS", 4)
    monkeypatch.setattr(spool, "AT_ONCE", 3)


def write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def said(text: str, worker: str | None, *marks: int) -> dict[str, Any]:
    return {"text": text, "annotations": [{"worker": worker, "marks": list(marks)}]}


def everything(engine: Engine) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            t.name: sorted(map(repr, connection.execute(select(t)))) for t in metadata.sorted_tables
        }


def test_annotations_far_apart_share_the_page_of_their_instance(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    texts = [f"text {n}" for n in range(10)]
    lines = [said(text, worker, 1) for worker in ("ann", None, "bob") for text in texts]
    report = import_data(project, "jsonl", write(tmp_path / "d", lines), PLAIN)
    assert (report.instances_new, report.annotations) == (10, 30)
    campaign = campaigns.find(project.engine, "d-jsonl")
    assert campaign.assignments_per_hit == 3
    assert campaign.settings["persons_known"] is False
    with project.engine.connect() as connection:
        pages = connection.execute(
            select(hits.c.position, items.c.instance_id, items.c.position)
            .join(items, items.c.hit_id == hits.c.id)
            .order_by(hits.c.position)
        ).all()
        per_page = connection.execute(select(assignments.c.hit_id)).scalars().all()
        answered = connection.execute(select(judgements.c.item_id)).scalars().all()
    identities = [i.id for i in instances.read(project.engine)]
    assert pages == [(n, identity, 0) for n, identity in enumerate(identities)]
    assert all(len(of) == 30 and len(set(of)) == 10 for of in (per_page, answered))


def test_the_size_of_pieces_leaves_no_trace(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [said(f"text {n % 7}", f"worker {n}", n % 2) for n in range(20)]
    lines += [{"text": "text 3", "label": "x"}, {"text": "new"}]
    path = write(tmp_path / "d", lines)
    found = []
    for size in (1, 5, 1000):
        monkeypatch.setattr(gather, "RECORDS", size)
        project = make_project(name=f"p{size}")
        import_data(project, "jsonl", path, PLAIN)
        stored = [(i.id, i.label) for i in instances.read(project.engine)]
        tables = everything(project.engine)
        found.append((stored, tables["hits"], tables["items"]))
    assert found[0] == found[1] == found[2]
    assert [label for _, label in found[0][0]] == [None] * 3 + ["x"] + [None] * 4


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        ("{", r"line 21: is not valid JSON"),
        ('{"text": "text 0", "label": "y"}', r"line 21: label 'y' contradicts 'x'.*line 1;"),
        ('{"text": "n", "label": "\\ud800"}', r"half a character"),
    ],
)
def test_a_wrong_last_line_leaves_the_database_as_it_was(
    last: str, fault: str, make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    import_data(project, "jsonl", write(tmp_path / "a", [said("old", "ann", 0)]), PLAIN)
    before = everything(project.engine)
    lines = [said(f"text {n}", "ann", 0) | {"label": "x"} for n in range(20)]
    path = write(tmp_path / "d", lines)
    path.write_text(path.read_text() + last + "\n")
    with pytest.raises(ImportFailed, match=fault):
        import_data(project, "jsonl", path, PLAIN)
    assert everything(project.engine) == before


def test_a_label_that_comes_later_meets_what_is_stored(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    stored = [{"text": "known", "label": "x"}, {"text": "bare"}]
    import_data(project, "jsonl", write(tmp_path / "a", stored), PLAIN)
    between = [{"text": f"text {n}"} for n in range(8)]
    bare, late = [{"text": "bare"}, {"text": "text 1"}], [{"text": "bare", "label": "z"}]
    path = write(tmp_path / "b", [*bare, *between, *late, {"text": "text 1", "label": "z"}])
    assert import_data(project, "jsonl", path, PLAIN).instances_known == 1
    # What was stored without a label before stays without, as when both stand on one line.
    labels = {
        i.text: i.label for i in instances.read(project.engine) if i.text in ("bare", "text 1")
    }
    assert labels == {"bare": None, "text 1": "z"}
    before = everything(project.engine)
    other = [
        {"text": "known"},
        *({"text": f"more {n}"} for n in range(8)),
        {"text": "known", "label": "y"},
    ]
    with pytest.raises(Conflict, match=r"stored with label 'x', the file says 'y': 'known'"):
        import_data(project, "jsonl", write(tmp_path / "c", other), PLAIN)
    assert everything(project.engine) == before


@contextmanager
def interrupted(engine: Engine, table: str, after: int) -> Iterator[None]:
    """Send SIGINT as a table is written for the time number `after`."""
    seen = 0

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        if statement.lower().startswith(f"insert into {table}"):
            seen += 1
            if seen == after:
                os.kill(os.getpid(), signal.SIGINT)

    event.listen(engine, "after_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", count)


@pytest.mark.parametrize("table", ["instances", "assignments"])
def test_ctrl_c_in_the_middle_leaves_nothing(
    table: str, make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    before = everything(project.engine)
    path = write(tmp_path / "d", [said(f"text {n}", "ann", 0) for n in range(20)])
    with interrupted(project.engine, table, 2), pytest.raises(KeyboardInterrupt):
        import_data(project, "jsonl", path, PLAIN)
    gc.collect()  # a process ends here; in a test the frames of the exception hold their cursor
    assert everything(project.engine) == before
    assert import_data(project, "jsonl", path, PLAIN).instances_new == 20
