"""Labels that people gave, made of training instances alone, learned by train and by teach."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from analysis.aggregation.aggregate import aggregate
from db.errors import DataError, NotFound, UsageError
from db.records import Instance
from db.store import campaigns
from pipeline.crowd_labels import CrowdLabels, LabelChoice, crowd_labels
from pipeline.judged import regular
from pipeline.models.training import parts_of
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.teach import teach
from pipeline.teaching.arms import TAUGHT, VANILLA
from pipeline.teaching.lesson import TeachRequest
from pipeline.train import data_hash, labelled, model_settings, train
from tests.pipeline.answering import answer
from tests.pipeline.drawing.desk import texts_desk
from tests.pipeline.judging import LABELS, SETTINGS, Judge, by_skill, judged
from tests.pipeline.models.conftest import one_thread

__all__ = ["one_thread"]
MakeProject = Callable[..., Project]
KIND = "bilstm_attention"
"""The kind of model that `train` makes unless told otherwise."""


def crowd(project: Project, kind: str, method: str = "dawid_skene", seed: int = 1) -> CrowdLabels:
    found = crowd_labels(
        project,
        campaigns.find(project.engine, "p"),
        LabelChoice(kind, method),
        labelled(project, KIND),
        model_settings(project),
        seed,
    )
    assert found is not None
    return found


def train_ids(project: Project) -> set[str]:
    return {one.id for one in labelled(project, KIND) if one.split == "train"}


def test_soft_goals_are_the_posterior_of_the_training_part_alone(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    campaign = judged(project)
    found = crowd(project, "soft")
    table = regular(project, campaign, "label")
    table = table[table["instance"].isin(train_ids(project))].assign(unit=table["instance"])
    posterior = aggregate(table, "dawid_skene")
    assert posterior.labels == LABELS
    assert set(found.goals.goals) == train_ids(project)
    for unit, row in zip(posterior.units, posterior.posterior, strict=True):
        np.testing.assert_array_equal(found.goals.goals[unit], row.astype(np.float32))
    assert found.goals.soft and not found.left_out
    assert "validation and test are scored on the labels given" in found.notes[0]


def test_of_majority_soft_goals_are_shares_of_the_votes(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    judged(project, lambda worker, one: LABELS[worker % 2], people=5)
    goals = crowd(project, "soft", "majority").goals.goals
    # Workers 0, 2 and 4 say negative, 1 and 3 positive.
    assert all(goal.tolist() == pytest.approx([0.6, 0.4]) for goal in goals.values())


def test_ties_are_left_out_of_hard_labels_and_counted(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)

    def judge(worker: int, one: Instance) -> str:
        """Two people, who differ on the instances whose id begins with a digit below 8."""
        return LABELS[worker] if one.id[0] < "8" else str(one.label)

    judged(project, judge, people=2)
    split = {one.id for one in labelled(project, KIND) if one.id in train_ids(project)}
    tied = {identity for identity in split if identity[0] < "8"}
    hard, soft = crowd(project, "consensus", "majority"), crowd(project, "soft", "majority")
    assert set(hard.goals.goals) == split - tied
    assert hard.left_out == {"training instances whose consensus is tied": len(tied)}
    assert set(soft.goals.goals) == split and not soft.left_out
    given = {one.id: one.label for one in labelled(project, KIND)}
    for identity, goal in hard.goals.goals.items():
        assert goal.tolist() == [float(given[identity] == label) for label in LABELS]


def test_an_answer_that_is_no_label_says_nothing_and_is_counted(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)

    def judge(worker: int, one: Instance) -> str:
        return "idk" if worker == 0 or one.id[0] < "4" else str(one.label)

    judged(project, judge, people=3)
    split = train_ids(project)
    silent = {identity for identity in split if identity[0] < "4"}
    found = crowd(project, "soft", "majority")
    assert set(found.goals.goals) == split - silent
    assert found.left_out == {
        "answers that are no label of the data": len(split) + 2 * len(silent),
        "training instances that nobody gave a label": len(silent),
    }


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_said_of_other_parts_changes_nothing(make_project: MakeProject, seed: int) -> None:
    """Two crowds who agree on the training part and differ as they like elsewhere."""
    goals = []
    for number in range(2):
        project = make_project(SETTINGS, f"{seed}-{number}")
        fixed, free = by_skill(seed=seed), by_skill((0.1,) * 5, seed=seed + number)

        def judge(worker: int, one: Instance, fixed: Judge = fixed, free: Judge = free) -> str:
            said = fixed(worker, one)  # always drawn, so that training stays the same
            return said if one.split == "train" else free(worker, one)

        judged(project, judge)
        goals.append(crowd(project, "soft").goals.goals)
        project.engine.dispose()
    for identity, goal in goals[0].items():
        np.testing.assert_array_equal(goal, goals[1][identity])


def test_a_drawn_split_decides_what_is_looked_at(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    judged(project)
    data = [replace(one, split=None) for one in labelled(project, KIND)]
    campaign = campaigns.find(project.engine, "p")
    for seed in (1, 2):
        found = crowd_labels(
            project, campaign, LabelChoice("soft"), data, model_settings(project), seed
        )
        assert found is not None
        parts = parts_of(data, model_settings(project), seed)
        assert set(found.goals.goals) == set(parts.train)


def test_train_learns_them_keeps_who_said_so_and_finds_the_run_again(
    make_project: MakeProject,
) -> None:
    project = make_project(SETTINGS)
    campaign = judged(project)
    plain = train(project)
    assert "labels" not in plain.run.settings and not plain.left_out
    soft = train(project, labels="soft", method="one_coin", campaign="p")
    hard = train(project, labels="consensus", method="majority")
    assert len({plain.run.id, soft.run.id, hard.run.id}) == 3
    kept = {name: soft.run.settings[name] for name in soft.run.settings if "labels" in name}
    assert kept == {
        "labels": "soft",
        "labels_method": "one_coin",
        "labels_campaign": campaign.id,
        "labels_left_out": {},
    }
    again = train(project, labels="soft", method="one_coin", campaign="p")
    assert (again.run.id, again.is_new, again.notes[0]) == (soft.run.id, False, soft.notes[0])
    assert train(project).run.id == plain.run.id


def test_a_run_is_named_as_it_was_before_labels_could_be_chosen(make_project: MakeProject) -> None:
    """The id is a hash of data, settings, seed, objectives and extra: written out by hand."""
    project = make_project(SETTINGS)
    judged(project)
    data = labelled(project, KIND)
    digest = hashlib.sha256(data_hash(data).encode())
    made = model_settings(project).as_mapping()
    decided = {"settings": made, "seed": 1, "objectives": [], "extra": {}}
    digest.update(json.dumps(decided, sort_keys=True).encode())
    assert train(project).run.id == digest.hexdigest()[:12]


def test_teach_gives_every_row_the_same_labels_and_reads_itself_back(
    make_project: MakeProject,
) -> None:
    project = make_project(SETTINGS + 'controls = ["shuffled"]\n')
    judged(project)
    given = teach(project, "p")
    soft = teach(project, "p", TeachRequest(labels="soft", certainty=True))
    assert (given.labels, given.certainty) == ("given", False)
    assert (soft.labels, soft.certainty) == ("soft, by dawid_skene", True)
    for one in (soft, given):
        assert [arm.name for arm in one.arms] == [VANILLA, TAUGHT, "shuffled"]
    assert len(soft.runs) == 6 and not {r.id for r in soft.runs} & {r.id for r in given.runs}
    assert {run.settings["labels"] for run in soft.runs} == {"soft"}
    weighed = [run.settings.get("certainty", False) for run in soft.runs]
    assert weighed == [False, True, True] * 2
    # The earlier experiment is found again, nothing trained twice.
    trained: list[int] = []
    again = teach(project, "p", on_run=lambda number, of: trained.append(number))
    assert trained == list(range(1, 7))
    assert [run.id for run in again.runs] == [run.id for run in given.runs]
    assert again.table.means == given.table.means


def test_what_cannot_be_learned_is_refused(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    judged(project, lambda worker, one: "idk", people=2)
    with pytest.raises(DataError, match="nobody gave a training instance one of the labels"):
        train(project, labels="soft")
    with pytest.raises(UsageError, match="given, consensus, soft, not 'hard'"):
        train(project, labels="hard")
    with pytest.raises(UsageError, match="belong to --labels"):
        train(project, method="mace")
    with pytest.raises(UsageError, match="--method belongs to --labels"):
        teach(project, "p", TeachRequest(method="mace"))


def test_a_campaign_that_did_not_ask_for_the_label_is_refused(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    texts_desk(project)
    planned = plan(project, PlanRequest("rate", "r", explainers=("attention",), items=5))
    answer(project, planned, 1, lambda _worker, _item: {"convincing": 3})
    with pytest.raises(NotFound, match="campaign 'r' asked nobody for the label"):
        train(project, labels="soft")
