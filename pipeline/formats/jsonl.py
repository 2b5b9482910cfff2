"""JSON lines as konkyo writes and reads them: one object a line, one instance an object.

    text              the text (required)
    text_pair         a second text that is read with it
    id                a name for the line, unique in the file; kept as the attribute "id"
    label, split      strings or whole numbers
    attributes        {name: string}
    tokens            [[start, end], …], the tokens of `text`; without it, those between whitespace
    tokens_pair       the same for `text_pair`

and at most one of these, which say what somebody marked:

    rationale         [[start, end], …], spans of characters in `text`; a token counts as marked
                      where it shares a character with a span
    rationale_tokens  [position, …], positions of tokens (those of `text_pair` count on)
    annotations       [{"worker": name or null, "label": …, "marks": [position, …]}, …], where an
                      entry with a label may leave `marks` out: its worker was not asked for them;
                      further answers stand under `answers` (see `answers.py`)

Spans are half-open and count code points from 0. `rationale` and `rationale_tokens` become one
annotation by nobody named, with the label of the line; an empty list says that somebody was asked
and marked nothing, null or no field at all that nobody was asked. The read options give other names
to `text`, `text_pair`, `label`, `split` and `rationale`. Other fields are not read, and are named.

A line that repeats an earlier one (whatever its id, attributes and unread fields) is dropped and
counted. The same text with another rationale is the same instance with one annotation more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from db.errors import DataError, ImportFailed
from db.records import Instance
from pipeline.formats import fields as check
from pipeline.formats.answers import Questions, shown
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, Offsets, pair_instance, text_instance
from pipeline.formats.objects import Record, fingerprint, kind, read_objects
from pipeline.formats.place import Place
from pipeline.formats.tokens import check_positions, check_span, covered, given_offsets

RENAMED = ("text", "text_pair", "label", "split", "rationale")
OWN = ("id", "attributes", "tokens", "tokens_pair", "rationale_tokens", "annotations")
MARKS = ("rationale", "rationale_tokens", "annotations")
SHOWN = 10

Fields = dict[str, Any]


def read(path: Path, options: ReadOptions) -> Reading:
    """Every line of the file; one that cannot be read fails the whole import."""
    return read_records(path, options, read_objects(path))


def read_records(path: Path, options: ReadOptions, records: Iterable[Record]) -> Reading:
    """Records with these fields, wherever they come from; `path` names them as a whole."""
    reader = _Reader(Gathering(path, options), options)
    yield from reader.gathering.pieces(records, reader.take)
    reader.require_named_fields(path, options)
    return reader.questions.told(reader.gathering.summary(reader.notes()))


class _Reader:
    """The lines of one file on their way into a `Gathering`; `_names` is role → field."""

    def __init__(self, gathering: Gathering, options: ReadOptions) -> None:
        self.gathering, self.questions = gathering, Questions()
        self._labels = options.labels
        self._names = {role: role for role in OWN}
        self._names |= {role: getattr(options, role) or role for role in RENAMED}
        self._met: dict[str, None] = {}

    def take(self, record: Record) -> None:
        """Read one line: its instance, and what somebody marked in it."""
        place, fields = record
        self._met.update(dict.fromkeys(fields))
        instance = self._instance(fields)
        self.gathering.add(place, instance)
        self._identify(place, fields)
        roles = self._names.keys() - {"id", "attributes"}
        said = {role: fields.get(self._names[role]) for role in roles}
        if self.gathering.once(fingerprint(said)):
            self._annotate(place, fields, instance)

    def _instance(self, fields: Fields) -> Instance:
        names = self._names
        text = check.required_text(fields, names["text"])
        about = self._description(fields)
        offsets = _offsets(fields, names["tokens"], text)
        if fields.get(names["text_pair"]) is None:
            return text_instance(text, about, offsets)
        pair = check.required_text(fields, names["text_pair"])
        offsets_pair = _offsets(fields, names["tokens_pair"], pair)
        return pair_instance(text, pair, about, offsets, offsets_pair)

    def _description(self, fields: Fields) -> Description:
        names = self._names
        attributes = check.as_attributes(fields.get(names["attributes"]), names["attributes"])
        name = check.optional_name(fields, names["id"])
        return {
            "label": check.optional_name(fields, names["label"]),
            "split": check.optional_name(fields, names["split"]),
            "attributes": attributes if name is None else attributes | {"id": name},
        }

    def _identify(self, place: Place, fields: Fields) -> None:
        name = check.optional_name(fields, self._names["id"])
        if name is not None:
            self.gathering.identify(place, name, fingerprint(fields))

    def _annotate(self, place: Place, fields: Fields, instance: Instance) -> None:
        given = [role for role in MARKS if fields.get(self._names[role]) is not None]
        if len(given) > 1:
            raise DataError(f"gives both {given[0]!r} and {given[1]!r}; give one of them")
        for role in given:
            name = self._names[role]
            if role == "annotations":
                for entry in check.as_list(fields[name], name):
                    self._person(place, entry, instance)
            else:
                values = _said(instance.label, _own_marks(role, name, fields[name], instance))
                self.questions.note(values)
                raw = json.dumps({name: fields[name]})
                self.gathering.annotate(place, instance.id, values, raw)

    def _person(self, place: Place, entry: Any, instance: Instance) -> None:
        """One entry of `annotations`; its worker's name is left out of what is kept raw."""
        if not isinstance(entry, dict):
            raise DataError(f"the field 'annotations' must hold objects, not {kind(entry)}")
        label = check.check_label(check.optional_name(entry, "label"), self._labels)
        others = self.questions.take(entry.get("answers"), "answers")
        values = _judged(label, entry, instance.n_tokens, others)
        self.questions.note(values)
        raw = json.dumps({key: value for key, value in entry.items() if key != "worker"})
        worker = check.optional_name(entry, "worker")
        self.gathering.annotate(place, instance.id, values, raw, worker, shown(entry))

    def require_named_fields(self, path: Path, options: ReadOptions) -> None:
        """A field that the user named and that stands on no line is a mistake, told as one."""
        for role in RENAMED:
            name = getattr(options, role)
            if name is not None and name not in self._met and self._met:
                there = ", ".join(map(repr, self._met))
                raise ImportFailed(path, None, f"no line has a field {name!r}; there are: {there}")

    def notes(self) -> tuple[str, ...]:
        """Say which fields were passed over."""
        unread = [repr(name) for name in self._met if name not in self._names.values()]
        if not unread:
            return ()
        more = f" and {len(unread) - SHOWN} more" if len(unread) > SHOWN else ""
        return (f"fields that were not read: {', '.join(unread[:SHOWN])}{more}",)


def _offsets(fields: Fields, name: str, text: str) -> Offsets | None:
    if fields.get(name) is None:
        return None
    return given_offsets(check.as_spans(fields[name], name), text)


def _own_marks(role: str, name: str, value: Any, instance: Instance) -> list[int]:
    """The token positions that `rationale` or `rationale_tokens` marks."""
    if role == "rationale_tokens":
        return check_positions(check.as_positions(value, name), instance.n_tokens)
    spans = check.as_spans(value, name)
    for start, end in spans:
        check_span(start, end, len(instance.text))
    return covered(instance.offsets, spans)


def _judged(
    label: str | None, entry: Fields, n_tokens: int, others: dict[str, Any]
) -> dict[str, Any]:
    """What an entry of `annotations` says; who answered else may not have been asked for marks."""
    if (label is not None or others) and "marks" not in entry:
        return others if label is None else {"label": label, **others}
    marks = check.as_positions(check.required(entry, "marks"), "marks")
    return _said(label, check_positions(marks, n_tokens)) | others


def _said(label: str | None, marks: list[int]) -> dict[str, Any]:
    return {"marks": marks} if label is None else {"label": label, "marks": marks}
