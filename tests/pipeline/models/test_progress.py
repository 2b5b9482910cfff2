"""An interrupted training goes on from its last whole epoch, to the very same weights."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from db.errors import KonkyoError
from db.store import instances
from pipeline.models.checkpoint import load, save
from pipeline.models.progress import restore, store
from pipeline.models.training import Epoch, Fitted, fit
from pipeline.project import Project
from pipeline.train import train
from tests.pipeline.models.support import QUICK, small_model
from tests.support.data import reviews

TEXTS = reviews(40)[0]
FEW = replace(QUICK, epochs=3, dropout=0.3, patience=3)
TABLE = "[model]\nembedding_dim = 8\nhidden_dim = 4\nepochs = 3\ndropout = 0.3\n"


class PulledPlug(Exception):
    """Whatever ends a training from outside."""


def until(last: int) -> Callable[[Epoch], None]:
    def stop(epoch: Epoch) -> None:
        if epoch.number == last:
            raise PulledPlug

    return stop


def weights(fitted: Fitted) -> dict[str, torch.Tensor]:
    return fitted.model.module.state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(v, other[n]) for n, v in one.items())


@contextmanager
def full_disk(largest: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", ["bilstm_attention", "cnn_attention"])
def test_a_training_interrupted_twice_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, kind: str
) -> None:
    settings = replace(FEW, kind=kind)
    whole = fit(TEXTS, settings=settings, seed=3)
    path = tmp_path / "runs" / "half"
    for last in (1, 2):
        with pytest.raises(PulledPlug):
            fit(TEXTS, settings=settings, seed=3, progress=path, on_epoch=until(last))
    with torch.random.fork_rng([]):
        torch.manual_seed(77)  # whatever state it meets
        torch.rand(5)
        resumed = fit(TEXTS, settings=settings, seed=3, progress=path)
    assert same(weights(resumed), weights(whole))
    assert resumed.history == whole.history
    assert resumed.best_epoch == whole.best_epoch
    assert resumed.metrics == whole.metrics
    assert "continued after epoch 2 of an interrupted training" in resumed.notes


def test_a_training_that_was_over_is_not_trained_further(tmp_path: Path) -> None:
    done = fit(TEXTS, settings=FEW, progress=tmp_path / "half")
    seen: list[Epoch] = []
    again = fit(TEXTS, settings=FEW, progress=tmp_path / "half", on_epoch=seen.append)
    assert not seen
    assert same(weights(again), weights(done))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": 4}, "another seed"),
        ({"settings": replace(FEW, hidden_dim=6)}, "another shape and settings"),
        ({"instances": TEXTS[:-10]}, "another vocabulary"),
    ],
)
def test_progress_of_another_training_is_said(tmp_path: Path, given: dict, said: str) -> None:
    path = tmp_path / "half"
    usual = {"instances": TEXTS, "settings": FEW, "seed": 3}
    with pytest.raises(PulledPlug):
        fit(**usual, progress=path, on_epoch=until(1))
    with pytest.raises(KonkyoError, match=f"of a training with {said}.*delete the file"):
        fit(**(usual | given), progress=path)
    assert path.exists()


def test_progress_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "half"
    assert restore(path, {}) is None
    store(path, {}, {"weights": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(KonkyoError, match="cannot be continued .it cannot be read.; delete"):
        restore(path, {})
    torch.save({"version": 0}, path)
    with pytest.raises(KonkyoError, match="another version"):
        restore(path, {})


def test_a_full_disk_leaves_the_progress_there_was(tmp_path: Path) -> None:
    path = tmp_path / "half"
    store(path, {}, {"epoch": 1})
    with full_disk(10_000), pytest.raises(KonkyoError, match="half cannot be written: File too"):
        store(path, {}, {"epoch": 2, "weights": torch.zeros(10_000)})
    assert restore(path, {}) == {"epoch": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["half"]


def test_a_disk_that_fills_up_in_training_leaves_the_epoch_before(tmp_path: Path) -> None:
    """The first epoch is written, the second is not; with room again, training goes on from there."""
    path, whole = tmp_path / "half", fit(TEXTS, settings=FEW, seed=3)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(epoch: Epoch) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2, limits[1]))

    try:
        with pytest.raises(KonkyoError, match="half cannot be written: File too"):
            fit(TEXTS, settings=FEW, seed=3, progress=path, on_epoch=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    resumed = fit(TEXTS, settings=FEW, seed=3, progress=path)
    assert "continued after epoch 1 of an interrupted training" in resumed.notes
    assert same(weights(resumed), weights(whole))


def test_a_full_disk_leaves_the_model_there_was(tmp_path: Path) -> None:
    model = small_model(TEXTS)
    save(model, tmp_path / "run")
    with full_disk(1000), pytest.raises(KonkyoError, match="run cannot be written: File too"):
        save(small_model(TEXTS, n_classes=5), tmp_path / "run")
    assert load(tmp_path / "run").labels == model.labels
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_the_command_goes_on_and_leaves_only_the_model(
    make_project: Callable[..., Project],
) -> None:
    whole, cut = make_project(TABLE, name="whole"), make_project(TABLE, name="cut")
    for project in (whole, cut):
        instances.add(project.engine, TEXTS)
    expected = train(whole).run
    with pytest.raises(PulledPlug):
        train(cut, on_epoch=until(2))
    assert [entry.name for entry in cut.models.iterdir()] == [f".{expected.id}.training"]
    done = train(cut)
    assert done.run.id == expected.id and done.run.metrics == expected.metrics
    assert "continued after epoch 2 of an interrupted training" in done.notes
    assert [entry.name for entry in cut.models.iterdir()] == [expected.id]
    found = [load(p.models / expected.id).module.state_dict() for p in (whole, cut)]
    assert same(*found)
    tables = json.loads((cut.models / expected.id / "evaluation.json").read_text())
    n = sum(map(sum, tables["parts"]["test"]["confusion"]))
    assert n == len(expected.settings["test"])
    assert 0 <= expected.metrics["test_ece"] <= 1
