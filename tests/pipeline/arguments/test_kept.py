"""The names of features on disk, and what a rationale says by them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from db.errors import DataError, NotFound
from pipeline.arguments.kept import KeptNames, read, said, written
from pipeline.arguments.naming import name_features

UNITS = ["good", "fine", "bad"]
# Two features: the first is raised by "good" and "fine" and lowered by "bad"; nothing moves the second.
SIDES = np.array([[3.0, 0, -3, 0], [1.0, 0, -1, 0], [-2.0, 0, 2, 0]])


def kept() -> KeptNames:
    return KeptNames(name_features(UNITS, SIDES), {"names": 3})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "arguments.json"
    path.write_text(written(kept()), encoding="utf-8")
    again = read(path)
    assert (again.options, again.n_features) == ({"names": 3}, 2)
    assert [again.names.of(side) for side in range(4)] == [("good", "fine"), (), ("bad",), ()]
    assert again.names.strengths[0].tolist() == [3.0, 1.0]


def test_a_feature_below_nothing_is_called_by_what_lowers_it() -> None:
    one = {"feature 1": 0.0, "activation 1": -0.5, "contribution 1": 0.9}
    two = {"feature 2": 0.0, "activation 2": 0.5, "contribution 2": 0.4}
    assert [argument.names for argument in said(one | two, kept())] == [("bad",), ("good", "fine")]
    assert [argument.contribution for argument in said(one | two, kept())] == [0.9, 0.4]


def test_what_has_no_name_is_passed_over() -> None:
    nameless = {"feature 1": 1.0, "activation 1": 0.5, "contribution 1": 0.9}
    strange = {"feature 1": 7.0, "activation 1": 0.5, "contribution 1": 0.9}
    assert said(nameless, kept()) == said(strange, kept()) == said({}, kept()) == ()


def test_a_file_that_is_missing_or_damaged_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "arguments.json"
    with pytest.raises(NotFound, match='run "konkyo explain --explainer inference_arguments"'):
        read(path)
    for text in ("{", "[]", '{"options": {}, "above": [[]], "below": []}', '{"above": 3}'):
        path.write_text(text)
        with pytest.raises(DataError, match="delete the file and run"):
            read(path)
