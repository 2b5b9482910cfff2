"""Rounds of asking: a small project on a real endpoint, and what each round came to."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from db import frames
from db.errors import UsageError
from db.records import Campaign, ModelRun
from db.store import campaigns, instances, ledger, runs
from db.words import counted
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from pipeline.collect import collect
from pipeline.config import CONFIG_NAME
from pipeline.demo import demo
from pipeline.demos.rounds import (
    FEWEST,
    PROPOSALS,
    TABLE,
    Demonstration,
    Round,
    _room,
    as_csv,
    hold_rounds,
)
from pipeline.demos.text import PROVENANCE
from pipeline.formats.base import ReadOptions
from pipeline.ingest import import_data
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, init_project, open_project
from pipeline.proposal import chosen_in
from pipeline.publish import publish
from pipeline.report import report_content
from pipeline.review import approve_all
from pipeline.selection import how_chosen
from pipeline.simulate import simulate
from tests.cli.support import konkyo, write_reviews

SETTINGS = """\
[project]
seed = 3
[market]
endpoint_url = "{url}"
[model]
kind = "mean_attention"
embedding_dim = 8
hidden_dim = 4
epochs = 4
[study]
items_per_hit = 6
gold_per_hit = 0
reward = "0.25"
minutes = 5
workers = 2
"""
REWARD = Decimal("0.25")
FIRST = "first"


def held_in(folder: Path, url: str) -> tuple[Project, Demonstration]:
    """Sixty reviews, of which twenty were put before people."""
    (folder / CONFIG_NAME).write_text(SETTINGS.format(url=url), encoding="utf-8")
    init_project(folder)
    project = open_project(folder)
    path = write_reviews(folder / "reviews.jsonl", 60)
    import_data(project, "jsonl", path, ReadOptions(), name="author", provenance=PROVENANCE)

    def hold(request: PlanRequest) -> None:
        plan(project, request)
        publish(project, request.name)
        simulate(project, request.name, workers=4)
        collect(project, request.name)
        approve_all(project, request.name)

    hold(PlanRequest("highlight", FIRST, items=20))
    return project, Demonstration(project, folder, FIRST, 3, 0.9, hold, lambda line: None)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, tuple[Round, ...]]]:
    """The project after three rounds, and what each came to."""
    folder = tmp_path_factory.mktemp("rounds")
    with running(ServeSettings(port=0, data=str(folder / "market.db"))) as url:
        project, given = held_in(folder, url)
        yield project, hold_rounds(given)
        project.engine.dispose()


def shown_in(project: Project, campaign: Campaign) -> set[str]:
    return {one.instance_id for one in campaigns.read_items(project.engine, campaign.id)}


def test_every_round_shows_what_nobody_saw_and_only_of_training(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    project, found = after
    training = {one.id for one in instances.read(project.engine) if one.split == "train"}
    seen: set[str] = set()
    for one in found:
        shown = shown_in(project, campaigns.find(project.engine, one.campaign))
        assert not shown & seen
        assert one.number == 1 or shown <= training
        seen |= shown
        assert one.annotated == len(seen)
    assert [one.by for one in found] == ["random", "margin", "margin"]
    assert [one.campaign for one in found] == [FIRST, f"{FIRST}-2", f"{FIRST}-3"]


def test_a_round_asks_by_the_model_that_learned_all_the_rounds_before(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    project, found = after
    for before, one in zip(found, found[1:], strict=False):
        proposal = chosen_in(project.folder / PROPOSALS.replace("*", str(one.number)))
        assert proposal.run == before.run and proposal.by == "margin"
        assert 1 <= proposal.at_random < len(proposal.strata)
        campaign = campaigns.find(project.engine, one.campaign)
        assert set(proposal.strata) == shown_in(project, campaign)
        assert campaign.settings["selection"]["by_run"] == before.run


def test_money_is_what_the_ledger_has_and_grows_by_every_paid_assignment(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    """Two workers a HIT, 0.25 each: HITs so far × 2 × 0.25."""
    project, found = after
    hits, booked = 0, Decimal(0)
    for one in found:
        campaign = campaigns.find(project.engine, one.campaign)
        hits += len(campaigns.read_hits(project.engine, campaign.id))
        entries = ledger.read(project.engine, campaign.id)
        booked += sum(entry.amount for entry in entries if entry.kind == "spent")
        assert one.spent == booked == hits * 2 * REWARD
        assert one.currency == "USD"


def run_of(project: Project, one: Round) -> ModelRun:
    return runs.find(project.engine, one.run)


def test_macro_f1_is_that_of_the_labels_given_on_the_test_part(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    project, found = after
    test = [one for one in instances.read(project.engine) if one.split == "test"]
    for one in found:
        run = run_of(project, one)
        said = runs.probabilities(project.engine, run.id)
        predicted = [run.labels[int(said[i.id].argmax())] for i in test]
        expected = f1_score([i.label for i in test], predicted, average="macro")
        assert one.macro_f1 == pytest.approx(expected, abs=1e-6)


def test_alignment_is_a_mean_auc_against_the_marks_of_the_first_round(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    """scikit-learn's AUC for every worker and text in which some words are marked and some not."""
    project, found = after
    campaign = campaigns.find(project.engine, FIRST)
    test = {one.id for one in instances.read(project.engine) if one.split == "test"}
    everything = instances.read(project.engine)
    marks = frames.marks(project.engine, campaign.id, everything, persons_known=True)
    for one in found:
        names, scores = frames.scores(project.engine, one.run, "attention", marks.instance_ids)
        of = {name: scores[at] for at, name in enumerate(names)}
        assert set(of) == test & set(marks.instance_ids)  # nothing else was explained
        by_text: dict[str, list[float]] = {}
        for at, place in enumerate(marks.instance):
            name, mask = marks.instance_ids[place], np.asarray(marks.masks[at])
            if name in of and 0 < mask.sum() < len(mask):
                by_text.setdefault(name, []).append(float(roc_auc_score(mask, of[name])))
        expected = np.mean([np.mean(values) for values in by_text.values()])
        assert one.alignment == pytest.approx(float(expected), abs=1e-5)


def test_only_what_people_said_is_learned(after: tuple[Project, tuple[Round, ...]]) -> None:
    project, found = after
    for one in found:
        settings = run_of(project, one).settings
        assert settings["labels"] == "consensus" and settings["labels_method"] == "majority"
        assert len(settings["labels_campaign"]) == one.number == settings["round"]
        assert 0 < one.learned <= one.annotated
    assert found[0].learned < found[1].learned < found[2].learned


def test_the_table_is_a_csv_file(after: tuple[Project, tuple[Round, ...]]) -> None:
    project, found = after
    with (project.folder / TABLE).open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [int(line["round"]) for line in lines] == [1, 2, 3]
    for one, line in zip(found, lines, strict=True):
        assert Decimal(line["spent"]) == one.spent and line["currency"] == "USD"
        assert int(line["annotated"]) == one.annotated and int(line["learned"]) == one.learned
        assert float(line["test_macro_f1"]) == pytest.approx(one.macro_f1, abs=1e-6)


def test_an_alignment_that_is_undefined_is_an_empty_cell() -> None:
    one = Round(1, FIRST, "random", "r", 4, 3, Decimal("1.50"), "USD", 0.5, None)
    assert as_csv([one]).splitlines()[1] == "1,first,random,r,4,3,1.50,USD,0.500000,"


def test_more_rounds_than_the_data_allow_are_refused_before_anybody_is_asked(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    project, _ = after
    there = len(campaigns.read(project.engine))

    def never(request: PlanRequest) -> None:
        raise AssertionError("nobody should be asked")

    with pytest.raises(UsageError, match="too few for 18 further rounds; ask for fewer --rounds"):
        hold_rounds(Demonstration(project, project.folder, FIRST, 19, 0.9, never, print))
    assert len(campaigns.read(project.engine)) == there
    assert counted(1, "further round") == "1 further round"


@given(st.integers(1, 60), st.integers(2, 12), st.floats(0.1, 1), st.integers(0, 9))
def test_what_passes_before_the_first_round_is_not_refused_after_it(
    first: int, rounds: int, share: float, elsewhere: int
) -> None:
    """Whichever instances the first round drew: up to `elsewhere` of them were no training instances."""
    training = 60
    with contextlib.suppress(UsageError):
        before = _room(first, training - first, share, rounds - 1)
        left = training - max(0, first - elsewhere)
        assert FEWEST <= before <= _room(first, left, share, rounds - 1) <= first
        assert _room(first, left, share, rounds - 1) * (rounds - 1) <= left


def test_the_demo_refuses_too_many_rounds_before_anything_is_trained_or_paid(
    tmp_path: Path,
) -> None:
    """640 reviews, of which 576 are shown: six in the first of 90 rounds."""
    out = tmp_path / "demo"
    said = "training instances that nobody was asked about are too few for 89 further rounds"
    with pytest.raises(UsageError, match=said):
        demo(out, rounds=90, say=lambda line: None)
    project = open_project(out)
    try:
        assert {c.environment for c in campaigns.read(project.engine)} == {"imported"}
        assert not runs.read(project.engine)
    finally:
        project.engine.dispose()


def test_a_first_round_that_is_too_small_is_refused_however_much_is_left() -> None:
    assert _room(5, 100, 0.9, 3) == 5
    with pytest.raises(UsageError, match="4 instances in the first round are too few"):
        _room(4, 100, 0.9, 3)


def test_a_report_says_how_its_instances_came_in_and_what_else_was_asked(
    after: tuple[Project, tuple[Round, ...]],
) -> None:
    project, found = after
    first, second = (campaigns.find(project.engine, one.campaign) for one in found[:2])
    told = report_content(project, FIRST).methods.selection
    assert told.startswith("20 of 60 instances, drawn by chance with seed 3; check items")
    for before, one in zip(found, found[1:], strict=False):
        proposal = chosen_in(project.folder / PROPOSALS.replace("*", str(one.number)))
        n = len(proposal.strata) - proposal.at_random
        sought = f"{n} instances by margin of run {before.run}, and {proposal.at_random} at random"
        assert f"{one.campaign} ({sought})" in told
    told = how_chosen(project, second)
    assert "by margin of run" in told.split(";")[0]
    assert "not those of the data" in told and f"{first.name} (" not in told


def test_a_kind_that_learns_no_marks_has_one_round(tmp_path: Path) -> None:
    out = tmp_path / "rows"
    said = konkyo("demo", "--kind", "tabular", "--rounds", 2, "--out", out)
    assert said.code == 2 and "an mlp has no attention" in " ".join(said.err.split())
    assert not out.exists()
