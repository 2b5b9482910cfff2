"""What explainers learn from: the instances that a run knew, whatever is imported afterwards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from db.records import ModelRun
from db.store import instances, rationales, runs
from pipeline.explain import explain
from pipeline.faithfulness import FaithfulnessRequest, faithfulness
from pipeline.learned import known_of, known_to, learned_from
from pipeline.models.checkpoint import save
from pipeline.models.predict import predict
from pipeline.project import Project
from pipeline.readable import readable
from tests.pipeline.explained_again import with_options
from tests.pipeline.faithful import texts
from tests.pipeline.removal.support import known_model
from tests.support.data import instance

DATA = texts(24)
TEST = [one.id for one in DATA[20:]]
LATER = [instance(f"the film was good so good so {'so ' * n}good") for n in range(12)]


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    """A run that was trained on `DATA` and judged by the last four of it."""
    made, model = make_project("[analysis]\nbootstrap = 50\n"), known_model()
    instances.add(made.engine, DATA)
    save(model, made.models / "r")
    run = ModelRun("r", "bilstm_attention", model.labels, {"test": TEST}, 0, "", {}, "models/r")
    runs.add(made.engine, run, predict(model, DATA, "r"))
    return made


def test_a_run_knew_what_it_predicted_and_was_judged_by_its_test_part(project: Project) -> None:
    run = runs.find(project.engine, "r")
    instances.add(project.engine, LATER)
    everything = readable(project, run.kind)
    assert [i.id for i in known_of(project, run, everything)] == [i.id for i in DATA[:20]]
    # A part of the data stays one, in its order.
    assert [i.id for i in known_of(project, run, [*LATER, *DATA[18:][::-1]])] == [
        DATA[19].id,
        DATA[18].id,
    ]
    # By the test part alone, whether known or not.
    assert len(learned_from(run, everything)) == 20 + 12
    assert known_to(project, run, []) == []


def test_a_run_without_predictions_knew_nothing(project: Project) -> None:
    known = runs.find(project.engine, "r")
    other = ModelRun("s", known.kind, known.labels, {}, 0, "", {}, known.weights)
    runs.add(project.engine, other, [])
    assert known_of(project, other, readable(project, other.kind)) == []


def test_a_later_import_changes_nothing_of_what_is_kept(project: Project) -> None:
    explain(project, explainers=["inference_arguments"])
    file = project.models / "r" / "arguments.json"
    first = file.read_text("utf-8")
    instances.add(project.engine, LATER)
    file.unlink()
    assert explain(project, explainers=["inference_arguments"]).new == {"inference_arguments": 12}
    assert file.read_text("utf-8") == first


def test_rationales_before_and_after_an_import_are_by_one_learned_thing(
    project: Project, make_project: Callable[..., Project]
) -> None:
    quick, name = with_options(project, learned_mask={"epochs": 2}), "learned_mask"
    explain(quick, explainers=[name])
    instances.add(project.engine, LATER)
    explain(quick, explainers=[name])
    in_two = {one.instance_id: one for one in rationales.read(project.engine, "r", [name])}
    assert len(in_two) == 36
    run, elsewhere = runs.find(project.engine, "r"), make_project(name="at once")
    instances.add(elsewhere.engine, [*DATA, *LATER])
    save(known_model(), elsewhere.models / "r")
    runs.add(elsewhere.engine, run, predict(known_model(), DATA, "r"))
    explain(with_options(elsewhere, learned_mask={"epochs": 2}), explainers=[name])
    for one in rationales.read(elsewhere.engine, "r", [name]):
        np.testing.assert_allclose(one.scores, in_two[one.instance_id].scores, atol=1e-5)


def test_faithfulness_learns_from_no_more_either(project: Project) -> None:
    quick = with_options(project, learned_mask={"epochs": 2})
    explain(quick, explainers=["learned_mask"])
    request = FaithfulnessRequest(explainers=("learned_mask",))
    before = faithfulness(quick, request)
    instances.add(project.engine, LATER)
    after = faithfulness(quick, request)
    assert after.result.estimates == before.result.estimates
