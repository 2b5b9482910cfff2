"""What is measured of trained runs, against `konkyo align`, `konkyo faithfulness` and SciPy."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch

from analysis.alignment.align import align
from analysis.trial_metrics import CHANCE, PEOPLE, metrics_of
from analysis.trials import Trial, compare_trials
from db import frames
from db.errors import NotFound
from db.ragged import Ragged
from db.records import Instance, Marks, ModelRun
from db.store import instances, measures, runs
from pipeline.align import only
from pipeline.attention_gradient import attention_and_gradient
from pipeline.faithfulness import FaithfulnessRequest, faithfulness
from pipeline.judged import judged_campaign, marks_of
from pipeline.models import MODELS
from pipeline.models.checkpoint import load, save
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.training import fit
from pipeline.project import Project, init_project, open_project
from pipeline.teaching.measures import measure, measured, rationale_of
from pipeline.train import Recipe, labelled, model_settings, train_run
from tests.pipeline.explainers import pictures
from tests.pipeline.judging import SETTINGS, judged
from tests.support.prepared import prepare_project
from tests.support.tables import rows

OF_ATTENTION = {"attention_entropy", "attention_gradient_kendall"}
FAITHFUL = (
    "comprehensiveness_aopc",
    "comprehensiveness_normalised_aopc",
    "sufficiency_aopc",
    "sufficiency_normalised_aopc",
)
ALIGNED = {"auroc", "auroc_people", "token_f1", "token_f1_chance", "token_f1_people"}


@dataclass(frozen=True)
class Field:
    """Two trained runs of the same data; `test`: their test instances, `marks`: people's."""

    project: Project
    runs: tuple[ModelRun, ModelRun]
    test: Sequence[Instance]
    marks: Marks


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project of two runs, none of them measured."""
    folder = tmp_path_factory.mktemp("measures") / "project"
    folder.mkdir()
    text = SETTINGS.replace("epochs = 1", "epochs = 8\nlearning_rate = 0.05")
    (folder / "konkyo.toml").write_text(text, encoding="utf-8")
    prepare_project(folder / "konkyo.db")
    init_project(folder)
    project = open_project(folder)
    judged(project)
    settings = replace(model_settings(project), device="cpu")
    data = labelled(project, settings.kind)
    for seed in (1, 2):
        train_run(project, data, Recipe(settings, seed))
    project.engine.dispose()
    return folder


@pytest.fixture
def field(trained: Path, tmp_path: Path) -> Iterator[Field]:
    project = open_project(shutil.copytree(trained, tmp_path / "project"))
    first, second = runs.read(project.engine)
    held = set(first.settings["test"])
    test = [one for one in labelled(project, first.kind) if one.id in held]
    yield Field(project, (first, second), test, marks_of(project, judged_campaign(project, None)))
    project.engine.dispose()


def trial(field: Field, run: ModelRun, name: str = "plain") -> Trial:
    said = runs.probabilities(field.project.engine, run.id)
    return Trial(
        name,
        run.seed,
        np.arange(len(field.test)),
        np.array([run.labels.index(str(one.label)) for one in field.test]),
        np.stack([said[one.id] for one in field.test]).astype(float),
        measured(field.project, run, field.test, field.marks),
    )


def test_both_runs_are_measured_and_compared_without_their_models(field: Field) -> None:
    for run in field.runs:
        measure(field.project, run, field.test, field.marks)
    shutil.rmtree(field.project.models)
    found = [trial(field, run) for run in field.runs]
    wanted = OF_ATTENTION | ALIGNED | {f"{name}_drop" for name in FAITHFUL}
    assert all(set(one.per_instance) == wanted for one in found)
    table = compare_trials(found, [], bootstrap=100)
    known = [metric.name for metric in metrics_of(mean.name for mean in table.means)]
    # all that is measured is listed, and in the order of the list
    assert [mean.name for mean in table.means] == known
    assert {"ECE", "brier", "token_f1_normalised", "sufficiency_aopc_drop"} <= set(known)


def test_faithfulness_is_that_of_the_command(field: Field) -> None:
    run = field.runs[0]
    measure(field.project, run, field.test, field.marks)
    found = measured(field.project, run, field.test, field.marks)
    request = FaithfulnessRequest(run.id, explainers=("attention",), split="test")
    done = faithfulness(field.project, request)
    estimates = {e.name: e for e in done.result.estimates if e.subject == "attention"}
    for name in FAITHFUL:
        expected = estimates[f"{name}_drop"]
        own = found[f"{name}_drop"]
        assert np.nanmean(own) == pytest.approx(expected.value, abs=1e-6)
        assert np.isfinite(own).sum() == expected.n_units


def test_alignment_is_that_of_the_command_and_so_is_its_place_between_chance_and_people(
    field: Field,
) -> None:
    run = field.runs[0]
    measure(field.project, run, field.test, field.marks)
    names = [one.id for one in field.test]
    present, scores = frames.scores(field.project.engine, run.id, "attention", names)
    marks = only(field.marks, present)
    expected = align({"attention": scores}, marks, bootstrap=200, families=("topk", "ranking"))
    values = {(e.subject, e.name): e.value for e in expected.estimates if e.over == "units"}
    one = trial(field, run)
    for name, subject in (("", "attention"), (CHANCE, "constant"), (PEOPLE, "people")):
        own = np.nanmean(one.per_instance["token_f1" + name])
        assert own == pytest.approx(values[subject, "token_f1"])
    assert np.nanmean(one.per_instance["auroc"]) == pytest.approx(values["attention", "auroc"])
    assert np.nanmean(one.per_instance["auroc_people"]) == pytest.approx(values["people", "auroc"])
    table = compare_trials([one, replace(one, seed=2)], [], bootstrap=200)
    (mean,) = (e for e in table.means if e.name == "token_f1_normalised")
    assert mean.value == pytest.approx(values["attention", "token_f1_normalised"])


def test_agreement_with_gradients_and_entropy_are_scipys(field: Field) -> None:
    run = field.runs[0]
    measure(field.project, run, field.test, field.marks)
    found = measured(field.project, run, field.test, field.marks)
    model = load(field.project.folder / run.weights)
    maps = attention_and_gradient(model, field.test)
    for n, (alpha, slope) in enumerate(zip(maps.attention, maps.gradient, strict=True)):
        tau = scipy.stats.kendalltau(alpha, slope).statistic
        spread = scipy.stats.entropy(alpha) / math.log(len(alpha))
        assert found["attention_gradient_kendall"][n] == pytest.approx(tau, abs=1e-6)
        assert found["attention_entropy"][n] == pytest.approx(spread, abs=1e-6)


def test_an_interrupted_measurement_goes_on_and_a_whole_one_loads_nothing(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, engine = field.runs[0], field.project.engine
    measure(field.project, run, field.test[:3], field.marks)
    before = measures.read(engine, run.id, "attention")
    part = measured(field.project, run, field.test, field.marks)
    # means are never over some of the instances: what is not whole is left out
    assert set(part) == ALIGNED
    measure(field.project, run, field.test, field.marks)
    after = measures.read(engine, run.id, "attention")
    assert len(after) == 6 * len(field.test)
    kept = {(one.instance_id, one.name): one.value for one in after}
    assert all(kept[one.instance_id, one.name] == one.value for one in before)
    monkeypatch.setattr("pipeline.explaining.model_of", None)
    measure(field.project, run, field.test, field.marks)


def test_values_stand_in_the_order_of_the_instances_given(field: Field) -> None:
    run = field.runs[0]
    measure(field.project, run, field.test, field.marks)
    straight = measured(field.project, run, field.test, field.marks)
    turned = measured(field.project, run, field.test[::-1], field.marks)
    for name, values in straight.items():
        np.testing.assert_allclose(values, turned[name][::-1], err_msg=name)


def test_without_marks_on_any_test_instance_it_is_refused(field: Field) -> None:
    elsewhere = only(field.marks, set(field.marks.instance_ids) - {one.id for one in field.test})
    with pytest.raises(NotFound, match="no instance of the test part"):
        measure(field.project, field.runs[0], field.test, elsewhere)


def test_where_nobody_marked_only_alignment_is_undefined(field: Field) -> None:
    run, first = field.runs[0], field.test[0].id
    rest = only(field.marks, set(field.marks.instance_ids) - {first})
    measure(field.project, run, field.test, rest)
    found = measured(field.project, run, field.test, rest)
    assert all(np.isnan(found[name][0]) for name in ALIGNED)
    assert np.isfinite(found["sufficiency_aopc_drop"]).all()


def stored(
    project: Project, data: Sequence[Instance], settings: Settings
) -> tuple[ModelRun, Marks]:
    """A run of another kind of model, and two people who mark the same first units."""
    instances.add(project.engine, data)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = fit(data, settings=settings, seed=1).model
    torch.set_num_threads(threads)
    save(model, project.models / "k")
    run = ModelRun("k", settings.kind, model.labels, {}, 0, "", {}, "models/k")
    runs.add(project.engine, run, predict(model, data, "k"))
    units = len(model.encode(data[:1])[0].ids)
    masks = [np.arange(units) < 2] * (2 * len(data))
    of = np.repeat(np.arange(len(data)), 2)
    return run, Marks(
        Ragged.from_rows(masks, "uint8"),
        of,
        np.arange(len(of)) % 2,
        tuple(one.id for one in data),
        ("a", "b"),
        True,
    )


def kinds() -> Mapping[str, tuple[Sequence[Instance], Settings, str]]:
    """Kind → instances, settings, and the explainer whose rationale is measured."""
    usual = {**MODELS.load("mlp").defaults, "epochs": 5, "hidden_dim": 8}
    network = replace(pictures.NETWORK, epochs=1)
    return {
        "mlp": (rows("iris")[::4], Settings(kind="mlp", device="cpu", **usual), "gradient"),
        "residual_cnn": (pictures.digits(40), network, "attention"),
    }


@pytest.mark.parametrize("kind", ["mlp", "residual_cnn"])
def test_rows_and_pictures_are_measured_by_the_rationale_they_have(
    make_project: Callable[..., Project], kind: str
) -> None:
    data, settings, explainer = kinds()[kind]
    project = make_project()
    run, marks = stored(project, list(data), settings)
    test = instances.read(project.engine, ids={one.id: None for one in data[:12]})
    measure(project, run, test, marks)
    assert rationale_of(project, run) == explainer
    found = measured(project, run, test, marks)
    wanted = {f"{name}_mean_embedding" for name in FAITHFUL} | ALIGNED
    assert set(found) == (wanted | OF_ATTENTION if explainer == "attention" else wanted)
    # both people mark the same, so people are as good as can be
    assert found["token_f1_people"].tolist() == [1.0] * 12
    record = measures.read(project.engine, "k", explainer)
    assert {one.explainer for one in record} == {explainer}
    assert np.isfinite(found["comprehensiveness_aopc_mean_embedding"]).all()
