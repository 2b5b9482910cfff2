"""Importing: all or nothing, once, and what people said is kept as they said it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import frames
from db.errors import Conflict, ImportFailed
from db.store import campaigns, instances, workers
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.project import Project

MakeProject = Callable[..., Project]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def two_people(text: str, first: list[int], second: list[int]) -> dict[str, Any]:
    return {
        "text": text,
        "label": "positive",
        "annotations": [
            {"worker": "ann", "label": "positive", "marks": first},
            {"worker": "bob", "label": "negative", "marks": second},
        ],
    }


def test_annotations_become_an_imported_campaign(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project()
    file = write(
        tmp_path / "d.jsonl", [two_people("a fine day", [1], []), two_people("good", [0], [0])]
    )
    report = import_data(project, "jsonl", file, ReadOptions())
    assert (report.instances_new, report.annotations, report.campaign) == (2, 4, "d-jsonl")
    campaign = campaigns.find(project.engine, "d-jsonl")
    assert (campaign.environment, campaign.state) == ("imported", "closed")
    assert campaign.settings["persons_known"] is True
    marks = frames.marks(
        project.engine, campaign.id, instances.read(project.engine), persons_known=True
    )
    # Ann and Bob met both texts; Bob marked nothing in the first, and that is an answer.
    assert len(marks.worker_ids) == 2
    by_worker = {
        (marks.instance_ids[i], marks.worker_ids[w]): mask.tolist()
        for i, w, mask in zip(marks.instance, marks.worker, marks.masks, strict=True)
    }
    ann, bob = project.pseudonyms.of("ann"), project.pseudonyms.of("bob")
    fine, good = (instance.id for instance in instances.read(project.engine))
    assert by_worker == {
        (fine, ann): [0, 1, 0],
        (fine, bob): [0, 0, 0],
        (good, ann): [1],
        (good, bob): [1],
    }


def test_names_in_the_file_do_not_leave_the_id_table(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    file = write(tmp_path / "d.jsonl", [two_people("a fine day", [1], [])])
    import_data(project, "jsonl", file, ReadOptions())
    campaign = campaigns.find(project.engine, "d-jsonl")
    table = frames.answers(project.engine, campaign.id, "label")
    assert set(table["worker"]) == {project.pseudonyms.of("ann"), project.pseudonyms.of("bob")}
    assert not any(w.simulated for w in workers.read(project.engine, list(table["worker"])))


def test_a_second_import_changes_nothing_and_says_so(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    file = write(tmp_path / "d.jsonl", [two_people("a fine day", [1], [])])
    assert not import_data(project, "jsonl", file, ReadOptions()).nothing_new
    assert import_data(project, "jsonl", file, ReadOptions()).nothing_new
    assert len(campaigns.read(project.engine)) == 1


def test_other_content_under_the_same_name_asks_for_another_name(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    import_data(
        project, "jsonl", write(tmp_path / "d.jsonl", [two_people("a", [0], [])]), ReadOptions()
    )
    file = write(tmp_path / "d.jsonl", [two_people("b", [0], [])])
    with pytest.raises(Conflict, match="--name"):
        import_data(project, "jsonl", file, ReadOptions())
    assert instances.count(project.engine) == 1
    import_data(project, "jsonl", file, ReadOptions(), name="second")
    assert instances.count(project.engine) == 2


def test_a_fault_on_the_last_line_leaves_nothing_behind(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    file = write(tmp_path / "d.jsonl", [two_people(f"text {n}", [0], []) for n in range(50)])
    file.write_text(file.read_text() + '\n{"text": "x y", "rationale_tokens": [7]}')
    with pytest.raises(ImportFailed, match=r"d\.jsonl, line 51"):
        import_data(project, "jsonl", file, ReadOptions())
    assert instances.count(project.engine) == 0
    assert campaigns.read(project.engine) == []


def test_a_changed_label_names_both_and_keeps_nothing_of_the_file(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    import_data(
        project,
        "jsonl",
        write(tmp_path / "a.jsonl", [{"text": "x y", "label": "good"}]),
        ReadOptions(),
    )
    changed = [{"text": "new one", "label": "good"}, {"text": "x y", "label": "bad"}]
    with pytest.raises(Conflict, match=r"'good'.*'bad'"):
        import_data(project, "jsonl", write(tmp_path / "b.jsonl", changed), ReadOptions())
    assert instances.count(project.engine) == 1


def test_rows_that_name_nobody_are_workers_of_their_own(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project = make_project()
    file = write(tmp_path / "d.jsonl", [{"text": "a b", "label": "x", "rationale_tokens": [1]}])
    import_data(project, "jsonl", file, ReadOptions())
    campaign = campaigns.find(project.engine, "d-jsonl")
    assert campaign.settings["persons_known"] is False
