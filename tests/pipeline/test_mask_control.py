"""What learned masks keep, told by `explain` of the instances that the run was tested on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from db.errors import UsageError
from db.records import ModelRun
from db.store import instances, rationales, runs
from pipeline.explain import explain
from pipeline.mask_control import NO_TEST
from pipeline.models.checkpoint import save
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.training import fit
from pipeline.project import Project
from tests.pipeline.faithful import texts
from tests.pipeline.removal.support import known_model
from tests.support.tables import rows

OPTIONS = """\
[explain.options.learned_mask]
share = 0.05
rate = 0.03
epochs = 10
[analysis]
bootstrap = 100
"""
DATA = texts(40)
TEST = [one.id for one in DATA[30:]]


def judged(make_project: Callable[..., Project], held: list[str]) -> Project:
    project, model = make_project(OPTIONS), known_model()
    instances.add(project.engine, DATA)
    save(model, project.models / "known")
    about = {"test": held}
    run = ModelRun("known", "bilstm_attention", model.labels, about, 0, "", {}, "models/known")
    runs.add(project.engine, run, predict(model, DATA, "known"))
    return project


def test_means_are_over_the_test_part_and_stand_again_when_all_is_known(
    make_project: Callable[..., Project],
) -> None:
    project = judged(make_project, TEST)
    first = explain(project, explainers=["learned_mask"])
    stored = rationales.read(project.engine, "known", ["learned_mask"])
    assert len(stored) == 40
    found = {(one.subject, one.name): one for one in first.masks.estimates}
    held = [one.details["share kept"] for one in stored if one.instance_id in TEST]
    own = found["learned", "share kept"]
    assert own.value == pytest.approx(np.mean(held)) and own.n_units == 10
    assert own.low <= own.value <= own.high
    assert found["learned", "prediction kept"].value == 1
    assert {subject for subject, _ in found} == {
        "learned", "random of the same size", "another input's",
    }  # fmt: skip
    assert "10 instances of the run's test part" in first.masks.notes[0]
    again = explain(project, explainers=["learned_mask"])
    assert again.new == {"learned_mask": 0} and again.masks == first.masks
    assert explain(project, explainers=["gradient"]).masks is None


def test_without_a_test_part_it_says_that_nothing_is_measured(
    make_project: Callable[..., Project],
) -> None:
    done = explain(judged(make_project, []), explainers=["learned_mask"])
    assert done.masks.estimates == () and done.masks.notes == (NO_TEST,)


def test_every_class_has_the_same_mask(make_project: Callable[..., Project]) -> None:
    project = judged(make_project, TEST)
    explain(project, explainers=["learned_mask"], every_class=True)
    found = rationales.read(project.engine, "known", ["learned_mask"], every_class=True)
    assert len(found) == 80
    by_instance: dict[str, set[bytes]] = {}
    for one in found:
        by_instance.setdefault(one.instance_id, set()).add(one.scores.round(4).tobytes())
    assert all(len(scores) == 1 for scores in by_instance.values())


def test_agreement_of_a_model_without_attention_is_refused_before_anything_is_stored(
    make_project: Callable[..., Project],
) -> None:
    data, project = list(rows("iris")), make_project("")
    settings = Settings(kind="mlp", hidden_dim=4, epochs=1, device="cpu")
    model = fit(data, settings=settings).model
    instances.add(project.engine, data)
    save(model, project.models / "rows")
    run = ModelRun("rows", "mlp", model.labels, {}, 0, "", {}, "models/rows")
    runs.add(project.engine, run, predict(model, data, "rows"))
    with pytest.raises(UsageError, match="kind mlp has no attention .* leave --agreement out"):
        explain(project, explainers=["gradient"], agreement=True)
    assert rationales.explainers(project.engine, "rows") == []
