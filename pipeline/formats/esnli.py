"""e-SNLI (Camburu et al., NeurIPS 2018): CSV files of sentence pairs with words marked `*so*`.

    esnli_train_1.csv, esnli_train_2.csv   one annotator a pair, with a WorkerId
    esnli_dev.csv, esnli_test.csv          three annotators a pair, who are not named

One file, or a folder with any of them; the split is told from the file's name. The premise and the
hypothesis are a pair, `gold_label` its label, `pairID` the attribute `id`. An annotation has the
`marks` of Sentence1_marked_n and Sentence2_marked_n, and the sentence of Explanation_n as
`explanation`. It has no label: annotators were shown the label and explained it.

Words are what stands between whitespace, as the annotators clicked on them, punctuation with them.
The columns Sentence1_Highlighted_n are not read: the authors advise against them.

Left out and counted: pairs without a gold label (`-` or empty), pairs met before with another one,
annotations whose marked words are not those of the pair, and second ones by the same worker. Of
a neutral pair only the hypothesis could be marked, of a contradiction both, of an entailment at
least the premise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from db.errors import ImportFailed
from db.records import Instance
from pipeline.formats.base import Reading, ReadOptions
from pipeline.formats.gather import Gathering
from pipeline.formats.instances import Description, pair_instance
from pipeline.formats.lines import what_is
from pipeline.formats.options import refuse_options
from pipeline.formats.table import Row, read_table

FILES = ("esnli_train_1.csv", "esnli_train_2.csv", "esnli_dev.csv", "esnli_test.csv")
SPLITS = {"train": "train", "dev": "validation", "test": "test"}
COLUMNS = ("gold_label", "Sentence1", "Sentence2", "Sentence1_marked_1", "Sentence2_marked_1")
MOST = 3
"""Annotators of a pair."""

NO_LABEL = "pairs without a gold label"
OTHER_LABEL = "pairs met before with another gold label"
OTHER_WORDS = "annotations whose marked words are not those of the pair"
TWICE = "second annotations of a pair by the same worker"
EMPTY = "pairs of which a sentence is empty"


def read(path: Path, options: ReadOptions) -> Reading:
    """Every pair of the file or folder; one that cannot be read fails the whole import."""
    refuse_options(options, ("text", "text_pair", "label", "split", "rationale"), "esnli")
    reader = _Reader(Gathering(path, options))
    for file in _files(path):
        take = partial(reader.take, _split(file))
        yield from reader.gathering.pieces(_rows(file), take)
    return replace(reader.gathering.summary(), questions={"marks": "set", "explanation": "text"})


def _files(path: Path) -> list[Path]:
    if what_is(path) != "folder":
        return [path]
    found = [path / name for name in FILES if what_is(path / name) == "file"]
    if not found:
        raise ImportFailed(path, None, f"holds none of: {', '.join(FILES)}")
    return found


def _split(file: Path) -> str | None:
    """The split that a file's name tells; None where it tells none."""
    found = re.search(r"(train|dev|test)(_\d+)?$", file.stem)
    return SPLITS[found[1]] if found else None


def _rows(file: Path) -> Iterator[Row]:
    table = read_table(file)
    for column in COLUMNS:
        table.require(column)
    yield from table.rows


class _Reader:
    """The pairs on their way into a `Gathering`."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering

    def take(self, split: str | None, row: Row) -> None:
        """Read one record: the pair, and up to three annotations of it."""
        cells = row.cells
        label = cells["gold_label"].strip()
        if label in ("", "-"):
            self.gathering.skipped[NO_LABEL] += 1
            return
        if not cells["Sentence1"].strip() or not cells["Sentence2"].strip():
            self.gathering.skipped[EMPTY] += 1
            return
        named = {"id": cells["pairID"]} if cells.get("pairID") else {}
        about: Description = {"label": label, "split": split, "attributes": named}
        instance = pair_instance(cells["Sentence1"], cells["Sentence2"], about)
        if self.gathering.labelled_otherwise(instance):
            self.gathering.skipped[OTHER_LABEL] += 1
            return
        self.gathering.add(row.place, instance)
        for number in range(1, MOST + 1):
            self._annotate(cells, row, instance, number)

    def _annotate(
        self, cells: Mapping[str, str], row: Row, instance: Instance, number: int
    ) -> None:
        marked = [cells.get(f"Sentence{n}_marked_{number}", "") for n in (1, 2)]
        if not all(cell.strip() for cell in marked):
            return
        # The train files name the one person of a record; nobody is named where there are three.
        worker = (cells.get("WorkerId", "").strip() or None) if number == 1 else None
        values = _values(marked, instance, cells.get(f"Explanation_{number}", ""))
        if values is None:
            self.gathering.skipped[OTHER_WORDS] += 1
        elif self.gathering.answered(instance.id, worker) is not None:
            self.gathering.skipped[TWICE] += 1
        else:
            raw = json.dumps(values)
            self.gathering.annotate(row.place, instance.id, values, raw, worker)


def _values(marked: list[str], instance: Instance, explanation: str) -> dict[str, Any] | None:
    """What an annotator said; None where the marked words are not those of the pair."""
    words = instance.tokens
    shown = [word for sentence in marked for word in sentence.split()]
    if [w.replace("*", "") for w in shown] != [w.replace("*", "") for w in words]:
        return None
    # A star of the text itself stands in both; a mark puts one before and one after.
    more = [s.count("*") - w.count("*") for s, w in zip(shown, words, strict=True)]
    if not set(more) <= {0, 2}:
        return None
    marks = [position for position, stars in enumerate(more) if stars == 2]
    return {"marks": marks} | ({"explanation": explanation} if explanation.strip() else {})
