"""The device that [model] names is that of every command, not of `train` alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from db.errors import ConfigError, UsageError
from db.store import rationales, runs
from pipeline.class_images import class_images
from pipeline.corruption import CorruptionRequest, corruption
from pipeline.explain import explain
from pipeline.faithfulness import FaithfulnessRequest, faithfulness
from pipeline.health.kept import health_of, kept_health
from pipeline.project import Project
from pipeline.run_model import model_of
from tests.pipeline.explained_again import on_device, with_options
from tests.pipeline.faithful import RUN, known_project, texts

DATA = texts(12)
LIME = {"samples": 30}
COMMANDS: dict[str, Callable[[Project], Any]] = {
    "explain": lambda project: explain(project, explainers=["saliency_l1"]),
    "explain --again": lambda project: explain(
        with_options(project, lime=LIME), explainers=["lime"], again=True
    ),
    "explain --inverse": class_images,
    "faithfulness": lambda project: faithfulness(project, FaithfulnessRequest()),
    "faithfulness --corruption": lambda project: corruption(project, CorruptionRequest()),
    "health": lambda project: health_of(project, runs.find(project.engine, RUN), DATA),
}


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return known_project(make_project, DATA, ("gradient", "lime"))


def test_the_model_comes_on_the_device_of_the_settings(project: Project) -> None:
    run = runs.find(project.engine, RUN)
    # "meta" is there on every machine: tensors without numbers.
    assert model_of(on_device(project, "meta"), run).device.type == "meta"
    assert model_of(on_device(project, "cpu"), run).device.type == "cpu"
    auto = "cuda" if torch.cuda.is_available() else "cpu"
    assert model_of(project, run).device.type == auto


def test_what_is_no_device_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="no device is called 'gpu'"):
        model_of(on_device(project, "gpu"), runs.find(project.engine, RUN))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_device_that_is_not_there_is_refused_and_nothing_is_lost(
    project: Project, command: str
) -> None:
    def scores() -> list[tuple[str, list[float]]]:
        found = rationales.read(project.engine, RUN)
        return [(one.id, one.scores.tolist()) for one in found]

    before = scores()
    with pytest.raises(ConfigError, match="device is 'cuda', but there is no CUDA device here"):
        COMMANDS[command](on_device(project, "cuda"))
    assert scores() == before and len(before) == 24
    assert kept_health(project, runs.find(project.engine, RUN)) is None
