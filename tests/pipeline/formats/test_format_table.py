"""CSV records: every fault names the line on which the record starts."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import ImportFailed
from pipeline.formats.lines import MAX_LINE
from pipeline.formats.table import read_table

CELL = st.text(st.characters(exclude_categories=("Cs",)))


@given(st.lists(st.tuples(CELL, CELL), max_size=5))
def test_whatever_the_csv_module_writes_comes_back(rows: list[tuple[str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("a", "b"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_bytes(written.getvalue().encode())
        table = read_table(path)
        assert [tuple(row.cells.values()) for row in table.rows] == rows


def test_a_record_over_several_lines_is_placed_on_its_first(write: Any) -> None:
    path = write('a,b\r\n1,"two\r\n\r\nlines"\r\n\r\n3,4\r\n')
    rows = list(read_table(path).rows)
    assert [row.place.line for row in rows] == [2, 6]
    assert rows[0].cells == {"a": "1", "b": "two\r\n\r\nlines"}


def test_a_quote_that_is_never_closed_is_named_by_where_it_opens(write: Any) -> None:
    path = write('a,b\n1,2\n3,"four\n5,6\n')
    with pytest.raises(ImportFailed, match="line 3: a quote .* is never closed"):
        list(read_table(path).rows)


def test_an_open_quote_does_not_gather_an_endless_file(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_bytes(b'a\n"' + (b"x" * 999 + b"\n") * (2 * MAX_LINE // 1000))
    with pytest.raises(ImportFailed, match="line 2: the record is longer .*quote left open"):
        list(read_table(path).rows)


def test_a_long_field_is_read(write: Any) -> None:
    path = write("a\n" + "x" * 1_000_000)
    assert [len(row.cells["a"]) for row in read_table(path).rows] == [1_000_000]


def test_text_after_a_closing_quote_is_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 2: is not valid CSV"):
        list(read_table(write('a\n"b"c\n')).rows)


@pytest.mark.parametrize(("record", "count"), [("1", "1 field"), ("1,2,3", "3 fields")])
def test_a_record_of_another_width_is_an_error(write: Any, record: str, count: str) -> None:
    problem = f"line 2: the record has {count} where the header names 2"
    with pytest.raises(ImportFailed, match=problem):
        list(read_table(write(f"a,b\n{record}\n")).rows)


def test_a_column_named_twice_is_an_error(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 1: the column 'a' stands twice"):
        read_table(write("a,b,a\n"))


@pytest.mark.parametrize("content", ["", "\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_error(write: Any, content: str | bytes) -> None:
    with pytest.raises(ImportFailed, match="is empty"):
        read_table(write(content))


def test_a_missing_column_is_named_with_those_there_are(write: Any) -> None:
    with pytest.raises(ImportFailed, match="no column 'c'; the columns are: 'a', 'b'"):
        read_table(write("a,b\n")).require("c")


def test_nul_survives(write: Any) -> None:
    assert [row.cells["a"] for row in read_table(write("a\nx\0y\n")).rows] == ["x\0y"]
