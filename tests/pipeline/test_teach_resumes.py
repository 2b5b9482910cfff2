"""An interrupted experiment goes on within the run that it was at, to the very same weights."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest
import torch

from db.store import runs
from pipeline.models.checkpoint import load
from pipeline.models.progress import store
from pipeline.project import Project, open_project
from pipeline.teach import teach
from tests.pipeline.judging import SETTINGS, judged  # ends in its table [teach]

TWO = SETTINGS.replace("epochs = 1", "epochs = 2") + "controls = []\n"
EPOCHS = 2 * 2 * 2
"""Two seeds, two conditions, two epochs: so often is it written where a training stands."""


class Written:
    """Counts how often progress is written, and interrupts after some time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times, self.until = 0, -1
        monkeypatch.setattr("pipeline.models.training.store", self)

    def __call__(self, path: Path, *what: object) -> None:
        store(path, *what)  # type: ignore[arg-type]
        self.times += 1
        if self.times == self.until:
            raise KeyboardInterrupt


def weights(project: Project) -> dict[str, dict[str, torch.Tensor]]:
    return {
        run.id: load(project.folder / run.weights).module.state_dict()
        for run in runs.read(project.engine)
    }


def test_no_epoch_is_trained_twice_and_the_result_is_the_same(
    make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_project(TWO)
    judged(whole)
    shutil.copytree(whole.folder, tmp_path / "cut")
    expected = teach(whole, "p")
    cut, written = open_project(tmp_path / "cut"), Written(monkeypatch)
    written.until = 3  # the first of two epochs of the second run
    with pytest.raises(KeyboardInterrupt):
        teach(cut, "p")
    (left,) = cut.models.glob(".*.training")
    found = teach(cut, "p")
    assert written.times == EPOCHS, "each epoch was trained once"
    assert not left.exists()
    assert [one.name for one in cut.models.iterdir() if one.name.startswith(".")] == []
    assert astuple(found.table) == astuple(expected.table)
    wanted, there = weights(whole), weights(cut)
    assert list(there) == list(wanted) and len(there) == 4
    for name, tensors in there.items():
        assert all(torch.equal(value, wanted[name][key]) for key, value in tensors.items())
    cut.engine.dispose()
