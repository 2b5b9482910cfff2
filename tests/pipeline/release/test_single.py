"""One campaign in one format: what our own readers make of it, and the rules of a release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.errors import NotFound, SafetyError, UsageError
from db.store import campaigns
from pipeline.formats.base import ReadOptions
from pipeline.formats.writers import WRITERS
from pipeline.ingest import import_data
from pipeline.judged import marks_of
from pipeline.project import Project
from pipeline.release.request import FormatRequest
from pipeline.release.single import export_format
from tests.pipeline.release.support import (
    WORKERS,
    answered,
    new_project,
    reasoned,
)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_what_was_exported_is_imported_as_the_same_marks(
    pilot: Project, make_project: Any, tmp_path: Path
) -> None:
    made = export_format(pilot, FormatRequest("jsonl", tmp_path / "out.jsonl"))
    assert (made.records, made.people) == (8, "workers")
    other: Project = make_project(name="other")
    import_data(other, "jsonl", tmp_path / "out.jsonl", ReadOptions(), name="again")
    before = marks_of(pilot, campaigns.find(pilot.engine, "pilot"))
    after = marks_of(other, campaigns.find(other.engine, "again"))
    assert set(after.instance_ids) == set(before.instance_ids)
    assert len(after.worker_ids) == len(before.worker_ids) == 3
    assert sorted(m.tolist() for m in after.masks) == sorted(m.tolist() for m in before.masks)


def test_ids_of_workers_stay_behind_and_names_are_those_of_the_file(
    pilot: Project, tmp_path: Path
) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        export_format(pilot, FormatRequest("jsonl", tmp_path / name))
    export_format(pilot, FormatRequest("jsonl", tmp_path / "c.jsonl", name="a"))
    text = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert not any(w in text or pilot.pseudonyms.of(w) in text for w in WORKERS)
    assert text == (tmp_path / "c.jsonl").read_text(encoding="utf-8")
    assert text != (tmp_path / "b.jsonl").read_text(encoding="utf-8")


def test_simulated_workers_are_named_so_in_every_line(make_project: Any, tmp_path: Path) -> None:
    project = new_project(make_project)
    answered(project, simulated=True)
    made = export_format(project, FormatRequest("jsonl", tmp_path / "out.jsonl"))
    for row in lines(made.path):
        assert row["attributes"]["answered_by"] == "simulated workers"
        assert all(a["worker"].startswith("simulated-p") for a in row["annotations"])
    assert made.notes[0].startswith("All answers come from simulated workers")


def test_own_words_stay_behind_and_what_tells_who_somebody_is_refuses(
    make_project: Any, tmp_path: Path
) -> None:
    project = new_project(make_project)
    reasoned(project, f"I am {WORKERS[0]}")
    out = tmp_path / "out.jsonl"
    with pytest.raises(SafetyError, match="12 × platform worker id in answers to 'why'"):
        export_format(project, FormatRequest("jsonl", out, texts=True))
    assert not out.exists()
    made = export_format(project, FormatRequest("jsonl", out))
    assert made.excluded["why: in words of the worker's own"] == 12
    assert WORKERS[0] not in out.read_text(encoding="utf-8")


def test_what_cannot_be_exported_is_refused_before_anything_is_written(
    pilot: Project, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="no format to write called 'nope'"):
        export_format(pilot, FormatRequest("nope", out))
    with pytest.raises(NotFound, match="no campaign is called 'nope'"):
        export_format(pilot, FormatRequest("jsonl", out, campaign="nope"))
    with pytest.raises(NotFound, match="no model run begins with 'abc'"):
        export_format(pilot, FormatRequest("jsonl", out, run="abc"))
    assert not out.exists()
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        export_format(pilot, FormatRequest("jsonl", out))
    assert out.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "masks"])
def test_every_format_of_texts_leaves_ids_behind_and_gives_the_same_again(
    name: str, pilot: Project, tmp_path: Path
) -> None:
    made = [
        export_format(pilot, FormatRequest(name, tmp_path / folder / "out"))
        for folder in (_new(tmp_path / "a"), _new(tmp_path / "b"))
    ]
    assert [one.records for one in made] == [8, 8]
    first, second = (_bytes(one.path) for one in made)
    assert first == second
    assert not any(
        identity.encode() in body
        for body in first.values()
        for worker in WORKERS
        for identity in (worker, pilot.pseudonyms.of(worker))
    )


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _bytes(path: Path) -> dict[str, bytes]:
    """A file's content, or that of every file in a folder."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in files}
