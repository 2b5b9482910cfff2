"""Marked spans as a continuum that is cut wherever somebody begins or ends a span.

Between two neighbouring cuts nobody changes their mind, so that a stretch is as good as its
length in tokens: the work grows with the number of spans, not with that of tokens or their pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Ints, row_sums, spread
from analysis.judgements import Judgements
from analysis.marked import token_counts
from db.columns import INSTANCE, VALUE, WORKER, require
from db.errors import DataError
from db.records import Marks
from db.words import counted, shown

GAP = "(gap)"
START, END = "start", "end"
SPANS = (INSTANCE, WORKER, START, END, VALUE)
"""Spans, long: `instance`, `worker`, `start` and `end` (half open, in tokens), `value`."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """What R workers of documents said on the stretches of their documents.

    `judged`: stretches are its units, the value a category or a gap; `length`: float64, shape (U,),
    tokens; `document`: int64, shape (U,). Of each row (a worker who was asked about a document):
    `row_document`, `row_worker`: int64, shape (R,); `alone`: float64, shape (R,), Σ length² over
    its spans plus the length of its gaps: what chance must not pair with itself.
    """

    judged: Judgements
    length: Floats
    document: Ints
    row_document: Ints
    row_worker: Ints
    alone: Floats


@dataclass(frozen=True, eq=False)
class Spans:
    """S spans of R rows, sorted by row and start, none overlapping within a row.

    `row`, `start`, `end`, `code`: int64, shape (S,); `code` counts from 1, for a gap is 0;
    `values`: the names, the gap first. Of rows: `document`, `worker`: int64, shape (R,); of
    documents: `length`: int64, shape (D,), tokens.
    """

    row: Ints
    start: Ints
    end: Ints
    code: Ints
    values: tuple[str, ...]
    document: Ints
    worker: Ints
    length: Ints


def spans_of_marks(marks: Marks) -> Spans:
    """Runs of marked tokens, one category. Two spans that touch cannot be told from one."""
    lengths = marks.masks.lengths
    row, marked = marks.masks.row_ids.astype(np.int64), marks.masks.values.astype(bool)
    token = spread(np.zeros(len(lengths), np.int64), lengths)
    left, right = np.roll(marked, 1), np.roll(marked, -1)
    opens = np.flatnonzero(marked & ~(left & (token > 0)))
    closes = np.flatnonzero(marked & ~(right & (token < lengths[row] - 1)))
    ones = np.ones(len(opens), dtype=np.int64)
    length = np.maximum(token_counts(marks), 0)
    return Spans(
        row[opens], token[opens], token[closes] + 1, ones, (GAP, "marked"),
        marks.instance, marks.worker, length,
    )  # fmt: skip


def spans_of_table(spans: pd.DataFrame, asked: pd.DataFrame, lengths: dict[str, int]) -> Spans:
    """Spans of several categories from a table with the columns of `SPANS`.

    `asked`: columns instance, worker, one row for each who was asked and answered, also those who
    marked nothing; `lengths`: tokens of each instance. Spans of nobody who was asked, outside their
    document or overlapping another of the same worker are errors.
    """
    require(spans, SPANS, "a table of spans")
    require(asked, (INSTANCE, WORKER), "a table of who was asked")
    keys = pd.MultiIndex.from_frame(asked[[INSTANCE, WORKER]])
    if keys.has_duplicates:
        raise DataError(
            f"{tuple(map(str, keys[keys.duplicated()][0]))} stands twice among those asked"
        )
    row = keys.get_indexer(pd.MultiIndex.from_frame(spans[[INSTANCE, WORKER]]))
    if (row < 0).any():
        odd = spans.iloc[int(np.flatnonzero(row < 0)[0])]
        raise DataError(
            f"worker {shown(odd[WORKER])} has a span of {shown(odd[INSTANCE])} without having been asked"
        )
    documents = {name: i for i, name in enumerate(lengths)}
    document = asked[INSTANCE].map(documents)
    if document.isna().any():
        raise DataError(
            f"the length of {shown(asked[INSTANCE][document.isna()].iloc[0])} is not known"
        )
    values = sorted(set(spans[VALUE].astype(str)))
    code = spans[VALUE].astype(str).map({value: i + 1 for i, value in enumerate(values)})
    worker, _ = pd.factorize(asked[WORKER])
    start, end = (spans[name].to_numpy().astype(np.int64) for name in (START, END))
    order = np.lexsort((start, row))
    found = Spans(
        row[order].astype(np.int64),
        start[order],
        end[order],
        code.to_numpy().astype(np.int64)[order],
        (GAP, *values),
        document.to_numpy().astype(np.int64),
        np.asarray(worker, np.int64),
        np.array(list(lengths.values()), dtype=np.int64),
    )
    _check(found)
    return found


def stretches(spans: Spans) -> Stretches:
    """Cut every document at its spans' ends, and say what each row says of each stretch."""
    document = spans.document[spans.row]
    every = np.arange(len(spans.length), dtype=np.int64)
    width = int(spans.length.max(initial=0)) + 1
    cuts = np.unique(
        np.concatenate(
            [every, every, document, document]
        ) * width
        + np.concatenate([every * 0, spans.length, spans.start, spans.end])
    )  # fmt: skip
    inside = cuts[1:] // width == cuts[:-1] // width
    begin, length = cuts[:-1][inside], (cuts[1:] - cuts[:-1])[inside]
    of_document = begin // width
    first = np.searchsorted(of_document, every)
    count = np.bincount(of_document, minlength=len(every))
    rows = count[spans.document]
    offset = np.cumsum(rows) - rows
    code = np.zeros(int(rows.sum()), dtype=np.int64)
    low = np.searchsorted(begin, document * width + spans.start)
    high = np.searchsorted(begin, document * width + spans.end)
    place = spread(offset[spans.row] + low - first[document], high - low)
    code[place] = np.repeat(spans.code, high - low)
    judged = Judgements(
        units=tuple(range(len(begin))),
        workers=tuple(range(int(spans.worker.max(initial=-1)) + 1)),
        values=spans.values,
        unit=spread(first[spans.document], rows),
        worker=np.repeat(spans.worker, rows),
        code=code,
        excluded={},
    )
    size = spans.end - spans.start
    covered = row_sums(size, spans.row, len(spans.document))
    squares = row_sums(size**2, spans.row, len(spans.document))
    alone = squares + spans.length[spans.document] - covered
    return Stretches(
        judged, length.astype(np.float64), of_document, spans.document, spans.worker, alone
    )


def _check(spans: Spans) -> None:
    length = spans.length[spans.document[spans.row]]
    bad = (spans.start < 0) | (spans.end > length) | (spans.start >= spans.end)
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"a span from {spans.start[i]} to {spans.end[i]} does not lie in its document "
            f"of {counted(int(length[i]), 'token')}"
        )
    again = (spans.row[1:] == spans.row[:-1]) & (spans.start[1:] < spans.end[:-1])
    if again.any():
        i = int(np.flatnonzero(again)[0])
        raise DataError(
            f"two spans of one worker overlap: {spans.start[i]} to {spans.end[i]} and from "
            f"{spans.start[i + 1]}; alpha for unitizing needs them apart"
        )
