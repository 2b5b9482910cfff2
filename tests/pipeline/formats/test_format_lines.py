"""Lines are bounded, in UTF-8, and every fault names its line."""

from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from db.errors import ImportFailed
from pipeline.formats.lines import MAX_LINE, Line, read_lines


def test_lines_keep_their_ends_and_count_from_one(write: Any) -> None:
    lines = list(read_lines(write("a\r\nb\nc")))
    assert lines == [Line(1, "a\r\n", 0), Line(2, "b\n", 3), Line(3, "c", 5)]


def test_a_byte_order_mark_is_dropped_at_the_start_alone(write: Any) -> None:
    lines = read_lines(write(b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n"))
    assert [line.text for line in lines] == ["a\n", "\ufeffb\n"]


def test_only_a_line_feed_ends_a_line(write: Any) -> None:
    text = "a\u2028b\u0085c\x0bd"
    assert [line.text for line in read_lines(write(text))] == [text]


def test_bytes_that_are_not_utf8_are_named_by_line_and_offset(write: Any) -> None:
    # "one\n" is 4 bytes, "tw" two more: the bad byte has the offset 6
    with pytest.raises(ImportFailed, match=r"line 2: .*0xff at byte offset 6 "):
        list(read_lines(write(b"one\ntw\xffo\n")))


def test_the_offset_counts_the_byte_order_mark(write: Any) -> None:
    with pytest.raises(ImportFailed, match="byte offset 4 "):
        list(read_lines(write(b"\xef\xbb\xbfa\xff")))


def test_utf16_is_refused_on_its_first_byte(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 1: .*byte offset 0 .*save the file as UTF-8"):
        list(read_lines(write("text".encode("utf-16"))))


def test_an_enormous_line_fails_soon_and_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b"short\n" + b"x" * 50_000_000)
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(ImportFailed, match="line 2: the line is longer than 10,000,000 bytes"):
        list(read_lines(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.perf_counter() - begun < 5
    assert peak < 3 * MAX_LINE


def test_a_line_of_the_greatest_length_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" * (MAX_LINE - 1) + b"\n" + b"y")
    assert [len(line.text) for line in read_lines(path)] == [MAX_LINE, 1]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="is a folder"):
        list(read_lines(tmp_path))


@pytest.mark.parametrize("name", ["missing", "file.txt/below", "nul\0name"])
def test_a_missing_file_is_named(write: Any, tmp_path: Path, name: str) -> None:
    write("x", "file.txt")
    with pytest.raises(ImportFailed, match="there is no such file"):
        list(read_lines(tmp_path / name))


def test_a_name_that_the_system_refuses_is_an_import_error(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="cannot be read"):
        list(read_lines(tmp_path / ("x" * 5000)))


def test_a_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportFailed, match="not a regular file"):
        list(read_lines(tmp_path / "pipe"))


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_an_unreadable_file_is_named(write: Any) -> None:
    path = write("x")
    path.chmod(0)
    with pytest.raises(ImportFailed, match="Permission denied"):
        list(read_lines(path))


def test_what_the_system_refuses_to_open_is_an_import_error(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write("x")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImportFailed, match="cannot be read: Permission denied"):
        list(read_lines(path))
