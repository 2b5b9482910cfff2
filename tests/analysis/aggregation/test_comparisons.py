"""Tables of comparisons: what is read, what is left out, what hangs together."""

import pandas as pd
import pytest

from analysis.aggregation.comparisons import read_comparisons
from db.errors import DataError


def compared(rows: str) -> pd.DataFrame:
    """A table from lines of 'unit worker first second winner'; a dash is an empty cell."""
    cells = [[None if c == "-" else c for c in line.split()] for line in rows.splitlines()]
    return pd.DataFrame(cells, columns=["unit", "worker", "first", "second", "winner"])


def test_rows_that_say_nothing_are_counted() -> None:
    found = read_comparisons(compared("u w a b a\nu w b a a\nu w a b tie\nu w c c c\nu w a b -"))
    assert found.things == ("a", "b")
    assert found.outcome.tolist() == [1, -1, 0]
    assert found.excluded == {"no winner": 1, "compared with itself": 1}


def test_a_stranger_cannot_win() -> None:
    with pytest.raises(DataError, match="'c' is neither 'a' nor 'b'.*a tie is written 'same'"):
        read_comparisons(compared("u w a b c"), tie="same")


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(DataError, match="no comparisons"):
        read_comparisons(compared("u w a a a"))
    with pytest.raises(DataError, match="needs the column 'winner'"):
        read_comparisons(compared("u w a b a").drop(columns="winner"))


def test_components_are_what_chains_of_comparisons_join() -> None:
    found = read_comparisons(compared("u w a b a\nu w b c b\nu w d e d"))
    assert found.components.tolist() == [0, 0, 0, 1, 1]
