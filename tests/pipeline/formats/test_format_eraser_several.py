"""ERASER annotations over several documents: one instance for each in which evidence lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.formats import READERS
from pipeline.formats.base import Imported, ReadOptions, whole

WITHOUT = "documents without evidence, of annotations over several documents"
MISSING = "documents that are not in the folder, of annotations over several documents"
OTHERWISE = "documents met before with another label, of annotations over several documents"


def entry(name: str, label: str, *pieces: tuple[str, int, int], **more: Any) -> dict[str, Any]:
    """One annotation; a piece of evidence is a document and its tokens."""
    evidence = [{"docid": d, "start_token": a, "end_token": b} for d, a, b in pieces]
    fields = {"annotation_id": name, "query": f"is {name} so ?", "classification": label}
    return fields | {"evidences": [evidence], "docids": None} | more


def read(folder: Path, documents: dict[str, str], *entries: dict[str, Any]) -> Imported:
    lines = [{"docid": docid, "document": text} for docid, text in documents.items()]
    for name, objects in (("docs.jsonl", lines), ("train.jsonl", list(entries))):
        (folder / name).write_text("".join(json.dumps(one) + "\n" for one in objects))
    return whole(READERS.load("eraser")(folder, ReadOptions()))


def test_each_document_has_its_own_evidence_and_the_label(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"d1": "a b c", "d2": "d e", "d3": "f"},
        entry("q1", "YES", ("d1", 0, 1), ("d2", 1, 2), ("d1", 2, 3), docids=["d1", "d2", "d3"]),
        entry("q2", "NO", ("d1", 1, 2)),
    )
    said = {a.instance_id: a.values for a in found.annotations}
    assert [(i.text, i.text_pair, i.label, said[i.id]["marks"]) for i in found.instances] == [
        ("a b c", "is q1 so ?", "YES", [0, 2]),
        ("d e", "is q1 so ?", "YES", [1]),
        ("a b c", "is q2 so ?", "NO", [1]),
    ]
    assert {i.attributes["annotation_id"] for i in found.instances[:2]} == {"q1"}
    assert found.skipped == {WITHOUT: 1}


def test_documents_that_are_missing_are_counted_and_named(tmp_path: Path) -> None:
    far = [(f"gone{n}", 0, 1) for n in range(12)]
    found = read(tmp_path, {"d1": "a b"}, entry("q1", "YES", ("d1", 0, 1), *far))
    assert [i.text for i in found.instances] == ["a b"]
    assert found.skipped == {MISSING: 12}
    (note,) = (n for n in found.notes if n.startswith("documents that are not"))
    assert note.startswith("documents that are not in the folder: 'gone0', 'gone1', 'gone10', ")
    assert note.endswith(" and 2 more")


def test_a_document_with_two_labels_keeps_the_first(tmp_path: Path) -> None:
    # As e-SNLI in ERASER's layout: premise and hypothesis are documents, and one premise stands
    # beside several hypotheses with a label each. It is the same text, whatever it is called.
    same = {"query": ""}
    found = read(
        tmp_path,
        {"p1": "two dogs run", "h1": "dogs run", "p2": "two dogs run", "h2": "cats sleep"},
        entry("1", "entailment", ("p1", 1, 3), ("h1", 0, 1), **same),
        entry("2", "contradiction", ("p2", 1, 2), ("h2", 0, 2), **same),
    )
    assert [(i.text, i.label) for i in found.instances] == [
        ("dogs run", "entailment"),
        ("two dogs run", "entailment"),
        ("cats sleep", "contradiction"),
    ]
    assert [a.values["marks"] for a in found.annotations] == [[0], [1, 2], [0, 1]]
    assert found.skipped == {OTHERWISE: 1}


def test_no_evidence_at_all_says_nothing_of_any_document(tmp_path: Path) -> None:
    lines = [entry("q1", "YES", docids=["d1", "d2"]), entry("q2", "NO", ("d1", 0, 1))]
    found = read(tmp_path, {"d1": "a", "d2": "b"}, *lines)
    assert [i.label for i in found.instances] == ["NO"]
    assert found.skipped == {WITHOUT: 2}
