"""ERASER folders (DeYoung et al., ACL 2020): annotations in three splits, documents beside them.

    train.jsonl, val.jsonl, test.jsonl   at least one; the split is train, validation or test
    docs/ or docs.jsonl                  the documents

An annotation becomes an instance (the document), its `classification` the label, and its evidence
one annotation by nobody named, all evidence groups together. `annotation_id` and `query_type`
are kept as attributes.

The query. Where all annotations of the folder share one (movies: what is the sentiment?), it is
the task and no input: an attribute. Where queries differ they are what is answered from the
document: instances are pairs, the document first, so that evidence keeps its token positions.

The document is the one that `docids` or the evidence names, else the one called like the
annotation. An annotation over several documents becomes an instance for each in which evidence lies,
with that evidence and its label: an instance has one text for evidence to lie in. Set aside and
counted are those of its documents without evidence, those that are not there (which are named),
and those that were met before with another label. Where the words of a piece of evidence are not those at its positions, the
positions hold and the difference is counted. Pieces that overlap mark their tokens once, and are
counted. So are documents of `docs.jsonl` in which ERASER's own code counts other tokens than we do:
there it takes blank lines and further spaces for tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from db.records import Instance
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.documents import (
    Documents,
    Sentences,
    document_tokens,
    open_documents,
    open_sentences,
)
from pipeline.formats.eraser_entries import Entry, Evidence, read_entries
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, pair_instance, text_instance
from pipeline.formats.objects import fingerprint
from pipeline.formats.options import refuse_options
from pipeline.formats.tokens import as_offsets, check_span

ASTRAY = "pieces of evidence quote other words than stand at their positions, which were kept"
OVERLAP = "pieces of evidence overlap another of their annotation; their tokens are marked once"
SPACED = (
    "annotations are of documents with blank lines or several spaces, which ERASER's code counts as "
    "tokens in docs.jsonl and we do not: look at positions after them"
)
NOT_IN_IT = "documents without evidence, of annotations over several documents"
MISSING = "documents that are not in the folder, of annotations over several documents"
OTHERWISE = "documents met before with another label, of annotations over several documents"
NAMED = 10
"""Documents that a note names before it counts the rest."""
NONE = "annotations give no evidence; they are kept as marking nothing"


def read(path: Path, options: ReadOptions) -> Reading:
    """Every annotation of the folder; one that cannot be read fails the whole import."""
    refuse_options(options, ("text", "text_pair", "label", "split", "rationale"), "eraser")
    differ = _queries_differ(path)
    find = open_documents(path)
    reader = _Reader(Gathering(path, options), find, open_sentences(path, find), differ)
    yield from reader.gathering.pieces(read_entries(path), reader.take)
    return reader.gathering.summary(reader.notes())


def _queries_differ(path: Path) -> bool:
    """Whether two annotations have different queries; the rest is not looked at."""
    entries = read_entries(path)
    first = next(entries, None)
    return first is not None and any(entry.query != first.query for entry in entries)


@dataclass
class _Reader:
    """The annotations of one folder on their way into a `Gathering`."""

    gathering: Gathering
    find: Documents
    sentences: Sentences
    queries_differ: bool
    met: Counter[str] = field(default_factory=Counter)
    missing: dict[str, None] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Read one annotation: its document, and the evidence in it."""
        if len(entry.docids) > 1:
            self._take_several(entry)
            return
        (docid,) = entry.docids
        self._keep(entry, docid, self._instance(entry, self.find(docid)))

    def _take_several(self, entry: Entry) -> None:
        """One instance a document with evidence; what else there is is set aside and counted."""
        skipped, told = self.gathering.skipped, {piece.docid for piece in entry.evidence}
        if entry.docids - told:
            skipped[NOT_IN_IT] += len(entry.docids - told)
        for docid in sorted(told):
            if not self.sentences.knows(docid):
                skipped[MISSING] += 1
                self.missing.setdefault(docid)
                continue
            instance = self._instance(entry, self.find(docid))
            if self.gathering.labelled_otherwise(instance):
                skipped[OTHERWISE] += 1
                continue
            here = tuple(piece for piece in entry.evidence if piece.docid == docid)
            self._keep(replace(entry, evidence=here), docid, instance)

    def _keep(self, entry: Entry, docid: str, instance: Instance) -> None:
        self.gathering.add(entry.place, instance)
        self.gathering.identify(entry.place, entry.name, fingerprint(entry.record))
        said = {k: v for k, v in entry.record.items() if k != "annotation_id"}
        if self.gathering.once(fingerprint([docid, said])):
            self._annotate(entry, instance)
            self.met[SPACED] += sum(self.sentences(docid)) != len(instance.offsets)

    def _instance(self, entry: Entry, text: str) -> Instance:
        attributes = {"annotation_id": entry.name}
        if entry.query_type is not None:
            attributes["query_type"] = entry.query_type
        pair = self.queries_differ and bool(entry.query.strip())
        if not pair:
            attributes["query"] = entry.query
        about: Description = {"label": entry.label, "split": entry.split, "attributes": attributes}
        offsets = as_offsets(document_tokens(text))
        if pair:
            return pair_instance(text, entry.query, about, offsets)
        return text_instance(text, about, offsets)

    def _annotate(self, entry: Entry, instance: Instance) -> None:
        words = [instance.text[start:end] for start, end in instance.offsets.tolist()]
        marks: set[int] = set()
        for piece in entry.evidence:
            check_span(piece.start, piece.end, len(words), "tokens")
            self.met[OVERLAP] += not marks.isdisjoint(range(piece.start, piece.end))
            marks.update(range(piece.start, piece.end))
            self.met[ASTRAY] += not _says(piece, words)
        self.met[NONE] += not marks
        values = {} if entry.label is None else {"label": entry.label}
        said = values | {"marks": sorted(marks)}
        self.gathering.annotate(entry.place, instance.id, said, entry.raw)

    def notes(self) -> tuple[str, ...]:
        """What was met on the way, in words and counted."""
        where = "the second text of a pair" if self.queries_differ else "an attribute"
        counted = (f"{count} {what}" for what, count in self.met.items() if count)
        return (f"the query is kept as {where}", *counted, *self._absent())

    def _absent(self) -> tuple[str, ...]:
        """The first of the documents that are not there, by name."""
        if not self.missing:
            return ()
        named = ", ".join(map(repr, list(self.missing)[:NAMED]))
        more = f" and {len(self.missing) - NAMED} more" if len(self.missing) > NAMED else ""
        return (f"documents that are not in the folder: {named}{more}",)


def _says(piece: Evidence, words: Sequence[str]) -> bool:
    """Whether evidence quotes the words at its positions; without a quotation there is no doubt."""
    if piece.words is None:
        return True
    return piece.words.split() == " ".join(words[piece.start : piece.end]).split()
