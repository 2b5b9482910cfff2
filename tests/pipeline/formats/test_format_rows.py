"""The rows format: columns are features, in their order, numbers where all of a column are."""

from __future__ import annotations

from typing import Any

import pytest

from db.errors import ImportFailed, UsageError
from db.records import instance_id
from db.store import instances
from pipeline.formats import READERS
from pipeline.formats.base import ReadOptions
from pipeline.formats.rows import is_number
from pipeline.formats.rows import read as pieces
from pipeline.ingest import import_data
from pipeline.project import Project
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()


def test_the_catalogue_names_the_reader() -> None:
    assert READERS.load("rows") is pieces


def test_columns_are_features_in_their_order(write: Any) -> None:
    path = write("work,age,label,hours,split\r\nclerk,39,no,4.5e1,train\r\nbaker,50,,13,\r\n")
    first, second = read(path, PLAIN).instances
    assert (first.kind, first.text, first.n_tokens, first.n_units) == ("row", "", 0, 3)
    assert list(first.features.items()) == [("work", "clerk"), ("age", 39.0), ("hours", 45.0)]
    assert (first.label, first.split) == ("no", "train")
    assert (second.label, second.split) == (None, None)
    assert first.id == instance_id("row", {"work": "clerk", "age": 39, "hours": 45})


def test_label_and_split_may_have_other_names(write: Any) -> None:
    options = ReadOptions(label="income", split="fold")
    (found,) = read(write("label,income,fold,age\nkept,high,test,3\n"), options).instances
    assert (found.label, found.split) == ("high", "test")
    assert dict(found.features) == {"label": "kept", "age": 3.0}


def test_a_column_is_numbers_only_if_all_of_it_is(write: Any) -> None:
    found = read(write("a,b\n1,1\n2,unknown\n"), PLAIN).instances
    assert [dict(i.features) for i in found] == [{"a": 1.0, "b": "1"}, {"a": 2.0, "b": "unknown"}]


@pytest.mark.parametrize(
    "cell",
    ["0", "-1", "+2.5", ".5", "3.", "1e-3", " 7 ", "123456789012345", "0.1", "1000000000000000000"],
)
def test_numbers(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "007",
        "nan",
        "inf",
        "1_000",
        "1,5",
        "1e999",
        "0x1f",
        "٣",
        "1234567890123456",
        "--1",
        "e5",
    ],
)
def test_what_a_number_would_not_give_back_stays_words(cell: str) -> None:
    """A postal code, a digit of another script, an id of sixteen digits."""
    assert not is_number(cell)


def test_worker_ids_are_left_out_and_named(write: Any) -> None:
    found = read(write("age,WorkerId\n3,A2B3C4D5E6F7\n"), PLAIN)
    assert dict(found.instances[0].features) == {"age": 3.0}
    assert found.notes == ("the column 'WorkerId' was left out: it holds ids of people",)


def test_the_same_row_is_kept_once_and_counted(write: Any) -> None:
    found = read(write("age,label\n3,no\n4,no\n3,no\n3.0,\n"), PLAIN)
    assert len(found.instances) == 2
    assert found.notes == ("2 records repeat an earlier row and were dropped",)


def test_the_same_row_in_another_split_keeps_the_first_and_says_so(write: Any) -> None:
    found = read(write("age,split\n3,train\n3,test\n"), PLAIN)
    assert [i.split for i in found.instances] == ["train"]
    assert found.notes[1] == "1 record names another split for a row, whose first split is kept"


def test_the_same_row_with_another_label_names_both_lines(write: Any) -> None:
    problem = r"line 4: label 'yes' contradicts 'no', which the same row has in line 2"
    with pytest.raises(ImportFailed, match=problem):
        read(write("age,label\n3,no\n4,no\n3,yes\n"), PLAIN)


@pytest.mark.parametrize(
    ("content", "options", "problem"),
    [
        ("a,b\n1,2\n3,\n", PLAIN, "line 3: the cell under 'b' is empty"),
        ("a,b\n1,2\n  ,2\n", PLAIN, "line 3: the cell under 'a' is empty"),
        (",b\n0,2\n", PLAIN, "line 1: column 1 has no name"),
        ("label,worker_id\nx,A1\n", PLAIN, "line 1: there is no column of features, only"),
        ("a,a\n1,2\n", PLAIN, "line 1: the column 'a' stands twice"),
        ("a,b\n1\n", PLAIN, "line 2: the record has 1 field where the header names 2"),
        ("a,b\n", PLAIN, "holds no records"),
        ("", PLAIN, "is empty"),
        ("a,b\n1,2\n", ReadOptions(label="y"), "line 1: there is no column 'y'"),
        ("a,label\n1,z\n", ReadOptions(labels=("x", "y")), "line 2: label 'z' is not one of"),
    ],
)
def test_faults_are_named_with_their_line(
    write: Any, content: str, options: ReadOptions, problem: str
) -> None:
    with pytest.raises(ImportFailed, match=problem):
        read(write(content), options)


def test_a_text_is_no_option_of_rows(write: Any) -> None:
    with pytest.raises(UsageError, match="rows format does not take a name for 'rationale'"):
        read(write("a\n1\n"), ReadOptions(rationale="a"))


def test_rows_come_through_the_database_as_they_were(make_project: Any, write: Any) -> None:
    hostile = "</script>\x00\x1b[31m ${x} \ud7ff 🐈"
    path = write(f'z,a,"two\nlines"\n1.5,{hostile},x\n2,words,y\n')
    project: Project = make_project()
    assert import_data(project, "rows", path, PLAIN).instances_new == 2
    assert import_data(project, "rows", path, PLAIN).nothing_new
    found = instances.read(project.engine)
    assert list(found[0].features.items()) == [("z", 1.5), ("a", hostile), ("two\nlines", "x")]
    assert (found[0].size, found[0].image, found[0].offsets.shape) == (None, None, (0, 2))
    assert instances.kinds(project.engine) == {"row": 2}
