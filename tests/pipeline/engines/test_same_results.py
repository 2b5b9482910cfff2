"""The same experiment, probes and messages on every engine, to the last bit."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from db.errors import UsageError
from db.records import ModelRun
from db.store import rationales, runs
from pipeline.config import EngineSettings
from pipeline.engines.base import Engine
from pipeline.engines.opening import open_engine
from pipeline.engines.ray import connect
from pipeline.explain import explain
from pipeline.explainers.batching import rationale_id
from pipeline.faithfulness import FaithfulnessRequest, Measured, faithfulness
from pipeline.models.checkpoint import load
from pipeline.project import Project, open_project
from pipeline.teach import teach
from pipeline.teaching.experiment import Experiment
from pipeline.teaching.lesson import TeachRequest
from tests.cli.support import konkyo
from tests.pipeline.faithful import RUN, known_project, texts
from tests.pipeline.judging import SETTINGS, judged_in  # ends in its table [teach]

TWO = "controls = []\n[engine]\nworkers = 2\n"
Weights = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judged campaign, nothing trained."""
    return judged_in(tmp_path_factory.mktemp("judged") / "project", SETTINGS + TWO)


@pytest.fixture
def copies(original: Path, tmp_path: Path) -> Iterator[Callable[..., Project]]:
    opened: list[Project] = []

    def copy(name: str, workers: int = 2) -> Project:
        settings = shutil.copytree(original, tmp_path / name) / "konkyo.toml"
        settings.write_text(settings.read_text().replace("workers = 2", f"workers = {workers}"))
        opened.append(open_project(tmp_path / name))
        return opened[-1]

    yield copy
    for project in opened:
        project.engine.dispose()


@pytest.fixture(scope="module")
def here(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What teaching in this process gives: the experiment, and all that it stored."""
    folder = tmp_path_factory.mktemp("here") / "project"
    shutil.copytree(original, folder)
    project = open_project(folder)
    yield said(teach(project, "p")), kept(project)
    project.engine.dispose()


def said(done: Experiment) -> tuple[object, ...]:
    return (done.sentences, astuple(done.table), done.seeds, done.excluded)


def kept(project: Project) -> dict[str, tuple[ModelRun, dict[str, Any], Weights]]:
    """Run → its record, what it predicts, its weights."""
    return {
        run.id: (
            run,
            runs.probabilities(project.engine, run.id),
            load(project.folder / run.weights).module.state_dict(),
        )
        for run in runs.read(project.engine)
    }


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert list(found) == list(wanted), "the same runs in the same order"
    for name, (run, predictions, weights) in found.items():
        assert (run.metrics, run.settings) == (wanted[name][0].metrics, wanted[name][0].settings)
        assert all(np.array_equal(p, wanted[name][1][i]) for i, p in predictions.items())
        assert all(torch.equal(w, wanted[name][2][key]) for key, w in weights.items())


def test_teach_is_the_same_to_the_last_bit(
    copies: Callable[..., Project], here: Any, ray_here: Any
) -> None:
    project, steps = copies("ray"), []
    done = teach(project, "p", TeachRequest(engine="ray"), on_run=lambda *step: steps.append(step))
    assert steps == [(n, 4) for n in range(1, 5)], "two seeds, two conditions"
    assert said(done) == here[0]
    assert_same(kept(project), here[1])


def test_an_interrupted_teach_keeps_what_it_has_and_goes_on(
    copies: Callable[..., Project], here: Any
) -> None:
    """Three of four runs are trained in another process, the last one here: all are the same."""
    project = copies("stopped", workers=1)

    def stop(number: int, of: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teach(project, "p", TeachRequest(engine="processes"), on_run=stop)
    assert len(runs.read(project.engine)) == 3
    assert said(teach(project, "p")) == here[0]
    assert_same(kept(project), here[1])


def test_the_number_of_threads_changes_no_bit(copies: Callable[..., Project], here: Any) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        project = copies("threads")
        assert said(teach(project, "p")) == here[0]
    finally:
        torch.set_num_threads(before)


def test_explain_is_the_same_to_the_last_bit(
    away: Engine, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    """For every class, by explainers with and without gradients and randomness."""
    project = known_project(make_project, texts(12), explainers=("constant",))
    shutil.copytree(project.folder, tmp_path / "copy")
    copy, names = open_project(tmp_path / "copy"), ("attention", "integrated_gradients", "random")
    explain(project, explainers=names, every_class=True)
    steps: list[tuple[int, int]] = []
    explain(
        copy,
        explainers=names,
        every_class=True,
        on_progress=lambda *step: steps.append(step),
        where=away,
    )
    wanted, found = scores(project, names), scores(copy, names)
    assert list(found) == list(wanted) and len(found) == 12 * 2 * 3
    assert all(np.array_equal(found[name], wanted[name]) for name in found)
    assert steps[-1][0] == steps[-1][1]
    copy.engine.dispose()


def scores(project: Project, names: Sequence[str]) -> dict[str, Any]:
    """Every stored rationale of these explainers, of either class: id → scores."""
    ids = [
        rationale_id(RUN, name, instance, target)
        for name in names
        for instance, target in sorted(rationales.explained(project.engine, RUN, name))
    ]
    found = rationales.by_id(project.engine, ids)
    return {name: found[name].scores for name in ids}


def test_faithfulness_is_the_same_to_the_last_bit(
    away: Engine, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    project = known_project(make_project, texts(12))
    shutil.copytree(project.folder, tmp_path / "copy")
    copy = open_project(tmp_path / "copy")
    request = FaithfulnessRequest(removal="mean_embedding")
    wanted = numbers(faithfulness(project, request))
    assert numbers(faithfulness(copy, request, where=away)) == wanted
    copy.engine.dispose()


def numbers(done: Measured) -> tuple[object, ...]:
    return (done.result.estimates, done.result.contrasts, done.new, done.n_instances)


def test_an_unknown_engine_gets_a_hint() -> None:
    with (
        pytest.raises(UsageError, match="did you mean 'processes'"),
        open_engine(EngineSettings(), "proceses"),
    ):
        pass


def test_the_command_line_knows_engines(
    copies: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copies("line").folder
    wrong = konkyo("teach", "--engine", "rey", "--config", folder)
    assert (wrong.code, wrong.out) == (2, "")
    assert "no engine called 'rey'; did you mean 'ray'?" in " ".join(wrong.err.split())
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it is not installed
    without = konkyo("teach", "--engine", "ray", "--config", folder)
    assert without.code == 2
    assert 'pip install "konkyo[ray]"' in " ".join(without.err.split())


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "somewhere", "a:b"])
def test_a_cluster_that_is_not_there_is_said_at_once(address: str) -> None:
    ray = pytest.importorskip("ray")
    with pytest.raises(UsageError, match="there is no Ray cluster at"):
        connect(ray, 2, address)
