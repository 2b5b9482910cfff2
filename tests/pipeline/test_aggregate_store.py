"""What `konkyo aggregate` leaves in the database: every unit, with where its consensus comes from."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import entropy, norm

from db.errors import UsageError
from db.records import ConsensusOrigin
from db.store import consensus, instances
from pipeline.aggregate_named import named_of_campaign, soft_rationales
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from tests.pipeline.answering import answer
from tests.pipeline.drawing.desk import texts_desk
from tests.pipeline.judging import LABELS, SETTINGS, judged

MakeProject = Callable[..., Project]


def only(project: Project, campaign_id: str, method: str) -> ConsensusOrigin:
    (found,) = [
        o for o in consensus.read_origins(project.engine, campaign_id) if o.method == method
    ]
    return found


def test_labels_of_instances_are_stored_with_posterior_entropy_and_counts(
    make_project: MakeProject,
) -> None:
    project = make_project(SETTINGS)
    campaign = judged(project)
    done = named_of_campaign(project, "p", "dawid_skene")
    origin = only(project, campaign.id, "dawid_skene")
    assert (origin.unit, origin.question, origin.labels) == ("instance", "label", LABELS)
    units = consensus.read_units(project.engine, origin.id)
    table = done.table().set_index("unit")
    assert len(units) == len(table) == 60
    for unit in units:
        assert unit.item_id is None and unit.n_judgements == 5
        row = table.loc[unit.instance_id]
        assert unit.label == row["consensus"]
        assert unit.posterior.tolist() == [row[f"p:{label}"] for label in LABELS]
        assert unit.entropy == pytest.approx(float(entropy(unit.posterior)), abs=1e-12)
    assert done.document()["stored_units"] == done.document()["stored"] == 60
    rationales = consensus.read(project.engine, campaign.id, "dawid_skene")
    assert {r.instance_id: r.label for r in rationales} == table["consensus"].to_dict()


def test_where_it_comes_from_is_kept(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    campaign = judged(project)
    before = datetime.now(UTC) - timedelta(seconds=1)
    for method in ("mace", "majority"):
        named_of_campaign(project, "p", method, seed=7)
    mace, vote = (only(project, campaign.id, method) for method in ("mace", "majority"))
    assert mace.version == f"konkyo {importlib.metadata.version('konkyo')}"
    assert (mace.seed, vote.seed) == (7, None)
    assert mace.settings["restarts"] == 10 and mace.settings["competence_prior"] == 0.5
    assert "seed" not in mace.settings and vote.settings == {"shares": False}
    named_of_campaign(project, "p", "crowdkit:DawidSkene")
    theirs = only(project, campaign.id, "crowdkit:DawidSkene")
    assert theirs.version == f"crowd-kit {importlib.metadata.version('crowd-kit')}"
    assert mace.made_at is not None and before < mace.made_at <= datetime.now(UTC)


def test_a_method_replaces_itself_and_stands_beside_others(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    campaign = judged(project)
    named_of_campaign(project, "p", "majority")
    first = only(project, campaign.id, "majority")
    named_of_campaign(project, "p", "glad")
    named_of_campaign(project, "p", "majority")
    assert [o.method for o in consensus.read_origins(project.engine, campaign.id)] == [
        "glad", "majority",
    ]  # fmt: skip
    again = only(project, campaign.id, "majority")
    assert again.id == first.id and again.made_at > first.made_at  # type: ignore[operator]
    assert len(consensus.read_units(project.engine, again.id)) == 60


def test_ties_have_no_label_and_are_named_with_their_method(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    campaign = judged(project, lambda worker, one: LABELS[worker], people=2)
    done = named_of_campaign(project, "p", "all")
    units = consensus.read_units(project.engine, only(project, campaign.id, "majority").id)
    assert {u.label for u in units} == {None}
    assert all(u.posterior.tolist() == [0.5, 0.5] for u in units)
    ties = [note for note in done.notes if note.endswith("units tied")]
    named = dict(note.split(": ") for note in ties)
    assert named["majority"] == "60 of 60 units tied"
    assert set(named) == {m for m, n in done.document()["ties"].items() if n}


def test_means_of_ratings_are_stored_by_item_with_their_interval(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    texts_desk(project)
    planned = plan(project, PlanRequest("rate", "r", explainers=("attention",), items=12))
    rng = np.random.default_rng(0)
    answer(project, planned, 4, lambda n, item: {"convincing": int(rng.integers(1, 6))})
    for method in ("interval_mean", "ordinal_mean"):
        done = named_of_campaign(project, "r", method)
        origin = only(project, planned.campaign.id, method)
        assert (origin.unit, origin.question, origin.labels) == ("item", "convincing", ())
        assert origin.scale == done.document()["scale"]
        units = consensus.read_units(project.engine, origin.id)
        table = done.table().set_index("unit")
        assert len(units) == len(table) == 12 == done.document()["stored_units"]
        for unit in units:
            row = table.loc[unit.item_id]
            low, high = norm.interval(0.95, loc=row["mean"], scale=row["sd"])
            assert (unit.value, unit.sd, unit.n_judgements) == (row["mean"], row["sd"], 4)
            assert (unit.low, unit.high) == (pytest.approx(low), pytest.approx(high))
            assert unit.label == row.get("label")
            assert unit.posterior is None and unit.entropy is None


def test_where_nobody_was_met_twice_there_is_no_interval(make_project: MakeProject) -> None:
    project = make_project(SETTINGS)
    texts_desk(project)
    planned = plan(project, PlanRequest("rate", "r", explainers=("attention",), items=6))
    answer(project, planned, 1, lambda n, item: {"convincing": 1 + item.position % 5})
    named_of_campaign(project, "r", "interval_mean")
    origin = only(project, planned.campaign.id, "interval_mean")
    units = consensus.read_units(project.engine, origin.id)
    assert all((u.sd, u.low, u.high) == (None, None, None) and u.value for u in units)
    named_of_campaign(project, "r", "majority")  # points of a scale are labels too: numbers stay
    found = only(project, planned.campaign.id, "majority")
    labels = {u.label for u in consensus.read_units(project.engine, found.id)}
    assert labels <= {1, 2, 3, 4, 5} and found.labels == tuple(sorted(labels))


def test_what_makes_no_rationales_is_refused_before_anything_is_stored(
    make_project: MakeProject,
) -> None:
    project = make_project(SETTINGS)
    texts_desk(project)
    planned = plan(project, PlanRequest("rate", "r", explainers=("attention",), items=6))
    answer(project, planned, 2, lambda n, item: {"convincing": 3})
    for method, message in (
        ("majority", "asked nobody to mark anything"),
        ("all", "asked nobody to mark anything"),
        ("interval_mean", "interval_mean makes no soft rationales"),
        ("bradley_terry", "bradley_terry makes no soft rationales"),
    ):
        with pytest.raises(UsageError, match=message):
            named_of_campaign(project, "r", method, need_rationales=True)
    assert consensus.read_origins(project.engine, planned.campaign.id) == []
    assert soft_rationales(named_of_campaign(project, "r", "interval_mean")) == []
    assert len(instances.read(project.engine)) == 60
