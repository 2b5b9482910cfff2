"""Yelp-HAT: what `mturk` finds out of the columns is what the fixed mapping says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.errors import ImportFailed, UsageError
from pipeline.formats import READERS, mturk
from pipeline.formats.base import ReadOptions
from pipeline.formats.yelp_hat import read as pieces
from tests.pipeline.formats.test_format_mturk import answer, results, spans
from tests.pipeline.formats.writers.support import content
from tests.support.reading import whole_of

read = whole_of(pieces)

PLAIN = ReadOptions()


def test_a_row_is_read(write: Any) -> None:
    assert READERS.load("yelp_hat") is pieces
    rows = [answer("good food", spans("good food", 0), choice="idk")]
    (annotation,) = read(write(results(*rows)), PLAIN).annotations
    assert annotation.values == {"label": "unsure", "marks": [0]}


def test_other_files_and_options_are_refused(write: Any) -> None:
    with pytest.raises(ImportFailed, match="line 1: there is no column 'Input.text'"):
        read(write("a,b\n1,2\n"), PLAIN)
    with pytest.raises(UsageError, match="does not take a name for 'text'"):
        read(write("a,b\n1,2\n"), ReadOptions(text="a"))


@pytest.mark.shared
@pytest.mark.parametrize("name", ["part1_50words", "part6_100words"])
def test_the_real_files_are_what_mturk_makes_of_them(shared_data: Path, name: str) -> None:
    path = shared_data / "yelp_hat" / f"{name}.csv"
    ours, guessed = read(path, PLAIN), whole_of(mturk.read)(path, PLAIN)
    assert [content(i) for i in ours.instances] == [content(i) for i in guessed.instances]
    assert ours.annotations == guessed.annotations
    assert (ours.questions, ours.study) == (guessed.questions, guessed.study)
    assert (ours.annotators, ours.skipped) == (guessed.annotators, guessed.skipped)
