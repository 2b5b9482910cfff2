"""The csv format: columns by name, everything else an attribute."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import ImportFailed
from pipeline.formats import READERS
from pipeline.formats.base import ReadOptions
from pipeline.formats.csv import read as pieces
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()


def test_the_catalogue_names_the_reader() -> None:
    assert READERS.load("csv") is pieces


def test_known_columns_are_read_and_others_become_attributes(write: Any) -> None:
    path = write(
        "year,text,label,split,rationale\r\n"
        '2020,"good, really",pos,train,"[[0, 4]]"\r\n'
        "2021,bad,,,\r\n"
    )
    imported = read(path, PLAIN)
    first, second = imported.instances
    assert (first.text, first.label, first.split) == ("good, really", "pos", "train")
    assert first.attributes == {"year": "2020"}
    assert (second.label, second.split) == (None, None)
    (annotation,) = imported.annotations
    assert annotation.values == {"label": "pos", "marks": [0]}
    assert (annotation.raw, annotation.line) == ("[[0, 4]]", 2)


def test_columns_may_have_other_names(write: Any) -> None:
    options = ReadOptions(text="review", text_pair="claim", label="gold", rationale="why")
    imported = read(write("review,claim,gold,why,text\na b,c,1,[],kept\n"), options)
    (instance,) = imported.instances
    assert (instance.kind, instance.tokens, instance.label) == ("pair", ["a", "b", "c"], "1")
    assert instance.attributes == {"text": "kept"}
    assert imported.annotations[0].values == {"label": "1", "marks": []}


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        (PLAIN, "text"),
        (ReadOptions(text="a", label="gold"), "gold"),
        (ReadOptions(text="a", split="fold"), "fold"),
        (ReadOptions(text="a", text_pair="claim"), "claim"),
        (ReadOptions(text="a", rationale="why"), "why"),
    ],
)
def test_a_missing_column_is_named_with_those_there_are(
    write: Any, options: ReadOptions, missing: str
) -> None:
    problem = f"line 1: there is no column '{missing}'; the columns are: 'a', 'b'"
    with pytest.raises(ImportFailed, match=problem):
        read(write("a,b\n1,2\n"), options)


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (",", "the text is empty"),
        ("a,nonsense", "not valid JSON"),
        ("a,5", "must be a list, not a whole number"),
        ('a,"[[0, 2]]"', "beyond the text of 1 characters"),
        ('a,"[[1, 0]]"', "reversed"),
        ("a,[[NaN]]", "NaN is not a JSON number"),
    ],
)
def test_a_bad_record_fails_with_its_line(write: Any, record: str, problem: str) -> None:
    with pytest.raises(ImportFailed, match=f"data.txt, line 3: .*{problem}"):
        read(write(f"text,rationale\nfine,\n{record}\n"), PLAIN)


def test_an_empty_second_text_is_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 2: the text is empty"):
        read(write("text,text_pair\na,\n"), PLAIN)


def test_two_labels_of_one_text_name_both_lines(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 3: label 'y' contradicts 'x'.* on line 2"):
        read(write("text,label\na,x\na,y\n"), PLAIN)


def test_labels_outside_the_given_ones_are_named(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 2: label 'z' is not one of: 'x', 'y'"):
        read(write("text,label\na,z\n"), ReadOptions(labels=("x", "y")))


def test_repeated_records_are_dropped_and_counted(write: Any) -> None:
    imported = read(write("n,text,rationale\n1,a,[]\n2,a,[]\n"), PLAIN)
    assert (len(imported.instances), len(imported.annotations)) == (1, 1)
    assert imported.notes == ("1 record repeats an earlier one and was dropped",)


def test_ids_of_people_do_not_become_attributes(write: Any) -> None:
    imported = read(write("text,WorkerId,worker_id,day\na,A1B2,A1B2,3\n"), PLAIN)
    assert imported.instances[0].attributes == {"day": "3"}
    assert imported.notes[0] == "the column 'WorkerId' was left out: it holds ids of people"
    assert len(imported.notes) == 2


def test_a_file_without_records_is_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match="holds no records"):
        read(write("text,label\n"), PLAIN)


def test_hostile_cells_survive(write: Any) -> None:
    text = "=HYPERLINK(1) <script> \u202e \U0001f600 \0"
    assert read(write(f"text\n{text}\n"), PLAIN).instances[0].text == text
