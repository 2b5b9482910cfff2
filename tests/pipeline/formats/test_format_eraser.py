"""ERASER folders: annotations, documents, and evidence as token positions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.errors import ImportFailed, UsageError
from pipeline.formats import READERS
from pipeline.formats.base import ReadOptions
from pipeline.formats.documents import document_tokens
from pipeline.formats.eraser import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()
QUERY = "What is the sentiment?"
Folder = Callable[..., Path]


def evidence(start: int, end: int, docid: str = "d1", **more: Any) -> dict[str, Any]:
    """One piece of evidence as ERASER writes it."""
    sentences = {"start_sentence": -1, "end_sentence": -1}
    return {"docid": docid, "start_token": start, "end_token": end} | sentences | more


def annotation(name: str = "d1", *groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """One annotation as ERASER writes it."""
    fields = {"annotation_id": name, "query": QUERY, "classification": "POS", "docids": None}
    return fields | {"evidences": list(groups), "query_type": None} | more


@pytest.fixture
def folder(write: Any, tmp_path: Path) -> Folder:
    """Write an ERASER folder: splits as lists of annotations, documents in docs/."""

    def build(documents: dict[str, str], **splits: list[dict[str, Any]]) -> Path:
        for split, lines in splits.items():
            write(lines, f"eraser/{split}.jsonl")
        for docid, text in documents.items():
            write(text, f"eraser/docs/{docid}")
        return tmp_path / "eraser"

    return build


def test_the_catalogue_names_the_reader() -> None:
    assert READERS.load("eraser") is pieces


def test_an_annotation_becomes_an_instance_and_its_marks(folder: Folder) -> None:
    text = "a fine film .\nreally good .\n"
    groups = [[evidence(1, 2, text="fine")], [evidence(4, 6, text="really good")]]
    imported = read(folder({"d1": text}, train=[annotation("d1", *groups)]), PLAIN)
    (instance,) = imported.instances
    assert (instance.kind, instance.text, instance.label) == ("text", text, "POS")
    assert instance.split == "train"
    assert instance.attributes == {"annotation_id": "d1", "query": QUERY}
    (said,) = imported.annotations
    # tokens: a fine film . really good . → evidence at 1, 4 and 5
    assert said.values == {"label": "POS", "marks": [1, 4, 5]}
    assert (said.worker, said.line) == (None, 1)
    assert json.loads(said.raw)["classification"] == "POS"
    assert imported.notes == ("the query is kept as an attribute",)


def test_splits_have_our_names(folder: Folder) -> None:
    lines = {name: [annotation(name)] for name in ("train", "val", "test")}
    imported = read(folder({name: f"text {name}" for name in lines}, **lines), PLAIN)
    assert [i.split for i in imported.instances] == ["train", "validation", "test"]
    assert any("3 annotations give no evidence" in note for note in imported.notes)


def test_queries_that_differ_make_pairs(folder: Folder) -> None:
    lines = [
        annotation("q1", [evidence(0, 1)], query="is it ?"),
        annotation("q2", [evidence(1, 2)], query="was it ?"),
        annotation("q3", query=" ", docids=["d1"]),
    ]
    imported = read(folder({"d1": "it is"}, val=lines), PLAIN)
    assert [i.text_pair for i in imported.instances] == ["is it ?", "was it ?", None]
    assert [a.values["marks"] for a in imported.annotations] == [[0], [1], []]
    assert imported.notes[0] == "the query is kept as the second text of a pair"


def test_documents_may_stand_in_one_file(folder: Folder, write: Any) -> None:
    path = folder({}, test=[annotation("d1", [evidence(0, 1)])])
    write(
        [{"docid": "d1", "document": "a b"}, {"docid": "d2", "document": "c"}], "eraser/docs.jsonl"
    )
    assert read(path, PLAIN).instances[0].text == "a b"


def test_the_document_is_named_by_docids_evidence_or_annotation(folder: Folder) -> None:
    lines = [
        annotation("a1", docids=["d1"], query="x"),
        annotation("a2", [evidence(0, 1, "d2")], query="y"),
        annotation("d3", [{"start_token": 0, "end_token": 1}], query="z"),
        annotation("a4", docids=[4], query="w"),
    ]
    documents = {"d1": "one", "d2": "two", "d3": "three", "4": "four"}
    imported = read(folder(documents, train=lines), PLAIN)
    assert [i.text for i in imported.instances] == ["one", "two", "three", "four"]


def test_tokens_are_separated_by_spaces_alone() -> None:
    # ERASER splits lines at line ends, strips them and splits at the space: the no-break
    # space stays inside a token, the tab at the line's end does not
    text = "a\u00a0b  c\t\r\n\n d\te \n"
    assert [text[a:b] for a, b in document_tokens(text)] == ["a\u00a0b", "c", "d\te"]


def test_evidence_that_quotes_other_words_is_counted(folder: Folder) -> None:
    lines = [annotation("d1", [evidence(0, 1, text="b"), evidence(0, 2, text="a  b")])]
    imported = read(folder({"d1": "a b"}, train=lines), PLAIN)
    assert imported.annotations[0].values["marks"] == [0, 1]
    assert any(note.startswith("1 pieces of evidence quote other") for note in imported.notes)


def test_evidence_that_overlaps_marks_its_tokens_once_and_is_counted(folder: Folder) -> None:
    groups = [[evidence(0, 2)], [evidence(1, 3), evidence(3, 4)]]
    imported = read(folder({"d1": "a b c d"}, train=[annotation("d1", *groups)]), PLAIN)
    assert imported.annotations[0].values["marks"] == [0, 1, 2, 3]
    assert any(note.startswith("1 pieces of evidence overlap") for note in imported.notes)


@pytest.mark.parametrize("text", ["a  b", "a\n\nb", "a b\n"])
def test_tokens_that_only_erasers_code_counts_are_said(
    folder: Folder, write: Any, text: str
) -> None:
    # In docs.jsonl "a  b" is ["a", "", "b"] to its code; in docs/ it drops what is empty
    path = folder({}, train=[annotation("d1", [evidence(0, 1)])])
    write([{"docid": "d1", "document": text}], "eraser/docs.jsonl")
    assert any(
        "1 annotations are of documents with blank lines" in n for n in read(path, PLAIN).notes
    )


def test_a_file_that_ends_in_the_middle_of_a_line_is_named(folder: Folder) -> None:
    path = folder({"d1": "a"}, train=[annotation("d1"), annotation("d2")])
    whole = (path / "train.jsonl").read_bytes()
    (path / "train.jsonl").write_bytes(whole[:-20])
    with pytest.raises(ImportFailed, match="train.jsonl, line 2: is not valid JSON"):
        read(path, PLAIN)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"evidences": [[evidence(0, 3)]]}, "beyond the text of 2 tokens"),
        ({"evidences": [[evidence(-1, 1)]]}, "negative"),
        ({"evidences": [[evidence(1, 1)]]}, "empty or reversed"),
        ({"evidences": [[evidence(0, 1) | {"end_token": 1.5}]]}, "whole numbers, not a number"),
        ({"evidences": [[{"docid": "d1"}]]}, "the field 'start_token' is missing"),
        ({"evidences": [evidence(0, 1)]}, "must be a list, not an object"),
        ({"evidences": [[[]]]}, "lists of objects, not a list"),
        ({"evidences": None}, "must be a list, not null"),
        ({"query": [1, 2]}, "'query' must be a string, not a list"),
        ({"classification": {}}, "'classification' must be a string"),
        ({"docids": ["nowhere"]}, "document 'nowhere' is not in docs/"),
        ({"docids": ["../train.jsonl"]}, "is not in docs/"),
        ({"docids": ["/etc/passwd"]}, "is not in docs/"),
        ({"docids": ["."]}, "is not in docs/"),
        ({"docids": ["nul\0"]}, "is not in docs/"),
        ({"docids": [True]}, "an id must be a string"),
        ({"docids": ["blank"]}, "the text is empty"),
    ],
)
def test_a_bad_annotation_fails_with_file_and_line(
    folder: Folder, change: dict[str, Any], problem: str
) -> None:
    lines = [annotation("ok", docids=["d0"]), annotation("d1") | change]
    path = folder({"d0": "fine", "d1": "a b", "blank": " \n"}, train=lines)
    with pytest.raises(ImportFailed, match=f"train.jsonl, line 2: .*{problem}"):
        read(path, PLAIN)


@pytest.mark.parametrize("field", ["annotation_id", "query", "evidences", "classification"])
def test_a_missing_field_is_named(folder: Folder, field: str) -> None:
    line = {key: value for key, value in annotation("d1").items() if key != field}
    with pytest.raises(ImportFailed, match=f"line 1: the field '{field}' is missing"):
        read(folder({"d1": "a"}, train=[line]), PLAIN)


def test_two_labels_of_one_document_name_both_places(folder: Folder) -> None:
    train, test = annotation("d1"), annotation("d1", classification="NEG")
    path = folder({"d1": "a"}, train=[train], test=[test])
    problem = "test.jsonl, line 1: label 'NEG' contradicts 'POS'.* on train.jsonl, line 1"
    with pytest.raises(ImportFailed, match=problem):
        read(path, PLAIN)


def test_an_id_for_two_contents_names_both_lines(folder: Folder) -> None:
    lines = [annotation("d1"), annotation("d1", [evidence(0, 1)])]
    with pytest.raises(ImportFailed, match="line 2: the id 'd1' .* on line 1"):
        read(folder({"d1": "a"}, train=lines), PLAIN)


def test_a_document_with_two_texts_names_both_lines(folder: Folder, write: Any) -> None:
    path = folder({}, train=[annotation("d1")])
    write([{"docid": "d1", "document": "a"}, {"docid": "d1", "document": "b"}], "eraser/docs.jsonl")
    with pytest.raises(ImportFailed, match="docs.jsonl, line 2: document 'd1' .* on line 1"):
        read(path, PLAIN)


def test_a_folder_without_documents_is_named(folder: Folder) -> None:
    with pytest.raises(ImportFailed, match="neither docs.jsonl nor docs/"):
        read(folder({}, train=[annotation("d1")]), PLAIN)


def test_documents_in_two_places_are_an_error(folder: Folder, write: Any) -> None:
    path = folder({"d1": "a"}, train=[annotation("d1")])
    write([{"docid": "d1", "document": "a"}], "eraser/docs.jsonl")
    with pytest.raises(ImportFailed, match="both docs.jsonl and docs/"):
        read(path, PLAIN)


def test_what_is_no_eraser_folder_is_named(tmp_path: Path, write: Any) -> None:
    with pytest.raises(ImportFailed, match="holds none of the annotation files train.jsonl"):
        read(tmp_path, PLAIN)
    with pytest.raises(ImportFailed, match="there is no such folder"):
        read(tmp_path / "missing", PLAIN)
    with pytest.raises(ImportFailed, match="is not a folder"):
        read(write("x"), PLAIN)


def test_a_document_that_is_not_utf8_names_its_file(folder: Folder) -> None:
    path = folder({"d1": "a"}, train=[annotation("d1")])
    (path / "docs" / "d1").write_bytes(b"a\n\xff")
    with pytest.raises(ImportFailed, match="d1, line 2: is not UTF-8"):
        read(path, PLAIN)


def test_empty_split_files_are_an_error(folder: Folder) -> None:
    with pytest.raises(ImportFailed, match="holds no records"):
        read(folder({"d1": "a"}, train=[]), PLAIN)


def test_names_of_fields_are_not_for_this_format(folder: Folder) -> None:
    with pytest.raises(UsageError, match="does not take a name for 'text'"):
        read(folder({"d1": "a"}, train=[annotation("d1")]), ReadOptions(text="document"))
