"""Rationales come back with the shape that their scores have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from db.records import ModelRun, Rationale
from db.store import instances, rationales, runs
from pipeline.project import Project
from tests.support.data import instance


@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_a_grid_of_scores_over_a_picture_is_kept_as_a_grid(
    make_project: Callable[..., Project], shape: tuple[int, ...]
) -> None:
    project, shown = make_project(), instance("one two three four five six")
    instances.add(project.engine, [shown])
    runs.add(project.engine, ModelRun("r", "m", ("a",), {}, 0, "", {}, "w"), [])
    scores = np.arange(6, dtype=np.float32)
    made = Rationale("q", "r", "e", shown.id, 0, scores, "none", "none", "cell", {}, shape)
    assert rationales.add(project.engine, [made]) == [made]
    (found,) = rationales.read(project.engine, "r")
    assert (found.shape, found.unit) == (shape, "cell")
    assert found.scores.tolist() == [0, 1, 2, 3, 4, 5]
