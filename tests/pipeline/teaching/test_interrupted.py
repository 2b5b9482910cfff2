"""Stopped in the middle, an experiment hides neither the former one nor the way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db.store import campaigns, teachings
from pipeline.project import Project
from pipeline.teach import teach
from pipeline.teaching.experiment import read_experiment
from pipeline.teaching.lesson import TeachRequest
from pipeline.teaching.measures import measure
from tests.pipeline.judging import SETTINGS, judged  # ends in its table [teach]


class Stops:
    """Measures runs, and is interrupted as it comes to one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self.times, self.at = 0, at
        monkeypatch.setattr("pipeline.teach.measure", self)

    def __call__(self, *what: object) -> None:
        self.times += 1
        if self.times == self.at:
            raise KeyboardInterrupt
        measure(*what)  # type: ignore[arg-type]


def test_what_is_trained_and_not_measured_is_not_read_and_the_former_is(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(SETTINGS + "controls = []\n")
    judged(project)
    campaign = campaigns.find(project.engine, "p")
    with monkeypatch.context() as patch:
        Stops(patch, at=4)  # the last of four runs: two seeds, two arms
        with pytest.raises(KeyboardInterrupt):
            teach(project, "p")
    assert read_experiment(project, campaign) is None, "only one seed is whole"
    first = teach(project, "p")
    with monkeypatch.context() as patch:
        Stops(patch, at=2)
        with pytest.raises(KeyboardInterrupt):
            teach(project, "p", TeachRequest(weight=1.0))
    assert len(teachings.read(project.engine, campaign.id)) == 2
    found = read_experiment(project, campaign)
    assert found is not None and found.plan.id == first.plan.id
    project.engine.dispose()
