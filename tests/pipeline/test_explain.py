"""Explaining a run: a model is loaded once, and what explainers find out is found out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch

import pipeline.explaining
from db.errors import UsageError
from db.store import instances, rationales
from pipeline.explain import explain
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.project import Project
from tests.pipeline.faithful import RUN, known_project, texts

DATA = texts(12)
NAMES = ("gradient", "counting")
LEARNED: list[int] = []
"""From how many instances `Counting` learned, each time that it did."""


@dataclass(frozen=True)
class Counting:
    """A score of every token: from how many instances it learned."""

    name: ClassVar[str] = "counting"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(0, 0))

    def learn(self, model: Any, known: Any, seed: int) -> int:
        LEARNED.append(len(known))
        return len(known)

    def attribute(self, shared: Shared) -> Attribution:
        return Attribution(torch.full_like(shared.output.attention, shared.learned[self.name]))


@dataclass(frozen=True)
class Impossible(Counting):
    """It needs what no model has."""

    name: ClassVar[str] = "impossible"
    needs: ClassVar[frozenset[str]] = frozenset({"clairvoyance"})


@pytest.fixture(autouse=True)
def in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    LEARNED.clear()
    for one in (Counting, Impossible):
        monkeypatch.setitem(EXPLAINERS._table, one.name, f"{__name__}:{one.__name__}")


@pytest.fixture
def two_groups(make_project: Callable[..., Project]) -> Project:
    """Five instances lack `counting` alone, seven lack `gradient` too."""
    project = known_project(make_project, DATA[:5], ("gradient",))
    instances.add(project.engine, DATA[5:])
    return project


def test_what_learns_learns_once_for_groups_that_lack_different_things(two_groups: Project) -> None:
    done = explain(two_groups, explainers=NAMES)
    assert (done.new, done.known) == (
        {"gradient": 7, "counting": 12},
        {"gradient": 5, "counting": 0},
    )
    # From those that the run knew when it was trained; seven were imported afterwards.
    assert LEARNED == [5]
    found = rationales.read(two_groups.engine, RUN, ["counting"])
    assert {float(score) for one in found for score in one.scores} == {5.0}


def test_every_class_is_explained_by_what_was_learned_for_the_first(two_groups: Project) -> None:
    assert explain(two_groups, explainers=NAMES, every_class=True).new["counting"] == 24
    assert LEARNED == [5]


def test_where_all_is_explained_nothing_learns_and_no_model_is_loaded(
    two_groups: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    explain(two_groups, explainers=NAMES)
    loaded = loads(monkeypatch)
    assert explain(two_groups, explainers=NAMES).new == {"gradient": 0, "counting": 0}
    assert (LEARNED, loaded) == ([5], [])


def test_the_model_is_loaded_once_whatever_is_asked_of_it(
    two_groups: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = loads(monkeypatch)
    explain(two_groups, explainers=NAMES, every_class=True, agreement=True)
    assert len(loaded) == 1


def test_progress_counts_every_rationale_of_every_group(two_groups: Project) -> None:
    said: list[tuple[int, int]] = []
    explain(two_groups, explainers=NAMES, on_progress=lambda *now: said.append(now))
    # 5 instances × 1 explainer + 7 instances × 2 explainers
    assert said[-1] == (19, 19) and sorted(said) == said


def test_an_explainer_that_the_model_is_not_for_stops_all_before_any_learns(
    two_groups: Project,
) -> None:
    with pytest.raises(UsageError, match="explainer impossible needs clairvoyance"):
        explain(two_groups, explainers=("counting", "impossible"))
    assert LEARNED == [] and rationales.explainers(two_groups.engine, RUN) == ["gradient"]


def test_what_was_kept_is_found_again_where_its_file_is_gone(two_groups: Project) -> None:
    explain(two_groups, explainers=["inference_arguments", "counting"])
    kept = two_groups.models / RUN / "arguments.json"
    first = kept.read_text(encoding="utf-8")
    kept.unlink()
    done = explain(two_groups, explainers=["inference_arguments", "counting"])
    assert done.new == {"inference_arguments": 0, "counting": 0}
    assert kept.read_text(encoding="utf-8") == first
    assert LEARNED == [5]  # it keeps nothing, so nothing of it was gone


def loads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was loaded since, by the one who loads it."""
    found: list[Any] = []
    load = pipeline.explaining.model_of

    def counted(project: Any, run: Any) -> Any:
        found.append(run.id)
        return load(project, run)

    monkeypatch.setattr(pipeline.explaining, "model_of", counted)
    return found
