"""Lines and windows, against the tokenizer of Hugging Face and a plain reading of the rules."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.lines import Template, laid_out

SINGLE = Template(((90, 0),), (), ((91, 0),))
PAIR = Template(((90, 0),), ((91, 0),), ((91, 1),), (0, 1))


def lines_of(n_first: list[int], n_second: list[int], limit: int):
    """Rows of units of one piece each."""
    width = max(a + b for a, b in zip(n_first, n_second, strict=True))
    first, second = torch.tensor(n_first), torch.tensor(n_second)
    there = (torch.arange(width) < (first + second)[:, None])[..., None]
    return laid_out(there, first, second, SINGLE, PAIR, limit)


def test_two_short_rows_side_by_side() -> None:
    """Pieces 0 … 2 are of the first row; 3, 4 and 5 of the second, a pair. From 6 on: the special
    tokens of one text (2), then of two (3)."""
    lines = lines_of([3, 2], [0, 1], limit=16)
    assert lines.source.tolist() == [[6, 0, 1, 2, 7, -1], [8, 3, 4, 9, 5, 10]]
    assert lines.types.tolist() == [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1]]
    assert lines.windows.tolist() == [1, 1]


def test_windows_overlap_by_a_quarter() -> None:
    """Room for 8 pieces: each window begins 6 after the one before."""
    lines = lines_of([15], [0], limit=10)
    starts = [row[1] for row in lines.source.tolist()]
    assert starts == [0, 6, 12]
    assert lines.source[2].tolist() == [15, 12, 13, 14, 16, *[-1] * 5]
    assert lines.windows.tolist() == [3]


def test_a_short_text_of_a_pair_stands_in_every_window() -> None:
    """Room for 8: 2 of the second text in each, 6 of the first, which begin 5 apart."""
    lines = lines_of([12], [2], limit=11)
    assert [row[1] for row in lines.source.tolist()] == [0, 5, 10]
    for row in lines.source.tolist():
        assert 12 in row and 13 in row


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=1, max_size=4),
    st.integers(8, 30),
)
def test_every_piece_is_read_in_its_row_and_no_line_is_too_long(
    rows: list[tuple[int, int]], limit: int
) -> None:
    lines = lines_of([a for a, _ in rows], [b for _, b in rows], limit)
    total = sum(a + b for a, b in rows)
    begin = 0
    for number, (first, second) in enumerate(rows):
        mine = [
            [one for one in row if one != -1]
            for row, of in zip(lines.source.tolist(), lines.row.tolist(), strict=True)
            if of == number
        ]
        assert len(mine) == lines.windows[number]
        assert all(len(line) <= limit for line in mine)
        pieces = {one for line in mine for one in line if one < total}
        assert pieces == set(range(begin, begin + first + second))
        assert len(mine) == 1 or first + second > limit - len((PAIR if second else SINGLE).special)
        begin += first + second


@pytest.mark.parametrize("length", [61, 62, 63, 107, 108, 109, 400])
def test_windows_are_those_of_the_library(length: int) -> None:
    tk = pytest.importorskip("tokenizers")
    made = tk.Tokenizer(tk.models.WordLevel({"a": 0, "[CLS]": 90, "[SEP]": 91}, unk_token="a"))
    made.pre_tokenizer = tk.pre_tokenizers.Whitespace()
    made.post_processor = tk.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 90), ("[SEP]", 91)]
    )
    made.enable_truncation(64, stride=15)  # a quarter of the room of 62
    found = made.encode(" ".join("a" * length))
    theirs = [
        [start // 2 for (start, _), of in zip(w.offsets, w.sequence_ids, strict=True) if of == 0]
        for w in (found, *found.overflowing)
    ]
    ours = [
        [one for one in row if 0 <= one < length]
        for row in lines_of([length], [0], limit=64).source.tolist()
    ]
    assert ours == theirs
