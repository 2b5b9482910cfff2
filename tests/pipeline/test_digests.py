"""Numbering by digests is numbering by a dict, in a fraction of its memory."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from pipeline.digests import Digests


@given(st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2))))
def test_contents_are_numbered_as_they_are_met(contents: list[tuple[str, str]]) -> None:
    digests, plain = Digests(), dict[tuple[str, str], int]()
    for content in contents:
        assert digests.find(*content) == plain.get(content)
        new = content not in plain
        assert digests.meet(*content) == (plain.setdefault(content, len(plain)), new)
    assert len(digests) == len(plain)


def test_parts_do_not_run_into_each_other_and_half_characters_are_told_apart() -> None:
    digests = Digests()
    for content in (("a", "bc"), ("ab", "c"), ("abc",), ("\ud800",), ("\ud801",), ("",), ("", "")):
        assert digests.meet(*content)[1]


def test_growing_loses_nothing_and_takes_less_than_forty_bytes_each() -> None:
    number = 10_000
    tracemalloc.start()
    digests = Digests()
    for n in range(number):
        digests.meet(f"content {n}")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 16 bytes of digest, and at most four slots of four bytes each.
    assert held < 40 * number
    assert [digests.find(f"content {n}") for n in range(number)] == list(range(number))
    assert digests.find("content") is None
