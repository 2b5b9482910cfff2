"""Ratings and words of workers in single formats, under the rules that hold for marks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import update

from db.errors import SafetyError
from db.store import campaigns
from db.store.engine import writing
from db.tables import items
from pipeline.project import Project
from pipeline.release.request import FormatRequest
from pipeline.release.single import export_format
from tests.pipeline.release.support import WORKERS, new_project, reasoned

WORDS = "a dull, dull film"


@pytest.fixture
def project(make_project: Any) -> Project:
    """Four texts, each rated and explained by three people."""
    made = new_project(make_project)
    reasoned(made, WORDS)
    return made


def annotations(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [said for line in lines for said in json.loads(line)["annotations"]]


def test_ratings_leave_with_names_of_the_release_and_words_only_when_asked(
    project: Project, tmp_path: Path
) -> None:
    made = export_format(project, FormatRequest("jsonl", tmp_path / "a.jsonl"))
    rated = {"question": "fluent", "level": "ordinal", "value": "3"}
    assert [said["answers"] for said in annotations(made.path)] == [[rated]] * 12
    assert made.excluded == {"why: in words of the worker's own": 12}
    export_format(project, FormatRequest("jsonl", tmp_path / "b.jsonl", name="a", texts=True))
    why = {"question": "why", "level": "text", "value": json.dumps(WORDS)}
    found = annotations(tmp_path / "b.jsonl")
    assert [said["answers"] for said in found] == [[rated, why]] * 12
    # The names are those of the release called `a`, as they are beside marks.
    assert [s["worker"] for s in found] == [s["worker"] for s in annotations(made.path)]
    assert len({said["worker"] for said in found}) == 3
    assert {said["presentation"] for said in found} == {"plain"}


@pytest.mark.parametrize("name", ["csv", "parquet", "hf"])
def test_no_format_knows_who_answered(name: str, project: Project, tmp_path: Path) -> None:
    made = export_format(project, FormatRequest(name, tmp_path / "out", texts=True))
    files = [made.path] if made.path.is_file() else sorted(made.path.iterdir())
    held = b"".join(file.read_bytes() for file in files)
    assert not any(w.encode() in held or project.pseudonyms.of(w).encode() in held for w in WORKERS)
    if name == "csv":
        cells = pd.read_csv(made.path)["worker_answers"].map(json.loads)
        assert [json.loads(one["value"]) for cell in cells for one in cell] == [3, WORDS] * 12


def test_conditions_are_looked_through_and_items_of_one_text_are_told_apart(
    project: Project, tmp_path: Path
) -> None:
    campaign = campaigns.find(project.engine, "reasons")
    one, two, *_ = campaigns.read_items(project.engine, campaign.id)
    with writing(project.engine) as connection:
        where = items.c.id == two.id
        values = {"instance_id": one.instance_id, "condition": f"shown by {WORKERS[0]}"}
        connection.execute(update(items).where(where).values(**values))
    out = tmp_path / "out.jsonl"
    with pytest.raises(SafetyError, match="platform worker id in items, column 'condition'"):
        export_format(project, FormatRequest("jsonl", out))
    assert not out.exists()
    made = export_format(project, FormatRequest("jsonl", out, redact=True))
    assert WORKERS[0] not in out.read_text(encoding="utf-8")
    assert made.redacted == {"platform worker id in items, column 'condition'": 1}
    twice = [said for said in annotations(out) if "item" in said]
    assert len(twice) == 6 and len({said["item"] for said in twice}) == 2
    assert {said.get("condition", "") for said in twice} == {
        "",
        "shown by " + "█" * len(WORKERS[0]),
    }
    assert not any(item.id in out.read_text(encoding="utf-8") for item in (one, two))
