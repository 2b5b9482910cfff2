"""The documents of an ERASER folder: one file each under `docs/`, or all of them in `docs.jsonl`.

A document is lines of sentences, a sentence tokens with single spaces between. Positions of
evidence count these tokens, so they are found here as ERASER's own code finds them (by the space
alone: a no-break space belongs to a token), in the text as it stands in the file.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from db.errors import DataError, ImportFailed
from pipeline.digests import Digests
from pipeline.formats.fields import required, required_text
from pipeline.formats.known import Places
from pipeline.formats.lines import Line, line_at, read_lines, what_is
from pipeline.formats.objects import kind, parse_object
from pipeline.formats.place import Place, at
from pipeline.formats.tokens import Span

_SENTENCE = re.compile(r"[^\r\n]+")
_TOKEN = re.compile(r"[^ ]+")

Documents = Callable[[str], str]
"""The text of a document by its id; an unknown id is a `DataError`."""

HELD = 64
"""Documents whose text is held at once; others are read again when they are asked for."""


def open_documents(folder: Path) -> Documents:
    """The documents of an ERASER folder, files read when they are asked for."""
    found = what_is(folder / "docs.jsonl"), what_is(folder / "docs")
    match found:
        case "file", "nothing":
            return lru_cache(HELD)(_Lines(folder / "docs.jsonl"))
        case "nothing", "folder":
            return _from_files(folder / "docs")
        case "nothing", _:
            raise ImportFailed(folder, None, "has no documents: neither docs.jsonl nor docs/")
    raise ImportFailed(folder, None, "has both docs.jsonl and docs/; keep one of them")


def document_tokens(text: str) -> list[Span]:
    """Where the tokens of a document stand, as ERASER counts them."""
    spans = []
    for sentence in _SENTENCE.finditer(text):
        line = sentence.group()
        start = sentence.start() + len(line) - len(line.lstrip())
        spans += [(start + a, start + b) for a, b in _spans(line.strip())]
    return spans


def _spans(line: str) -> list[Span]:
    return [match.span() for match in _TOKEN.finditer(line)]


def _from_files(folder: Path) -> Documents:
    """`docs/`: a file a document, named by its id. An id cannot lead out of the folder."""
    root = folder.resolve()

    @lru_cache(HELD)
    def find(docid: str) -> str:
        path = folder / docid
        if what_is(path) != "file" or not path.resolve().is_relative_to(root):
            raise DataError(f"document {docid!r} is not in {folder.name}/")
        return "".join(line.text for line in read_lines(path))

    return find


class _Lines:
    """`docs.jsonl`: {"docid": …, "document": …} a line; held is only where each of them starts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids, self._texts = Digests(), Digests()
        self._said, self._starts, self._places = array("I"), array("q"), Places()
        for line in read_lines(path):
            if line.text.strip():
                place = Place(path, line.number)
                with at(place):
                    self._take(place, line)

    def _take(self, place: Place, line: Line) -> None:
        fields = parse_object(line.text)
        docid, text = as_id(required(fields, "docid")), required_text(fields, "document")
        row, new = self._ids.meet(docid)
        said, _ = self._texts.meet(text)
        if new:
            self._said.append(said)
            self._starts.append(line.start)
            self._places.append(place)
        elif self._said[row] != said:
            where = self._places[row].seen_from(place)
            raise DataError(f"document {docid!r} has another text on {where}")

    def __call__(self, docid: str) -> str:
        row = self._ids.find(docid)
        if row is None:
            raise DataError(f"document {docid!r} is not in {self._path.name}")
        text: str = parse_object(line_at(self._path, self._starts[row]))["document"]
        return text


class Sentences:
    """How many tokens each sentence of a document has, as ERASER's own code counts them.

    In `docs/` blank lines and runs of spaces hold no token. In `docs.jsonl` its code splits at
    every line end and every space, so that each blank line and each further space is a token too.
    """

    def __init__(self, find: Documents, *, blanks: bool) -> None:
        self._find, self._blanks = find, blanks

    def __call__(self, docid: str) -> list[int]:
        """Tokens of each sentence; an unknown id is a `DataError`."""
        text = self._find(docid)
        if self._blanks:
            return [len(line.strip().split(" ")) for line in text.split("\n")]
        counts = [len(_spans(line.strip())) for line in _SENTENCE.findall(text)]
        return [count for count in counts if count]

    def knows(self, docid: str) -> bool:
        """Whether the folder holds the document."""
        try:
            self._find(docid)
        except DataError:
            return False
        return True


def open_sentences(folder: Path, find: Documents | None = None) -> Sentences:
    """The documents of an ERASER folder by the lengths of their sentences."""
    blanks = what_is(folder / "docs.jsonl") == "file"
    return Sentences(open_documents(folder) if find is None else find, blanks=blanks)


def as_id(value: object) -> str:
    """The id of an annotation or a document: a string, or a whole number as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DataError(f"an id must be a string, not {kind(value)}")
    return str(value)
