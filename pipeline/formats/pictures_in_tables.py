"""Pictures in the Arrow files of Hugging Face data sets, one instance a row.

A column of pictures holds {bytes, path}: the file itself, or where it lies in the folder of the
table (a path that leads out of it is refused). It is read where the rows have no text, or where
the read options name it as the text. Pictures are looked at like those of a folder; a few are held
at once, and each is read again when it is stored. A row without a picture is counted.

`label`, `split`, `attributes` and `annotations` are read as with texts, but `marks` is a mask as
COCO writes it. The name of a file is kept as the attribute `file`, without the folders before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]

from db.errors import DataError, ImportFailed
from db.masks import encode
from db.records import Instance, instance_id
from pipeline.formats import fields as check
from pipeline.formats.answers import Questions, shown
from pipeline.formats.arrow import ClassNames, readable, records, translated
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.coco import mask_of
from pipeline.formats.gather import Gathering
from pipeline.formats.images import MAX_BYTES, content
from pipeline.formats.instances import image_instance
from pipeline.formats.objects import fingerprint, kind
from pipeline.formats.options import refuse_options
from pipeline.formats.place import Place

TOGETHER = 16
"""Rows whose pictures are held at once."""
NO_PICTURE = "records without a picture"


class Table(NamedTuple):
    """One Arrow file; `names`: column → names of its classes; `more`: fields of all its rows."""

    file: Path
    names: ClassNames
    more: Mapping[str, str]


def picture_column(tables: Sequence[Table], options: ReadOptions) -> str | None:
    """The column of pictures that stands for the text; None where texts are to be read."""
    if not tables:
        return None
    file = tables[0].file
    with translated(file), pa.memory_map(str(file)) as source, pa.ipc.open_stream(source) as stream:
        schema = stream.schema
    found: list[str] = [column.name for column in schema if _is_picture(column.type)]
    if options.text is not None:
        return options.text if options.text in found else None
    if not found or "text" in schema.names:
        return None
    if len(found) > 1:
        there = ", ".join(map(repr, found))
        raise ImportFailed(file, None, f"has several columns of pictures: {there}; name one")
    return found[0]


def _is_picture(of: pa.DataType) -> bool:
    if not pa.types.is_struct(of) or {of.field(n).name for n in range(of.num_fields)} != {
        "bytes",
        "path",
    }:
        return False
    held = of.field("bytes").type
    return any(t(held) for t in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_null))


def read_pictures(
    path: Path, tables: Sequence[Table], column: str, options: ReadOptions
) -> Reading:
    """Every row of the tables; a picture that cannot be read fails the whole import."""
    refuse_options(options, ("text_pair", "rationale"), "hf")
    reader = _Reader(Gathering(path, options), options, Shelf(column))
    rows = (row for table in tables for row in _rows(table, column, options))
    for piece in reader.gathering.pieces(rows, reader.take):
        yield replace(piece, load=reader.shelf)
    return reader.questions.told(reader.gathering.summary(reader.notes()))


class Row(NamedTuple):
    """A row of a file (counted from 0): its fields, and what its column of pictures holds."""

    place: Place
    fields: Mapping[str, Any]
    picture: Any
    number: int


def _rows(table: Table, column: str, options: ReadOptions) -> Iterator[Row]:
    after = 0
    for batch in readable(table.file, _slices(table.file)):
        if column not in batch.schema.names:
            raise ImportFailed(table.file, None, f"has no column {column!r}, as other files do")
        others = replace(options, text=None)
        told = records(table.file, [batch], others, table.names, table.more, after)
        for record, value in zip(told, batch.column(column), strict=True):
            yield Row(*record, value.as_py(), record.place.line - 1)
        after += batch.num_rows


def _slices(file: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(file)) as source, pa.ipc.open_stream(source) as stream:
        for batch in stream:
            for start in range(0, batch.num_rows, TOGETHER):
                yield batch.slice(start, TOGETHER)


@dataclass
class Shelf:
    """Where pictures lie (instance id → file and row), and gives instances their bytes."""

    column: str
    places: dict[str, tuple[Path, int]] = field(default_factory=dict)
    _open: tuple[Path, Any] | None = None

    def __call__(self, instance: Instance) -> Instance:
        """The instance with its picture; `ImportFailed` where the file changed in between."""
        file, row = self.places[instance.id]
        if self._open is None or self._open[0] != file:
            with translated(file), pa.memory_map(str(file)) as source:
                # The table lies in the mapped file: what is not asked for is not read.
                self._open = file, pa.ipc.open_stream(source).read_all().column(self.column)
        try:
            data = _bytes(self._open[1][row].as_py(), file.parent)
        except (DataError, IndexError) as error:
            raise ImportFailed(file, None, f"row {row + 1}: {error}") from error
        if data is None or instance_id("image", data) != instance.id:
            raise ImportFailed(file, None, "changed while it was imported; import it again")
        return replace(instance, image=data)


@dataclass
class _Reader:
    """The rows on their way into a `Gathering`."""

    gathering: Gathering
    options: ReadOptions
    shelf: Shelf
    questions: Questions = field(default_factory=Questions)
    _met: dict[str, None] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Read one row: its picture, and what people said of it."""
        file = row.place.path
        data = _bytes(row.picture, file.parent)
        self._met.update(dict.fromkeys(row.fields))
        if data is None:
            self.gathering.skipped[NO_PICTURE] += 1
            return
        instance = self._instance(data, row.picture["path"], row.fields)
        self.gathering.add(row.place, instance)
        self.shelf.places.setdefault(instance.id, (file, row.number))
        said = row.fields.get("annotations")
        if said is not None and self.gathering.once(fingerprint([instance.id, said])):
            for entry in check.as_list(said, "annotations"):
                self._person(row.place, entry, instance)

    def _instance(self, data: bytes, path: str | None, fields: Mapping[str, Any]) -> Instance:
        label, split = self.options.label or "label", self.options.split or "split"
        attributes = check.as_attributes(fields.get("attributes"), "attributes")
        found = image_instance(
            data,
            {
                "label": check.optional_name(fields, label),
                "split": check.optional_name(fields, split),
            },
            keep=False,
        )
        name = re.split(r"[\\/]", path or "")[-1]
        if name and "file" not in attributes and not name.startswith(found.id):
            attributes["file"] = name
        return replace(found, attributes=attributes)

    def notes(self) -> tuple[str, ...]:
        """Which column the pictures are from, and which were passed over."""
        read = {self.options.label or "label", self.options.split or "split", self.shelf.column}
        unread = [
            repr(name) for name in self._met if name not in read | {"attributes", "annotations"}
        ]
        more = (f"fields that were not read: {', '.join(unread)}",) if unread else ()
        return (f"the pictures are those of the column {self.shelf.column!r}", *more)

    def _person(self, place: Place, entry: Any, instance: Instance) -> None:
        """One entry of `annotations`; its worker's name is left out of what is kept raw."""
        if not isinstance(entry, dict):
            raise DataError(f"the field 'annotations' must hold objects, not {kind(entry)}")
        label = check.check_label(check.optional_name(entry, "label"), self.options.labels)
        values: dict[str, Any] = {} if label is None else {"label": label}
        if entry.get("marks") is not None:
            values["marks"] = encode(mask_of(entry["marks"], instance.size or (0, 0)))
        values |= self.questions.take(entry.get("answers"), "answers")
        if not values:
            raise DataError("an annotation needs a 'label', 'marks' or 'answers'")
        self.questions.note(values)
        raw = json.dumps({key: value for key, value in entry.items() if key != "worker"})
        worker = check.optional_name(entry, "worker")
        self.gathering.annotate(place, instance.id, values, raw, worker, shown(entry))


def _bytes(value: Any, folder: Path) -> bytes | None:
    """A picture's file, from the table or from its folder; None where the row has none."""
    if value is None or (value["bytes"] is None and not value["path"]):
        return None
    data: bytes | None = value["bytes"]
    if data is None:
        file = folder / value["path"]
        if not file.resolve().is_relative_to(folder.resolve()):
            raise DataError(f"the picture {value['path']!r} does not lie in {folder.name}/")
        try:
            return content(file)
        except DataError as error:
            raise DataError(f"the picture {value['path']!r} {error}") from error
    if len(data) > MAX_BYTES:
        raise DataError(f"the picture is larger than {MAX_BYTES // 2**20} MiB; scale it down")
    return data
