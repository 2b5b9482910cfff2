"""Rows of losses, weights chosen on validation, controls, fractions: the grid that `teach` runs."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from analysis.aggregation import MASK_AGGREGATORS
from db.errors import DataError, UsageError
from db.records import LedgerEntry, TeachingArm
from db.store import campaigns, runs, teachings
from db.store.engine import writing
from db.store.ledger import rows
from db.tables import ledger
from pipeline.align import only
from pipeline.config import Settings, TeachSettings
from pipeline.models.training import parts_of
from pipeline.project import Project, init_project, open_project
from pipeline.teach import teach
from pipeline.teaching.arms import parts, taught
from pipeline.teaching.arms import rows as rows_of
from pipeline.teaching.experiment import Experiment, marks_of_labelled
from pipeline.teaching.human import soft_rationales
from pipeline.teaching.lesson import Classroom, TeachRequest, lesson
from pipeline.train import labelled, model_settings
from tests.pipeline.judging import SETTINGS, judged  # ends in its table [teach]

GRID = (
    SETTINGS
    + """
fractions = [0.25, 0.5]
controls = ["shuffled", "random"]

[[teach.objective]]
name = "attention_supervision"
weight = [0.2, 2]

[[teach.objective]]
name = "saliency_learning"
weight = 0.5
row = "both"
schedule = "rise"
over = 2

[[teach.objective]]
name = "right_reasons"
weight = 0.1
row = "both"

[[teach.objective]]
name = "attention_at"
weight = 1
"""
)


def with_settings(project: Project, settings: str) -> Project:
    """The same project under other settings."""
    return replace(project, settings=Settings.model_validate(tomllib.loads(settings)))


@pytest.fixture(scope="module")
def steps() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]) -> Project:
    folder = tmp_path_factory.mktemp("grid")
    (folder / "konkyo.toml").write_text(GRID)
    init_project(folder)
    opened = open_project(folder)
    judged(opened)
    teach(opened, "p", on_run=lambda *step: steps.append(step))
    return opened


@pytest.fixture(scope="module")
def done(project: Project) -> Experiment:
    """The same again: nothing is left to train."""
    return teach(project, "p")


def by_name(done: Experiment) -> dict[str, TeachingArm]:
    return {arm.name: arm for arm in done.plan.arms}


def test_every_row_has_its_loss_and_those_that_learn_from_people_their_controls(
    done: Experiment,
) -> None:
    assert [(arm.name, arm.role, arm.of) for arm in done.arms] == [
        ("vanilla", "baseline", ""),
        ("attention_supervision", "taught", ""),
        ("both", "taught", ""),
        ("attention_at", "taught", ""),
        ("attention_supervision, shuffled", "control", "attention_supervision"),
        ("attention_supervision, random", "control", "attention_supervision"),
        ("both, shuffled", "control", "both"),
        ("both, random", "control", "both"),
        ("attention_supervision, 0.25 of the rationales", "part", "attention_supervision"),
        ("attention_supervision, 0.5 of the rationales", "part", "attention_supervision"),
    ]
    losses = by_name(done)
    assert losses["vanilla"].loss == "cross_entropy"
    assert (
        losses["both"].loss
        == losses["both, random"].loss
        == ("cross_entropy + 0.5 saliency_learning (rise over 2) + 0.1 right_reasons")
    )


def test_a_run_of_every_arm_and_seed_and_no_other(
    project: Project, done: Experiment, steps: list[tuple[int, int]]
) -> None:
    # ten arms and two candidates, one of which is an arm: eleven ways of training, two seeds
    there = {run.id: run for run in runs.read(project.engine)}
    assert len(set().union(*(arm.runs for arm in done.plan.arms))) == 22
    assert set().union(*(arm.runs for arm in done.plan.arms)) <= set(there)
    assert [number for number, _ in steps] == list(range(1, 25))
    assert {of for _, of in steps} == {24}, "and it is known at the start how many there will be"
    for arm in done.plan.arms:
        assert [there[name].seed for name in arm.runs] == list(done.plan.seeds)
        assert {there[name].objective for name in arm.runs} == {arm.loss}


def test_the_weight_is_chosen_by_validation_alone(project: Project, done: Experiment) -> None:
    there = {run.id: run for run in runs.read(project.engine)}
    low, high = done.candidates
    assert (low.arm.name, high.arm.name) == (
        "attention_supervision, λ = 0.2",
        "attention_supervision, λ = 2",
    )
    means = {
        one.arm.name: float(np.mean([there[r].metrics["validation_auc"] for r in one.arm.runs]))
        for one in done.candidates
    }
    assert [one.validation.auc for one in done.candidates] == pytest.approx(list(means.values()))
    (chosen,) = (one for one in done.candidates if one.chosen)
    assert means[chosen.arm.name] == max(means.values())
    assert by_name(done)["attention_supervision"].runs == chosen.arm.runs


def test_rows_are_compared_with_plain_training_and_with_their_own_controls(
    done: Experiment,
) -> None:
    pairs = {(gain.estimate.subject, gain.against) for gain in done.table.gains}
    assert pairs == {
        ("attention_supervision", "vanilla"),
        ("attention_supervision", "attention_supervision, shuffled"),
        ("attention_supervision", "attention_supervision, random"),
        ("both", "vanilla"),
        ("both", "both, shuffled"),
        ("both", "both, random"),
        ("attention_at", "vanilla"),
    }
    assert all("no verdict" in sentence for sentence in done.sentences), "two seeds are too few"
    assert any("takes 10 seeds" in note for note in done.table.notes)  # 14 · 2^(1 − 10) = .027


def test_the_curve_goes_from_nothing_to_everything(project: Project, done: Experiment) -> None:
    assert [point.fraction for point in done.curve] == [0, 0.25, 0.5, 1]
    data = labelled(project, "bilstm_attention")
    marks = marks_of_labelled(project, done.campaign, data)
    sizes = []
    for seed in done.seeds:
        training = parts_of(data, model_settings(project), seed).train
        sizes.append(len(soft_rationales(marks, training, "mean")))
    every = float(np.mean(sizes))
    found = [point.annotated for point in done.curve]
    assert found == pytest.approx([0, every / 4, every / 2, every], abs=0.51)
    assert all(point.cost is None for point in done.curve), "nobody was paid"


def test_a_smaller_fraction_is_part_of_a_larger_one_and_costs_what_it_cost(
    project: Project, done: Experiment
) -> None:
    # 60 instances were marked; had they cost 30 dollars, each would have been 50 cents
    entry = LedgerEntry(done.campaign.id, "spent", Decimal("30.00"), "USD", "t")
    with writing(project.engine) as connection:
        connection.execute(ledger.insert(), rows([entry]))
    try:
        paid = teach(project, "p").curve
        assert [point.cost for point in paid] == [
            (Decimal("0.50") * Decimal(point.annotated)).quantize(Decimal("0.01")) for point in paid
        ]
        assert paid[0].cost == 0 < paid[1].cost < paid[3].cost  # type: ignore[operator]
    finally:
        with writing(project.engine) as connection:
            connection.execute(ledger.delete().where(ledger.c.token == "t"))


def test_the_latest_experiment_is_read_back_and_the_former_found_again(project: Project) -> None:
    project = with_settings(project, SETTINGS)
    first = teach(project, "p")
    heavier = teach(project, "p", TeachRequest(weight=1.0))
    shared = {run.id for run in first.runs} & {run.id for run in heavier.runs}
    assert len(shared) == 2, "plain training is the same, whatever the weight"
    campaign = campaigns.find(project.engine, "p")
    assert teachings.read(project.engine, campaign.id)[0].id == heavier.plan.id
    assert teach(project, "p").plan.id == first.plan.id
    assert teachings.read(project.engine, campaign.id)[0].id == first.plan.id


def test_rationales_weighted_by_reliability_are_made_of_training_alone(project: Project) -> None:
    project = with_settings(project, SETTINGS)
    plain = teach(project, "p")
    weighed = teach(project, "p", TeachRequest(rationales="reliability"))
    assert weighed.plan.settings["rationales"] == "reliability"
    one, other = by_name(plain), by_name(weighed)
    assert one["vanilla"].runs == other["vanilla"].runs
    assert not set(one["attention_supervision"].runs) & set(other["attention_supervision"].runs)


def test_of_a_fraction_nothing_else_makes_workers_reliable(project: Project) -> None:
    """Whoever has only so many rationales knows workers by these alone."""
    data = labelled(project, "bilstm_attention")
    campaign = campaigns.find(project.engine, "p")
    marks = marks_of_labelled(project, campaign, data)
    wanted = lesson(project, TeachRequest(rationales="reliability"))
    room = Classroom(project, campaign, data, marks, wanted)
    (row,) = rows_of(TeachSettings(), None, False)
    whole = taught(row, row.choices[0])
    some, every = room.recipes([*parts([whole], [0.25]), whole])[:2]
    masks = MASK_AGGREGATORS.load("reliability")(only(marks, some.human))
    for n, name in enumerate(masks.instance_ids):
        np.testing.assert_allclose(some.human[name].marks, masks.scores[n], rtol=1e-6)
    differ = [not np.array_equal(some.human[n].marks, every.human[n].marks) for n in some.human]
    assert len(masks.instance_ids) == len(some.human) < len(every.human) and any(differ)


def test_without_a_control_it_is_said_so(project: Project, done: Experiment) -> None:
    alone = teach(with_settings(project, SETTINGS + "controls = []"), "p")
    assert [arm.role for arm in alone.arms] == ["baseline", "taught"]
    assert alone.table.notes[-1].startswith("attention_supervision has no control")
    assert not any("no control" in note for note in done.table.notes)


@pytest.mark.parametrize(
    ("more", "request_", "message"),
    [
        ('[[teach.objective]]\nname = "attention_at"', {"weight": 0.5}, "--weight is of the only"),
        ('[[teach.objective]]\nname = "atention_at"', {}, "attention_at"),
        ('[[teach.objective]]\nname = "attention_at"\nrow = "shuffled"', {}, "cannot be called"),
        (
            '[[teach.objective]]\nname = "attention_at"\n' * 2,
            {},
            "named twice in row 'attention_at'",
        ),
        (
            '[[teach.objective]]\nname = "attention_at"\noptions = {epsilonn = 1}',
            {},
            "attention_at.*epsilonn",
        ),
        ('fractions = [0.5]\n[[teach.objective]]\nname = "attention_at"', {}, "no fraction of it"),
        ("", {"fractions": (0.001,)}, r"0\.001 of \d+ training instances .* is none"),
        ("", {"fractions": (1.5,)}, "above 0 and at most 1, not 1.5"),
        ('controls = ["shufled"]', {}, "no control called 'shufled'"),
        (
            '[[teach.objective]]\nname = "attention_supervision"\noptions = {layer = 0}',
            {},
            "needs heads",
        ),
        (
            'fractions = [0.001]\nobjective = [{name = "saliency_learning", weight = [1, 3]}]',
            {},
            "is none",
        ),
        ("", {"rationales": "mode"}, "mean, reliability"),
        ('domain = "genre"', {}, "no instance has the attribute 'genre'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_trained(
    project: Project, more: str, request_: dict, message: str
) -> None:
    before = len(runs.read(project.engine))
    with pytest.raises((UsageError, DataError), match=message):
        teach(with_settings(project, SETTINGS + more), "p", TeachRequest(**request_))
    assert len(runs.read(project.engine)) == before


def test_an_arm_that_diverged_is_kept_as_far_as_it_came_and_the_table_says_so(
    project: Project,
) -> None:
    # a weight that rises over two epochs: in the second, the loss is beyond single precision
    wild = '[[teach.objective]]\nname = "attention_supervision"\nweight = 2.2e38\n'
    settings = SETTINGS.replace("epochs = 1", "epochs = 3") + "controls = []\n" + wild
    done = teach(with_settings(project, settings + 'schedule = "rise"\nover = 2\n'), "p")
    said = [note for note in done.table.notes if "diverged" in note]
    assert [note.partition(":")[0] for note in said] == [
        "attention_supervision, seed 1",
        "attention_supervision, seed 2",
    ]
    assert all("epoch 1 is kept" in note for note in said)
