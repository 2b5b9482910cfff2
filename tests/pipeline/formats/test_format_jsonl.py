"""The jsonl format: what is read, what is refused, and that nothing is changed on the way."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ImportFailed
from db.records import instance_id
from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions
from pipeline.formats.jsonl import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()


def one(write: Any, **fields: Any) -> Imported:
    """Read a file of one line."""
    return read(write([fields]), PLAIN)


def test_the_catalogue_names_the_reader() -> None:
    assert READERS.load("jsonl") is pieces


def test_every_field_is_read(write: Any) -> None:
    imported = one(
        write,
        text="good film",
        label="positive",
        split="train",
        id=7,
        attributes={"domain": "films"},
        rationale=[[0, 4]],
    )
    (instance,) = imported.instances
    assert instance.id == instance_id("text", "good film")
    assert (instance.kind, instance.text, instance.tokens) == (
        "text",
        "good film",
        ["good", "film"],
    )
    assert (instance.label, instance.split) == ("positive", "train")
    assert instance.attributes == {"domain": "films", "id": "7"}
    (annotation,) = imported.annotations
    assert annotation.values == {"label": "positive", "marks": [0]}
    assert (annotation.worker, annotation.line) == (None, 1)
    assert json.loads(annotation.raw) == {"rationale": [[0, 4]]}


def test_a_pair_counts_its_tokens_on(write: Any) -> None:
    # "a b" has the tokens 0 and 1, "c d" then 2 and 3
    imported = one(write, text="a b", text_pair="c d", rationale_tokens=[3, 0])
    (instance,) = imported.instances
    assert (instance.kind, instance.tokens) == ("pair", ["a", "b", "c", "d"])
    assert instance.id == instance_id("pair", "a b", "c d")
    assert imported.annotations[0].values == {"marks": [0, 3]}


def test_tokens_may_be_given(write: Any) -> None:
    spans, pair = [[0, 2], [2, 5]], [[0, 1]]
    imported = one(write, text="can't", tokens=spans, text_pair="x", tokens_pair=pair)
    assert imported.instances[0].tokens == ["ca", "n't", "x"]


def test_annotations_name_their_workers_and_raw_does_not(write: Any) -> None:
    people = [
        {"worker": "W1", "label": "positive", "marks": [1, 0]},
        {"worker": None, "marks": []},
    ]
    imported = one(write, text="good film", annotations=people)
    first, second = imported.annotations
    assert (first.worker, first.values) == ("W1", {"label": "positive", "marks": [0, 1]})
    assert (second.worker, second.values) == (None, {"marks": []})
    assert "W1" not in first.raw
    assert "1 named worker" in imported.annotators and "not named" in imported.annotators


def test_an_empty_rationale_was_asked_for_and_null_was_not(write: Any) -> None:
    asked, unasked = {"text": "a", "rationale": []}, {"text": "b", "rationale": None}
    imported = read(write([asked, unasked]), PLAIN)
    assert [a.values["marks"] for a in imported.annotations] == [[]]
    assert imported.annotations[0].instance_id == imported.instances[0].id


def test_fields_may_have_other_names(write: Any) -> None:
    options = ReadOptions(
        text="premise", text_pair="claim", label="gold", split="fold", rationale="why"
    )
    line = {"premise": "a b", "claim": "c", "gold": 1, "fold": "dev", "why": [[2, 3]], "text": 5}
    imported = read(write([line]), options)
    (instance,) = imported.instances
    assert (instance.text, instance.text_pair) == ("a b", "c")
    assert (instance.label, instance.split) == ("1", "dev")
    assert imported.annotations[0].values == {"label": "1", "marks": [1]}
    assert imported.notes == ("fields that were not read: 'text'",)


def test_a_named_field_that_stands_nowhere_is_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match="no line has a field 'gold'; there are: 'text'"):
        read(write([{"text": "a"}]), ReadOptions(label="gold"))


TEXT = st.text(st.characters(exclude_categories=())).filter(lambda text: text.split() != [])


@given(st.lists(TEXT, min_size=1, unique=True), st.data())
def test_texts_and_marks_come_back_unchanged(texts: list[str], data: st.DataObject) -> None:
    lines = []
    for text in texts:
        positions = st.lists(st.integers(0, len(text.split()) - 1), unique=True)
        lines.append({"text": text, "rationale_tokens": data.draw(positions)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        imported = read(path, PLAIN)
    assert [instance.text for instance in imported.instances] == texts
    assert [instance.tokens for instance in imported.instances] == [t.split() for t in texts]
    marks = [annotation.values["marks"] for annotation in imported.annotations]
    assert marks == [sorted(line["rationale_tokens"]) for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> &amp; <b>",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301 \u202eright to left\u202c",
        "nul\u0000inside and \ud800 a lone surrogate",
        "'; DROP TABLE instances; --",
    ],
)
def test_hostile_text_survives(write: Any, text: str) -> None:
    imported = one(write, text=text, attributes={"note": text}, label=text)
    (instance,) = imported.instances
    assert (instance.text, instance.attributes["note"], instance.label) == (text, text, text)


def test_crlf_blank_lines_and_a_byte_order_mark_are_fine(write: Any) -> None:
    imported = read(write(b'\xef\xbb\xbf{"text": "a"}\r\n\r\n{"text": "b"}\r\n'), PLAIN)
    assert [instance.text for instance in imported.instances] == ["a", "b"]


def test_the_last_of_equal_keys_holds(write: Any) -> None:
    assert read(write('{"text": "a", "text": "b"}'), PLAIN).instances[0].text == "b"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"text": "a"', "not valid JSON"),
        ('{"text": "a"}{"text": "b"}', "not valid JSON: Extra data"),
        ('{"text": "a", "x": NaN}', "NaN is not a JSON number"),
        ('{"text": "a", "x": -Infinity}', "-Infinity is not a JSON number"),
        ('{"text": "a", "x": 1' + "0" * 5000 + "}", "too many digits"),
        ('{"text": "a", "x": ' + "[" * 100_000, "nested too deeply"),
        ('{"text": "a\x00"}', "not valid JSON"),
        ('["text"]', "expected a JSON object, found a list"),
        ("null", "expected a JSON object, found null"),
        ("{}", "the field 'text' is missing; the fields are: none"),
        ('{"txt": "a"}', "the field 'text' is missing; the fields are: 'txt'"),
        ('{"text": null}', "'text' must be a string, not null"),
        ('{"text": 5}', "'text' must be a string, not a whole number"),
        ('{"text": ""}', "the text is empty"),
        ('{"text": " \\u2003"}', "the text is empty"),
        ('{"text": "a", "text_pair": ""}', "the text is empty"),
        ('{"text": "a", "label": 1.5}', "'label' must be a string, not a number"),
        ('{"text": "a", "label": true}', "'label' must be a string, not true or false"),
        ('{"text": "a", "split": ["train"]}', "'split' must be a string, not a list"),
        ('{"text": "a", "attributes": "x"}', "'attributes' must be an object, not a string"),
        ('{"text": "a", "attributes": {"n": 1}}', "'attributes.n' must be a string"),
        ('{"text": "a", "tokens": []}', "the text is empty: it holds no token"),
        ('{"text": "abc", "tokens": [[0, 2], [1, 3]]}', "overlaps"),
        ('{"text": "abc", "tokens": [[2, 3], [0, 1]]}', "precedes"),
        ('{"text": "abc", "tokens": [[0, 4]]}', "beyond the text of 3 characters"),
        ('{"text": "a", "rationale": [[0, 2]]}', "beyond the text of 1 characters"),
        ('{"text": "a", "rationale": [[-1, 1]]}', "negative"),
        ('{"text": "ab", "rationale": [[2, 1]]}', "reversed"),
        ('{"text": "ab", "rationale": [[0, 1.0]]}', "whole numbers, not a number"),
        ('{"text": "ab", "rationale": [[0, true]]}', "whole numbers, not true or false"),
        ('{"text": "ab", "rationale": [[0, "1"]]}', "whole numbers, not a string"),
        ('{"text": "ab", "rationale": [[0]]}', r"pairs \[start, end\]"),
        ('{"text": "ab", "rationale": [0, 1]}', "must be a list, not a whole number"),
        ('{"text": "ab", "rationale": [[0, 99999999999999999999]]}', "no position can have"),
        ('{"text": "ab", "rationale_tokens": [1]}', "position 1 does not exist"),
        ('{"text": "ab", "rationale_tokens": [-1]}', "position -1 does not exist"),
        ('{"text": "ab", "rationale_tokens": {}}', "must be a list, not an object"),
        ('{"text": "a", "rationale": [], "rationale_tokens": []}', "gives both"),
        ('{"text": "a", "annotations": [5]}', "must hold objects"),
        ('{"text": "a", "annotations": [{}]}', "the field 'marks' is missing"),
        ('{"text": "a", "annotations": [{"marks": [1]}]}', "position 1 does not exist"),
        ('{"text": "a", "annotations": [{"marks": null}]}', "must be a list, not null"),
        ('{"text": "a", "annotations": [{"marks": [], "worker": []}]}', "'worker' must be a str"),
    ],
)
def test_a_bad_line_fails_with_its_number(write: Any, line: str, problem: str) -> None:
    path = write('{"text": "fine"}\n' + line + "\n")
    with pytest.raises(ImportFailed, match=f"data.txt, line 2: .*{problem}"):
        read(path, PLAIN)


@pytest.mark.parametrize("content", ["", "\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_error(write: Any, content: str | bytes) -> None:
    with pytest.raises(ImportFailed, match="holds no records"):
        read(write(content), PLAIN)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="is a folder"):
        read(tmp_path, PLAIN)


def test_labels_outside_the_given_ones_are_named(write: Any) -> None:
    options = ReadOptions(labels=("yes", "no"))
    with pytest.raises(ImportFailed, match="line 2: label 'maybe' is not one of: 'yes', 'no'"):
        read(write([{"text": "a", "label": "yes"}, {"text": "b", "label": "maybe"}]), options)
    said = {"text": "a", "annotations": [{"label": "maybe", "marks": []}]}
    with pytest.raises(ImportFailed, match="line 1: label 'maybe'"):
        read(write([said]), options)


def test_two_labels_of_one_text_name_both_lines(write: Any) -> None:
    lines = [{"text": "a", "label": "x"}, {"text": "b"}, {"text": "a", "label": "y"}]
    with pytest.raises(ImportFailed, match="line 3: label 'y' contradicts 'x'.* on line 1"):
        read(write(lines), PLAIN)


def test_two_tokenisations_of_one_text_are_an_error(write: Any) -> None:
    lines = [{"text": "ab"}, {"text": "ab", "tokens": [[0, 1], [1, 2]]}]
    with pytest.raises(ImportFailed, match="line 2: the tokens differ .* on line 1"):
        read(write(lines), PLAIN)


def test_a_repeated_line_is_dropped_and_counted(write: Any) -> None:
    line = {"text": "a", "label": "x", "rationale": [[0, 1]]}
    imported = read(write([line, line | {"id": "other", "row": 2}]), PLAIN)
    assert (len(imported.instances), len(imported.annotations)) == (1, 1)
    assert "1 record repeats an earlier one and was dropped" in imported.notes


def test_another_rationale_of_one_text_is_another_annotation(write: Any) -> None:
    lines = [{"text": "a b", "rationale_tokens": [0]}, {"text": "a b", "rationale_tokens": [1]}]
    imported = read(write(lines), PLAIN)
    assert (len(imported.instances), len(imported.annotations)) == (1, 2)
    assert imported.notes == ("1 record says more of a text that was met before",)


def test_a_label_that_comes_later_is_kept(write: Any) -> None:
    imported = read(write([{"text": "a"}, {"text": "a", "label": "x"}]), PLAIN)
    assert [instance.label for instance in imported.instances] == ["x"]


def test_a_text_in_two_splits_is_counted_and_keeps_the_first(write: Any) -> None:
    imported = read(write([{"text": "a", "split": "train"}, {"text": "a", "split": "test"}]), PLAIN)
    assert imported.instances[0].split == "train"
    assert any("1 record has a text of another split" in note for note in imported.notes)


def test_an_id_for_two_contents_names_both_lines(write: Any) -> None:
    lines = [{"id": "1", "text": "a"}, {"id": 1, "text": "b"}]
    with pytest.raises(ImportFailed, match="line 2: the id '1' .* on line 1"):
        read(write(lines), PLAIN)


def test_a_worker_annotates_a_text_once(write: Any) -> None:
    said = {"worker": "W1", "marks": [0]}
    with pytest.raises(ImportFailed, match="line 1: the same worker annotated this text on line 1"):
        one(write, text="a", annotations=[said, said])


def test_many_unread_fields_are_not_all_listed(write: Any) -> None:
    imported = one(write, text="a", **{f"f{i:02}": 0 for i in range(30)})
    assert imported.notes[0].endswith("'f09' and 20 more")
