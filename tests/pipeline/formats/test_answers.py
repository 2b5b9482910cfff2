"""Answers to other questions than label and marks, on their way back in."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import frames
from db.errors import ImportFailed
from db.records import Item
from db.store import campaigns
from pipeline.formats.answers import put
from pipeline.formats.base import ReadOptions
from pipeline.formats.writers import WRITERS
from pipeline.formats.writers.base import Record, Said
from pipeline.ingest import import_data
from pipeline.project import Project
from pipeline.release.asked import asked
from tests.pipeline.formats.writers.support import example, names, read, record_lists

COUNT = itertools.count()
LEVELS = ("nominal", "ordinal", "interval", "ratio", "set", "text")
CARRYING = ("jsonl", "csv", "parquet", "hf")
characters = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
floats = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | characters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(characters, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def answered(draw: Any) -> list[Record]:
    """Texts on which one person answered for two items, and nobody named for a third."""
    asked_of = draw(st.dictionaries(names.filter(lambda n: n not in USUAL), levels, min_size=1))
    some = st.fixed_dictionaries({}, optional=dict.fromkeys(asked_of, values)).filter(bool)

    def said(worker: str | None, item: str) -> Said:
        told = draw(some | some.map(lambda found: {"label": "yes", **found}))
        here = {name: level for name, level in asked_of.items() if name in told}
        return Said(worker, told, here, item, draw(st.just("") | names), "plain", "ab")

    return [
        replace(record, annotations=(said("p", "1"), said("p", "2"), said(None, "1")))
        for record in draw(record_lists(own_tokens=False))
    ]


USUAL = ("label", "marks")
levels = st.sampled_from(LEVELS)


@pytest.mark.parametrize("name", CARRYING)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(records=answered())
def test_what_was_written_is_read_as_it_was(
    name: str, records: list[Record], tmp_path: Path
) -> None:
    path = tmp_path / str(next(COUNT))
    written = WRITERS.load(name)(records, path)
    found = read(name, path)
    assert not written.skipped and not found.skipped
    back = [(a.instance_id, a.worker, dict(a.values), dict(a.shown)) for a in found.annotations]
    assert back == [(r.instance.id, *_said(s)) for r in records for s in r.annotations]
    told = {q: level for r in records for s in r.annotations for q, level in s.levels.items()}
    assert {q: v for q, v in (found.questions or {}).items() if q not in USUAL} == told


def _said(said: Said) -> tuple[str | None, dict[str, Any], dict[str, str]]:
    shown = {"item": said.item, "condition": said.condition}
    shown |= {"presentation": said.presentation, "side": said.side}
    return said.worker, dict(said.values), {name: value for name, value in shown.items() if value}


@pytest.mark.parametrize("name", CARRYING)
def test_imported_answers_are_judgements_with_their_level(
    name: str, make_project: Any, tmp_path: Path
) -> None:
    levels = {"rating": "ordinal", "why": "text"}
    people = (
        Said("p1", {"label": "bad", "rating": 4, "why": "cold"}, levels, "t1"),
        Said("p1", {"rating": 2}, levels, "t2", "gradient", "heat", "ba"),
        Said("p2", {"rating": 5}, levels, "t1"),
    )
    WRITERS.load(name)([replace(example(), annotations=people)], tmp_path / "out")
    project: Project = make_project()
    import_data(project, name, tmp_path / "out", ReadOptions(), name="again")
    campaign = campaigns.find(project.engine, "again")
    assert {q.name: q.level for q in asked(campaign)} == {"label": "nominal", **levels}
    table = frames.answers(project.engine, campaign.id, "rating")
    # Each item is a unit of its own: two people rated the first, one of them the second.
    assert sorted(table.groupby("unit")["value"].apply(sorted)) == [[2], [4, 5]]
    assert table["worker"].nunique() == 2
    items = campaigns.read_items(project.engine, campaign.id)
    assert [(i.shown["item"], i.condition, i.presentation, i.side) for i in items] == [
        ("t1", "", "plain", ""),
        ("t2", "gradient", "heat", "ba"),
    ]
    assert frames.answers(project.engine, campaign.id, "why")["value"].tolist() == ["cold"]


def entries(*people: dict[str, Any]) -> dict[str, Any]:
    return {"text": "a b", "annotations": list(people)}


ONE = {"question": "q", "level": "ordinal", "value": "1"}


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([{**ONE, "value": 1}], "the field 'value' must be a string"),
        ([{**ONE, "value": "{"}], "the value of 'q' is not valid JSON"),
        ([{**ONE, "value": "NaN"}], "NaN is not a JSON number"),
        ([{**ONE, "level": "best"}], "level 'best' is not one of: nominal, ordinal"),
        ([ONE, ONE], "the question 'q' under 'answers' is answered twice"),
        ([{**ONE, "question": "marks"}], "'marks' under 'answers' has a field of its own"),
        ([{"value": "1"}], "the field 'question' is missing"),
        ({"q": 1}, "the field 'answers' must be a list"),
        ([1], "the field 'answers' must hold objects"),
    ],
)
def test_faults_name_the_line(answers: Any, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(entries({"worker": "p", "answers": answers})) + "\n")
    with pytest.raises(ImportFailed, match=problem) as failed:
        read("jsonl", path)
    assert f"{path}, line 1" in str(failed.value) or f"{path}:1" in str(failed.value)


def test_a_question_has_one_level_and_without_one_it_is_not_measured(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    bare = {"question": "q", "value": "1"}
    path.write_text(json.dumps(entries({"answers": [bare]})) + "\n")
    assert read("jsonl", path).questions == {"q": "text"}
    lines = [entries({"answers": [ONE]}), {**entries({"answers": [bare]}), "text": "c"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(ImportFailed, match="'q' is text here and ordinal before"):
        read("jsonl", path)


def test_a_second_answer_to_the_same_item_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    one = {"worker": "p", "item": "t1", "answers": [ONE]}
    path.write_text(json.dumps(entries(one, one)) + "\n")
    with pytest.raises(ImportFailed, match="the same worker annotated this text"):
        read("jsonl", path)


@pytest.mark.parametrize("more", [{"explanation": "so"}, {"condition": "a" * 201}])
def test_what_other_formats_show_is_no_condition(more: dict[str, str]) -> None:
    item = Item("i", "c", "t", "h", 0)
    assert put(item, {"condition": "a", "side": "ab"}) == replace(item, condition="a", side="ab")
    assert put(item, {"condition": "a", **more}) is item


def test_what_no_item_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(entries({"side": "a" * 17, "answers": [ONE]})) + "\n")
    with pytest.raises(ImportFailed, match="'side' has more than 16 characters"):
        read("jsonl", path)


def test_without_other_answers_an_import_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(entries({"worker": "p", "marks": [0]})) + "\n")
    found = read("jsonl", path)
    assert (found.questions, dict(found.annotations[0].shown)) == (None, {})
