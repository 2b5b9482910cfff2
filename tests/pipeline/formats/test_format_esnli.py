"""e-SNLI: words between stars, among the words of the pair."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from db.errors import ImportFailed
from pipeline.formats import READERS
from pipeline.formats.base import ReadOptions
from pipeline.formats.esnli import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()
TRAIN = [
    "pairID",
    "gold_label",
    "Sentence1",
    "Sentence2",
    "Explanation_1",
    "WorkerId",
    "Sentence1_marked_1",
    "Sentence2_marked_1",
    "Sentence1_Highlighted_1",
    "Sentence2_Highlighted_1",
]
TEST = ["pairID", "gold_label", "Sentence1", "Sentence2"] + [
    f"{column}_{n}"
    for n in (1, 2, 3)
    for column in ("Explanation", "Sentence1_marked", "Sentence2_marked", "Sentence1_Highlighted")
]


def table(columns: list[str], *rows: dict[str, str]) -> str:
    written = io.StringIO(newline="")
    lines = csv.DictWriter(written, columns, restval="")
    lines.writeheader()
    lines.writerows(rows)
    return written.getvalue()


def pair(one: str, two: str, worker: str = "A1", **more: str) -> dict[str, str]:
    """A record of the training files whose sentences are given as they are marked."""
    made = {"pairID": "7n", "gold_label": "neutral", "Explanation_1": "No.", "WorkerId": worker}
    made |= {"Sentence1": one.replace("*", ""), "Sentence2": two.replace("*", "")}
    return made | {"Sentence1_marked_1": one, "Sentence2_marked_1": two} | more


def test_words_between_stars_are_marked(write: Any) -> None:
    assert READERS.load("esnli") is pieces
    text = table(TRAIN, pair("A *small* *church.*", "It is *old*."))
    found = read(write(text, "esnli_train_2.csv"), PLAIN)
    (instance,), (annotation,) = found.instances, found.annotations
    assert (instance.text, instance.text_pair) == ("A small church.", "It is old.")
    assert (instance.label, instance.split) == ("neutral", "train")
    assert annotation.values == {"marks": [1, 2, 5], "explanation": "No."}
    assert (annotation.worker, "A1" in annotation.raw) == ("A1", False)
    assert found.questions == {"marks": "set", "explanation": "text"}


def test_three_annotators_of_a_pair_are_not_named(write: Any) -> None:
    row = pair("a *b*", "c", Sentence1_marked_2="a b", Sentence2_marked_2="*c*", Explanation_2="x")
    row |= {"Sentence1_marked_3": "a b", "Sentence2_marked_3": "c"}
    row.pop("WorkerId")
    found = read(write(table(TEST, row), "esnli_dev.csv"), PLAIN)
    assert [a.values["marks"] for a in found.annotations] == [[1], [2], []]
    assert [a.worker for a in found.annotations] == [None] * 3
    assert found.instances[0].split == "validation"


def test_stars_of_the_text_itself_mark_nothing(write: Any) -> None:
    row = pair("a", "b", Sentence1="2 * 3 *very*", Sentence1_marked_1="2 * *3* *very*")
    (annotation,) = read(write(table(TRAIN, row), "x.csv"), PLAIN).annotations
    assert annotation.values["marks"] == [2]


def test_what_cannot_be_used_is_counted(write: Any) -> None:
    rows = [
        pair("a b", "c"),
        pair("a b", "c"),
        pair("a b", "c", gold_label="entailment"),
        pair("a b", "c", worker="A2", Sentence1_marked_1="*other* b"),
        pair("a b", "d", Sentence1_marked_1="*a b*"),
        pair("a b", "e", gold_label="-"),
        pair("a b", ""),
    ]
    found = read(write(table(TRAIN, *rows), "x.csv"), PLAIN)
    assert len(found.instances) == 2
    assert len(found.annotations) == 1
    assert found.skipped == {
        "second annotations of a pair by the same worker": 1,
        "pairs met before with another gold label": 1,
        "annotations whose marked words are not those of the pair": 2,
        "pairs without a gold label": 1,
        "pairs of which a sentence is empty": 1,
    }


def test_a_folder_holds_the_splits(write: Any, tmp_path: Path) -> None:
    write(table(TRAIN, pair("a", "b")), "esnli_train_1.csv")
    write(table(TRAIN, pair("a", "c")), "esnli_train_2.csv")
    write("what lies beside them is not read", "notes.csv")
    found = read(tmp_path, PLAIN)
    assert [(i.text_pair, i.split) for i in found.instances] == [("b", "train"), ("c", "train")]


def test_faults_name_file_and_line(write: Any, tmp_path: Path) -> None:
    fine = table(TRAIN, pair("a", "b"))
    for content, problem in [
        (fine + "1,2\r\n", "line 3: the record has 2 fields where the header names 10"),
        (fine + '"open', "line 3: a quote that is opened"),
        (fine.replace("gold_label", "label"), "there is no column 'gold_label'"),
    ]:
        with pytest.raises(ImportFailed, match=problem):
            read(write(content, "x.csv"), PLAIN)
    with pytest.raises(ImportFailed, match="line 2: label 'neutral' is not one of"):
        read(write(fine, "x.csv"), ReadOptions(labels=("entailment",)))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImportFailed, match="holds none of: esnli_train_1.csv"):
        read(tmp_path / "empty", PLAIN)
