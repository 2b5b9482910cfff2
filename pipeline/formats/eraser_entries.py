"""The annotation lines of an ERASER folder, checked for their types and given names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import DataError, ImportFailed
from pipeline.formats import fields as check
from pipeline.formats.documents import as_id
from pipeline.formats.lines import what_is
from pipeline.formats.objects import Record, kind, read_objects
from pipeline.formats.place import Place, at

SPLITS = {"train": "train", "val": "validation", "test": "test"}
"""ERASER's name of a split file → our name of the split."""


@dataclass(frozen=True)
class Evidence:
    """Tokens `start` to `end` (half-open) of a document, and their words if they were given."""

    docid: str
    start: int
    end: int
    words: str | None


@dataclass(frozen=True)
class Entry:
    """One annotation; `docids` are all documents it may draw on, at least one."""

    place: Place
    split: str
    name: str
    query: str
    label: str | None
    query_type: str | None
    docids: frozenset[str]
    evidence: tuple[Evidence, ...]
    record: Mapping[str, Any]

    @property
    def raw(self) -> str:
        """The answer as it stood in the file."""
        kept = {key: self.record.get(key) for key in ("classification", "evidences")}
        return json.dumps(kept)


def read_entries(folder: Path) -> Iterator[Entry]:
    """The annotations of all splits in order; at least one split file must be there."""
    for split, path in _split_files(folder):
        for record in read_objects(path):
            with at(record.place):
                entry = _entry(record, split)
            yield entry


def _split_files(folder: Path) -> list[tuple[str, Path]]:
    found = what_is(folder)
    if found != "folder":
        there = "there is no such folder" if found == "nothing" else "is not a folder"
        raise ImportFailed(folder, None, f"{there}; the eraser format reads a folder")
    files = [(split, folder / f"{name}.jsonl") for name, split in SPLITS.items()]
    present = [(split, path) for split, path in files if what_is(path) != "nothing"]
    if not present:
        names = ", ".join(f"{name}.jsonl" for name in SPLITS)
        raise ImportFailed(folder, None, f"holds none of the annotation files {names}")
    return present


def _entry(record: Record, split: str) -> Entry:
    place, fields = record
    name = as_id(check.required(fields, "annotation_id"))
    groups = check.as_list(check.required(fields, "evidences"), "evidences")
    pieces = [piece for group in groups for piece in check.as_list(group, "evidences")]
    evidence = tuple(_evidence(piece, name) for piece in pieces)
    listed = check.as_list(fields.get("docids") or [], "docids")
    docids = frozenset(map(as_id, listed)) | {piece.docid for piece in evidence}
    return Entry(
        place,
        split,
        name,
        check.required_text(fields, "query"),
        _label(fields),
        check.optional_text(fields, "query_type"),
        docids or frozenset([name]),
        evidence,
        fields,
    )


def _label(fields: Mapping[str, Any]) -> str | None:
    check.required(fields, "classification")
    return check.optional_name(fields, "classification")


def _evidence(piece: Any, annotation: str) -> Evidence:
    """One piece of evidence; its document is the annotation's own where it names none."""
    if not isinstance(piece, dict):
        raise DataError(f"the field 'evidences' must hold lists of objects, not {kind(piece)}")
    docid = annotation if piece.get("docid") is None else as_id(piece["docid"])
    start = check.as_whole_number(check.required(piece, "start_token"), "start_token")
    end = check.as_whole_number(check.required(piece, "end_token"), "end_token")
    words = piece.get("text")
    return Evidence(docid, start, end, words if isinstance(words, str) else None)
