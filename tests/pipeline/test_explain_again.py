"""`explain --again`: what was computed before stays until the first of the new is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch

from db.errors import DataError, UsageError
from db.store import rationales
from pipeline.explain import explain
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.models.checkpoint import save
from pipeline.project import Project
from tests.pipeline.explained_again import with_options
from tests.pipeline.faithful import RUN, known_project, texts
from tests.pipeline.removal.support import known_model

DATA = texts(12)
ARGUMENTS = "inference_arguments"


@dataclass(frozen=True)
class Layered:
    """The number of a layer as every score; that there is none such shows as it is read."""

    layer: int = 1

    name: ClassVar[str] = "layered"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        if self.layer > 2:
            raise UsageError(f"layered: there is no layer {self.layer}")
        return Attribution(torch.full_like(shared.output.attention, float(self.layer)))


@pytest.fixture(autouse=True)
def in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXPLAINERS._table, Layered.name, f"{__name__}:{Layered.__name__}")


def stored(project: Project) -> dict[str, tuple[Any, ...]]:
    """All rationales of the run, contrasts too: what they say and how they were made."""
    return {
        one.id: (one.explainer, one.scores.tolist(), dict(one.options), one.contrast)
        for one in rationales.read(project.engine, RUN, every_class=True)
    }


def test_an_explainer_that_cannot_run_leaves_what_was_there(
    make_project: Callable[..., Project],
) -> None:
    project = known_project(make_project, DATA, ("layered",))
    before = stored(project)
    assert len(before) == 12
    with pytest.raises(UsageError, match="no layer 12"):
        explain(with_options(project, layered={"layer": 12}), explainers=["layered"], again=True)
    assert stored(project) == before


def test_scores_that_are_no_numbers_leave_what_was_there(
    make_project: Callable[..., Project],
) -> None:
    project = known_project(make_project, DATA, ("lime",))
    before, model = stored(project), known_model()
    with torch.no_grad():
        model.module.output.weight.fill_(float("nan"))
    save(model, project.models / RUN)
    with pytest.raises(DataError, match="no finite numbers"):
        explain(with_options(project, lime={"samples": 40}), explainers=["lime"], again=True)
    assert stored(project) == before


def test_what_was_kept_beside_the_weights_stays_with_its_rationales(
    make_project: Callable[..., Project],
) -> None:
    project = known_project(make_project, DATA, (ARGUMENTS, "layered"))
    before, file = stored(project), project.models / RUN / "arguments.json"
    first = file.read_text("utf-8")
    both = with_options(project, inference_arguments={"names": 1}, layered={"layer": 12})
    with pytest.raises(UsageError, match="no layer 12"):
        explain(both, explainers=[ARGUMENTS, "layered"], again=True)
    assert (stored(project), file.read_text("utf-8")) == (before, first)
    # With the options put back there is nothing to do, and what is kept fits.
    assert explain(project, explainers=[ARGUMENTS]).new == {ARGUMENTS: 0}
    # What can be computed takes the place of both.
    done = explain(
        with_options(both, inference_arguments={"names": 1}), explainers=[ARGUMENTS], again=True
    )
    assert done.new == {ARGUMENTS: 12}
    assert rationales.options(project.engine, RUN, ARGUMENTS) == [{"names": 1}]
    assert '"names": 1' in file.read_text("utf-8")


def test_all_of_them_make_way_with_the_first_batch(make_project: Callable[..., Project]) -> None:
    project = known_project(make_project, [*DATA, *texts(8, length=4)], ("gradient", "layered"))
    explain(project, explainers=["layered"], every_class=True)
    assert len(stored(project)) == 20 + 40
    seen: list[list[tuple[Any, ...]]] = []
    other = with_options(project, layered={"layer": 2})
    done = explain(
        other,
        explainers=["layered", "gradient"],
        again=True,
        on_progress=lambda *_: seen.append(list(stored(project).values())),
    )
    assert (done.new, done.known) == (
        {"layered": 20, "gradient": 0},
        {"layered": 0, "gradient": 20},
    )
    # Texts of four tokens come first, eight of them; then those of six. Never two kinds at once.
    layered = [[scores for by, scores, *_ in one if by == "layered"] for one in seen]
    assert [len(one) for one in layered] == [8, 20]
    assert all(set(scores) == {2.0} for one in layered for scores in one)
