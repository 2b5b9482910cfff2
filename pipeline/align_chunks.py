"""Alignment of two JSON lines files too large for memory: so many texts at a time.

The model's lines may stand in any order: they are found by an index of 26 bytes a line. Lines of
one text in the people's file must stand together.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.base import AlignmentResult
from analysis.alignment.chunks import Chunk, align_chunks
from analysis.alignment.scoring import Choices
from db.errors import DataError, ImportFailed, NotFound
from db.ragged import Ragged
from db.records import Marks
from pipeline.align import FILES, TOKENISATION, UNSCORED, Aligned, check_names, checked, only
from pipeline.config import AnalysisSettings
from pipeline.formats.base import Imported, ReadOptions, whole
from pipeline.formats.jsonl import read_records
from pipeline.formats.objects import Record, parse_object, read_objects
from pipeline.formats.place import Place, at
from pipeline.score_files import add_scores, identity_of, lengths_of, marks_of_file


def align_in_chunks(
    human: Path,
    model: Path,
    settings: AnalysisSettings,
    size: int,
    *,
    how: Choices | None = None,
    seed: int = 1,
) -> Aligned:
    """Score the model's scores in one JSON lines file against people's marks in another, `size`
    texts at a time. Intervals are over instances."""
    lost = Counter[str]()
    found = align_chunks(
        _chunks(human, _Lines.of(model), size, lost),
        replace(checked(how), seed=seed),
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
        about=TOKENISATION | FILES,
    )
    return Aligned(f"{human.name} and {model.name}", None, _counted(found, lost))


def _counted(found: AlignmentResult, lost: Counter[str]) -> AlignmentResult:
    return replace(found, excluded=dict(+lost) | found.excluded)


@dataclass(frozen=True, eq=False)
class _Lines:
    """Where the lines of a model's file stand. All of shape (L,), in order of key and explainer:
    `key`: uint64, a hash of the instance; `explainer`: int64, a place in `names`; `start`: int64,
    bytes; `line`: int64, from 1."""

    path: Path
    names: tuple[str, ...]
    key: NDArray[np.uint64]
    explainer: NDArray[np.int64]
    start: NDArray[np.int64]
    line: NDArray[np.int64]

    @classmethod
    def of(cls, path: Path) -> _Lines:
        """Read the file once and keep where each line is."""
        names: dict[str, int] = {}
        key, explainer, start, line = array("Q"), array("q"), array("q"), array("q")
        with path.open("rb") as file:
            for place, offset, fields in _objects(file, path):
                with at(place):
                    key.append(_key(identity_of(fields)))
                explainer.append(
                    names.setdefault(str(fields.get("explainer", "model")), len(names))
                )
                start.append(offset)
                line.append(place.line)
        if not names:
            raise ImportFailed(path, None, "holds no scores")
        keys, whose = np.array(key, np.uint64), np.array(explainer, np.int64)
        order = np.lexsort((whose, keys))
        starts, lines = np.array(start, np.int64)[order], np.array(line, np.int64)[order]
        found = cls(path, tuple(names), keys[order], whose[order], starts, lines)
        found.require_single()
        check_names(path, names)
        return found

    def require_single(self) -> None:
        """Refuse two lines of one explainer for one text."""
        same = (self.key[1:] == self.key[:-1]) & (self.explainer[1:] == self.explainer[:-1])
        if same.any():
            place = int(np.flatnonzero(same)[0])
            name, line = self.names[self.explainer[place]], int(self.line[place : place + 2].max())
            message = f"a second line of scores by {name!r} for the same text"
            raise ImportFailed(self.path, line, message)

    def scores(self, marks: Marks) -> dict[str, dict[str, list[float]]]:
        """Explainer → instance id → scores of the instances of a chunk."""
        lengths = dict(zip(marks.instance_ids, lengths_of(marks), strict=True))
        found: dict[str, dict[str, list[float]]] = {name: {} for name in self.names}
        wanted = np.array([_key(identity) for identity in marks.instance_ids], np.uint64)
        first, last = (np.searchsorted(self.key, wanted, side) for side in ("left", "right"))
        rows = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
        with self.path.open("rb") as file:
            for row in sorted(rows.astype(int).tolist(), key=self.start.__getitem__):
                place = Place(self.path, int(self.line[row]))
                file.seek(int(self.start[row]))
                with at(place):
                    add_scores(parse_object(_text(file.readline())), lengths, found)
        return found


def _objects(file: BinaryIO, path: Path) -> Iterator[tuple[Place, int, dict[str, object]]]:
    offset = 0
    for number, line in enumerate(file, 1):
        place = Place(path, number)
        with at(place):
            text = _text(line)
            if text.strip():
                yield place, offset, parse_object(text)
        offset += len(line)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError("is not UTF-8 text") from error


def _key(identity: str) -> int:
    digest = blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _chunks(human: Path, lines: _Lines, size: int, lost: Counter[str]) -> Iterator[Chunk]:
    """Marks and scores chunk by chunk; what cannot be used is counted in `lost`."""
    seen: set[int] = set()
    marked = scored = False
    for records in _batches(human, size):
        found = whole(read_records(human, ReadOptions(), records))
        lost.update({f"{human.name}: {reason}": n for reason, n in found.skipped.items()})
        _require_new(human, records, found, seen)
        if not any("marks" in a.values for a in found.annotations):
            continue
        marked, marks = True, marks_of_file(human, found)
        scores = lines.scores(marks)
        shared = set(marks.instance_ids).intersection(*scores.values())
        lost[UNSCORED] += len(marks.instance_ids) - len(shared)
        if shared:
            scored, marks = True, only(marks, shared)
            yield Chunk(
                {
                    n: Ragged.from_rows(of[i] for i in marks.instance_ids)
                    for n, of in scores.items()
                },
                marks,
            )
    if not marked:
        raise NotFound(f"{human} holds no rationales; nothing can be aligned with it")
    if not scored:
        raise NotFound(f"{lines.path} has no scores for any text that {human} has marks of")


def _batches(human: Path, size: int) -> Iterator[list[Record]]:
    """Runs of lines: `size` texts each, lines of one text together."""
    batch: list[Record] = []
    texts = groupby(
        read_objects(human), lambda r: (r.fields.get("text"), r.fields.get("text_pair"))
    )
    for number, (_, lines) in enumerate(texts, 1):
        batch.extend(lines)
        if number % size == 0:
            yield batch
            batch = []
    if batch:
        yield batch


def _require_new(human: Path, records: list[Record], found: Imported, seen: set[int]) -> None:
    keys = {_key(instance.id) for instance in found.instances}
    if keys & seen:
        first, last = records[0].place.line, records[-1].place.line
        raise ImportFailed(
            human,
            first,
            f"a text of lines {first} to {last} stands further up too; put all lines of a text "
            "next to each other, or leave out --chunk",
        )
    seen |= keys
