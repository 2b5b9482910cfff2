"""`konkyo compare` on campaigns: every study gives the number it is scored by."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.alignment.align import align
from db.errors import DataError, NotFound, UsageError
from db.records import Item, ModelRun
from db.store import campaigns, rationales, runs
from pipeline.align import scores_on
from pipeline.compare import Compared, Wanted, beside, compare_campaign, compare_files
from pipeline.comparing.judged import asked
from pipeline.config import AnalysisSettings
from pipeline.judged import marks_of
from pipeline.project import Project
from pipeline.strata import strata_of_campaign
from tests.pipeline.comparing.support import judged, marking, preferring
from tests.pipeline.drawing.desk import LABELS, Desk, settle, texts_desk
from tests.support.data import reviews

SETTINGS = """
[study]
items_per_hit = 6
reward = "0.05"
[study.options.guess]
k = [1, 4]
[study.options.intrude]
k = 3
[study.options.verify]
k = 3
[study.options.simulate]
before = 3
learn = 2
after = 3
[analysis]
bootstrap = 60
"""
FAST = Wanted(metrics=("auroc",))


@pytest.fixture
def desk(make_project: Callable[..., Project]) -> Desk:
    return texts_desk(make_project(SETTINGS))


def values(found: Compared) -> dict[tuple[str, str], float | None]:
    """(name, subject) → value, over units."""
    return {(e.name, e.subject): e.value for e in found.result.all_estimates if e.over == "units"}


def shares(desk: Desk, name: str, question: str, right: Callable[[Item, Any], bool]) -> Any:
    """Condition → mean over instances of the share that is right, as pandas groups it."""
    found = asked(desk.project, campaigns.find(desk.project.engine, name), question)
    pairs = zip(found.items, found.table["value"], strict=True)
    table = found.table.assign(
        right=[float(right(item, value)) for item, value in pairs], condition=found.conditions
    )
    return table.groupby(["condition", "instance"])["right"].mean().groupby("condition").mean()


def test_ratings_are_compared_by_explainer_beside_length_and_order(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        high = item.condition == "attention"
        return {"convincing": min(5, max(1, (4 if high else 2) + rng.choice([-1, 0, 1])))}

    judged(desk, "rate", say, explainers=("attention", "gradient"), items=60)
    found = compare_campaign(desk.project, "rate", None, Wanted())
    assert found.by == "condition"
    (difference,) = found.result.differences
    assert difference.paired and difference.p_holm < 0.01
    assert values(found)["rating_difference", "attention - gradient"] == pytest.approx(2, abs=0.3)
    assert values(found)["rating_superiority", "attention - gradient"] > 0.9
    assert ("rating_length", "attention") in values(found)
    equal = values(found)["rating_at_equal_length", "attention - gradient"]
    assert equal == pytest.approx(values(found)["rating_difference", "attention - gradient"])


def test_pairs_are_won_from_either_side(desk: Desk) -> None:
    judged(desk, "compare", preferring("gradient"), explainers=("attention", "gradient"), items=40)
    found = compare_campaign(desk.project, "compare", "condition", Wanted(baseline="attention"))
    (difference,) = found.result.differences
    assert (difference.first, difference.second) == ("gradient", "attention")
    assert values(found)["win_rate", "gradient"] == pytest.approx(0.85, abs=0.07)
    assert values(found)["strength", "gradient"] > 0.3
    side = values(found)["side", ""]
    assert side == pytest.approx(0, abs=0.8)


def test_guesses_are_held_against_chance_and_random_words(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        knows = item.condition.startswith("attention") or rng.random() < 0.1
        other = LABELS[item.shown["target"] == LABELS[0]]
        return {"guess": item.shown["target"] if knows else rng.choice([other, "unsure"])}

    judged(desk, "guess", say, explainers=("attention",), items=40)
    found = compare_campaign(desk.project, "guess", None, Wanted())
    subjects = [d.subject for d in found.result.differences]
    assert subjects[:2] == ["attention k=1 - random k=1", "attention k=4 - random k=4"]
    assert subjects[2:] == [f"{n} k={k} - chance" for n in ("attention", "random") for k in (1, 4)]
    assert not found.result.differences[0].paired  # an instance has one condition
    said = shares(desk, "guess", "guess", lambda item, v: item.shown["target"] == v)
    for condition, share in said.items():
        assert values(found)["accuracy", condition] == pytest.approx(share)
    above = values(found)["accuracy_difference", "attention k=4 - chance"]
    assert above == pytest.approx(said["attention k=4"] - 0.5)


def test_intruders_are_found_above_the_chance_of_their_choices(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        sees = rng.random() < 0.6
        return {"intruder": item.shown["intruder"] if sees else rng.randrange(4)}

    judged(desk, "intrude", say, explainers=("gradient",), items=30)
    found = compare_campaign(desk.project, "intrude", None, Wanted())
    (difference,) = found.result.differences
    said = shares(desk, "intrude", "intruder", lambda item, v: item.shown["intruder"] == v)
    assert difference.estimates[0].value == pytest.approx(said["gradient"] - 1 / 4)


def test_lists_of_words_fit_more_than_their_controls(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        own = item.condition == "attention"
        return {"fits": "yes" if rng.random() < (0.75 if own else 0.2) else "unsure"}

    judged(desk, "verify", say, explainers=("attention",), items=30)
    found = compare_campaign(desk.project, "verify", None, Wanted())
    (difference,) = found.result.differences
    assert difference.subject == "attention - shuffled" and difference.paired
    said = shares(desk, "verify", "fits", lambda item, v: v == "yes")
    assert values(found)["share_fitting_input", "attention"] == pytest.approx(said["attention"])
    assert values(found)["share_fitting_input", "shuffled"] == pytest.approx(said["shuffled"])


def test_what_was_learned_is_the_gain_of_each_worker_on_each_page(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        if item.phase == "learn":
            return {}
        learned = item.phase == "after" and item.condition == "attention"
        right = rng.random() < (0.9 if learned else 0.5)
        other = LABELS[item.shown["target"] == LABELS[0]]
        return {"prediction": item.shown["target"] if right else other}

    judged(desk, "simulate", say, explainers=("attention",), items=60)
    found = compare_campaign(desk.project, "simulate", None, Wanted())
    assert [d.subject for d in found.result.differences] == [
        "attention - none",
        "attention - no gain",
        "none - no gain",
    ]
    of = asked(desk.project, campaigns.find(desk.project.engine, "simulate"), "prediction")
    table = of.table.assign(
        hit=[i.hit_id for i in of.items],
        condition=of.conditions,
        phase=[i.phase for i in of.items],
        right=[i.shown["target"] == v for i, v in zip(of.items, of.table["value"], strict=True)],
    )
    each = table.groupby(["condition", "hit", "worker", "phase"])["right"].mean().unstack()
    gains = (each["after"] - each["before"]).groupby(["condition", "hit"]).mean()
    for condition in ("attention", "none"):
        assert values(found)["gain", condition] == pytest.approx(gains[condition].mean())
    assert any("attention: accuracy" in note for note in found.result.notes)


def test_names_of_classes_are_right_whatever_their_case(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        right = item.condition == "attention" or person % 2
        return {"name": f"  {item.shown['target'].upper()} " if right else "something else"}

    desk.project.settings.study.options["name"] = {"k": 3}
    judged(desk, "name", say, explainers=("attention", "gradient"), items=60)
    found = compare_campaign(desk.project, "name", None, Wanted())
    (difference,) = found.result.differences
    assert values(found)["accuracy", "attention"] == 1
    assert difference.paired and difference.estimates[0].n_units == len(LABELS)


def test_explainers_of_a_run_differ_as_align_says(desk: Desk) -> None:
    judged(desk, "highlight", marking(desk), items=24)
    found = compare_campaign(desk.project, "highlight", None, Wanted(metrics=("auroc", "token_f1")))
    assert found.by == "explainer"
    run = runs.find(desk.project.engine, None)
    campaign = campaigns.find(desk.project.engine, "highlight")
    scores, marks = scores_on(desk.project, run, marks_of(desk.project, campaign))
    wanted = {(e.name, e.subject): e.value for e in align(scores, marks, bootstrap=0).estimates}
    for d in found.result.differences:
        gap = wanted[d.score, "attention"] - wanted[d.score, "gradient"]
        assert d.estimates[0].value == pytest.approx(gap)
    floor = compare_campaign(desk.project, "highlight", None, replace(FAST, baseline="constant"))
    assert [d.subject for d in floor.result.differences] == [
        "attention - constant",
        "gradient - constant",
    ]


def second_run(desk: Desk, objective: str, identity: str, shift: float) -> None:
    """A run whose attention is that of the first, made worse."""
    engine = desk.project.engine
    runs.add(engine, ModelRun(identity, "test", LABELS, {}, 1, "h", {}, "m", objective), [])
    rng = np.random.default_rng(1)
    made = [
        replace(
            one,
            id=f"{identity}{one.id}",
            run_id=identity,
            scores=(one.scores + rng.normal(0, shift, len(one.scores))).astype(np.float32),
        )
        for one in rationales.read(engine, "run1", ["attention"])
    ]
    rationales.add(engine, made)


def test_runs_and_objectives_are_compared_explainer_by_explainer(desk: Desk) -> None:
    judged(desk, "highlight", marking(desk), items=24)
    second_run(desk, "attention_at", "other1", 1.0)
    by_run = compare_campaign(
        desk.project, "highlight", "run", replace(FAST, runs=("run1", "other1"))
    )
    (one,) = by_run.result.differences
    assert one.subject == "run1 attention - other1 attention"
    assert one.estimates[0].value > 0.1
    second_run(desk, "attention_at", "other2", 1.0)
    found = compare_campaign(desk.project, "highlight", "objective", FAST)
    (two,) = found.result.differences
    assert two.subject == "cross_entropy attention - attention_at attention"
    # both runs of the objective have the same maps, so that their mean is either of them
    assert two.estimates[0].value == pytest.approx(one.estimates[0].value)
    assert any("attention_at (2)" in note for note in found.result.notes)


def test_what_is_said_goes_with_what_is_marked(desk: Desk) -> None:
    judged(desk, "highlight", marking(desk), items=40)
    judged(desk, "compare", preferring("attention"), explainers=("attention", "gradient"), items=40)
    found = beside(desk.project, "compare", "highlight", FAST)
    estimates = {(e.name, e.over): e for e in found.result.estimates}
    assert estimates["spearman_within_instances", "both"].low > 0
    assert estimates["kendall_all", "units"].value > 0.3
    assert "rationales of run run1" in found.result.notes


def test_floors_that_were_judged_stand_with_the_maps_that_were_shown(desk: Desk) -> None:
    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        return {"guess": item.shown["target"] if item.condition[0] == "a" else "unsure"}

    judged(desk, "highlight", marking(desk), items=60)
    judged(desk, "guess", say, explainers=("attention",), items=40)
    found = beside(desk.project, "guess", "highlight", FAST)
    (one, *_) = found.result.estimates
    assert one.value > 0.3
    assert "by 2 explainers" in one.method


def test_where_people_and_model_part(desk: Desk) -> None:
    judged(desk, "highlight", marking(desk), items=60)
    for by, parts in (("label", set(LABELS)), ("correct", {"model right", "model wrong"})):
        found = strata_of_campaign(desk.project, "highlight", by, metrics=("auroc",), bootstrap=40)
        result = found.results["auroc"]
        assert {s.name for s in result.strata} == parts
        assert {t.subject for t in result.tests} == {"attention", "gradient"}
    small = {s.name: s for s in result.strata}["model wrong"]
    assert small.n == 9 and all(e.value is None for e in small.estimates)
    assert strata_of_campaign(desk.project, "highlight", "length", bootstrap=40).results["token_f1"]
    workers = strata_of_campaign(desk.project, "highlight", "worker", bootstrap=40)
    assert len(workers.results["auroc"].strata) == 12
    with pytest.raises(UsageError, match="cannot part by 'colour'"):
        strata_of_campaign(desk.project, "highlight", "colour")
    with pytest.raises(UsageError, match="share of all workers"):
        strata_of_campaign(desk.project, "highlight", "label", metrics=("pearson",))


def test_what_cannot_be_compared_is_refused_in_words(desk: Desk) -> None:
    judged(desk, "highlight", marking(desk), items=12)
    refused: list[tuple[type[Exception], str, tuple[Any, ...]]] = [
        (UsageError, "no conditions to compare", ("condition", Wanted())),
        (UsageError, "cannot compare by 'colour'", ("colour", Wanted())),
        (UsageError, "two runs or more", ("run", Wanted())),
        (UsageError, "same run twice", ("run", Wanted(runs=("run1", "run1")))),
        (UsageError, "two training objectives", ("objective", Wanted())),
        (UsageError, "no 'x' to serve", ("explainer", replace(FAST, baseline="x"))),
        (UsageError, "no score 'x'", ("explainer", Wanted(metrics=("x",)))),
        (NotFound, "begins with 'zzz'", ("explainer", Wanted(runs=("zzz",)))),
    ]
    for kind, words, arguments in refused:
        with pytest.raises(kind, match=words):
            compare_campaign(desk.project, "highlight", *arguments)
    with pytest.raises(UsageError, match="does not judge explanations"):
        beside(desk.project, "highlight", "highlight", Wanted())


def test_files_of_scores_are_compared(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    texts = [f"text {n} has {n} words and some more of them" for n in range(20)]
    human = [
        {"text": t, "annotations": [{"worker": f"w{w}", "marks": [0, 3]} for w in (n % 12, 12)]}
        for n, t in enumerate(texts)
    ]
    for name, noise in (("good", 0.3), ("bad", 2.0)):
        lines = [
            {"text": t, "scores": [float(p in (0, 3)) + rng.normal(0, noise) for p in range(10)]}
            for t in texts
        ]
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
    people = tmp_path / "people.jsonl"
    people.write_text("".join(json.dumps(x) + "\n" for x in human), encoding="utf-8")
    models = [tmp_path / "good.jsonl", tmp_path / "bad.jsonl"]
    analysis = AnalysisSettings(bootstrap=60)
    found = compare_files(people, models, "jsonl", analysis, FAST)
    (difference,) = found.result.differences
    assert difference.subject == "good - bad" and difference.estimates[0].value > 0.1
    with pytest.raises(DataError, match="one map"):
        compare_files(people, models[:1], "jsonl", analysis, FAST)
    with pytest.raises(UsageError, match="same file twice"):
        compare_files(people, models[:1] * 2, "jsonl", analysis, FAST)


def test_outputs_are_scored_or_won(make_project: Callable[..., Project]) -> None:
    options = 'outputs = ["one", "two"]'
    project = make_project(f"{SETTINGS}[study.options.output]\n{options}\n")
    found, evidence = reviews(24)
    attributes = [{"one": i.text[:9], "two": i.text[-9:]} for i in found]
    shown = [replace(i, attributes=a) for i, a in zip(found, attributes, strict=True)]
    desk = settle(project, shown, scores=lambda name, one: [1.0] * one.n_tokens)

    def rated(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        return {"quality": 4 if item.condition == "one" else rng.choice([1, 2])}

    judged(desk, "output", rated, name="rated", items=24)
    opinion = compare_campaign(project, "rated", None, Wanted())
    assert values(opinion)["opinion_score", "one"] == 4
    assert values(opinion)["opinion_score_superiority", "one - two"] == 1
    project.settings.study.options["output"] = {"outputs": ["one", "two"], "form": "compare"}
    judged(desk, "output", preferring("two"), name="won", items=24)
    won = compare_campaign(project, "won", None, Wanted())
    assert values(won)["win_rate", "two"] == pytest.approx(0.85, abs=0.1)


def test_predictions_are_told_apart_by_the_label_as_it_was_shown(
    make_project: Callable[..., Project],
) -> None:
    desk = texts_desk(make_project(SETTINGS), each=True)

    def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
        place = item.shown["labels"].index(desk.instances[item.instance_id].label)
        return {"prediction": place if item.condition == "attention" else 1 - place}

    judged(desk, "choose", say, explainers=("attention", "gradient"), items=20)
    found = compare_campaign(desk.project, "choose", None, Wanted())
    assert values(found)["accuracy", "attention"] == 1
    assert values(found)["accuracy", "gradient"] == 0
    assert values(found)["accuracy_difference", "attention - chance"] == 0.5
