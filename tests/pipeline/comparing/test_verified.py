"""The two campaigns of `verify` joined: do the words fit the input, and the label too?"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from db.errors import UsageError
from db.records import Item
from db.store import campaigns
from pipeline.compare import Wanted, beside
from pipeline.comparing.judged import asked
from pipeline.project import Project
from tests.cli.support import done
from tests.pipeline.comparing.support import judged
from tests.pipeline.drawing.desk import Desk, texts_desk

SETTINGS = "[study]\nitems_per_hit = 6\n[study.options.verify]\nk = 3\n[analysis]\nbootstrap = 60\n"
CHANCE = {"attention": 0.9, "wrong label": 0.2, "shuffled": 0.1}


def say(person: int, item: Item, rng: random.Random) -> dict[str, Any]:
    return {"fits": "yes" if rng.random() < CHANCE[str(item.condition)] else "unsure"}


@pytest.fixture
def desk(make_project: Callable[..., Project]) -> Desk:
    """One campaign beside the input and one beside the label, of the same forty texts."""
    made = texts_desk(make_project(SETTINGS))
    judged(made, "verify", say, name="fits-input", explainers=("attention",), items=40)
    made.project.settings.study.options["verify"] = {"k": 3, "fits": "label"}
    judged(made, "verify", say, name="fits-label", explainers=("attention",), items=40)
    return made


def by_instance(desk: Desk, name: str, condition: str) -> dict[str, float]:
    """Instance → the share that says yes."""
    found = asked(desk.project, campaigns.find(desk.project.engine, name), "fits")
    said: dict[str, list[bool]] = {}
    for item, value in zip(found.items, found.table["value"], strict=True):
        if item.condition == condition:
            said.setdefault(item.instance_id, []).append(value == "yes")
    return {identity: float(np.mean(votes)) for identity, votes in said.items()}


def test_arguments_that_fit_both_against_their_controls(desk: Desk) -> None:
    """An instance's own words and its wrong label meet what was said of its words: the product."""
    found = beside(desk.project, "fits-input", "fits-label", Wanted())
    values = {(e.name, e.subject): e.value for e in found.result.estimates if e.over == "units"}
    for condition, beside_input in (
        ("attention", "attention"),
        ("wrong label", "attention"),
        ("shuffled", "shuffled"),
    ):
        one = by_instance(desk, "fits-input", beside_input)
        other = by_instance(desk, "fits-label", condition)
        shared = sorted(one.keys() & other.keys())
        expected = np.mean([one[identity] * other[identity] for identity in shared])
        assert values["share_consistent", condition] == pytest.approx(expected)
    subjects = {d.subject: d for d in found.result.differences}
    assert set(subjects) == {"attention - wrong label", "attention - shuffled"}
    for name, one_difference in subjects.items():
        assert one_difference.paired and one_difference.p_holm < 0.01
        control = name.removeprefix("attention - ")
        beside_input = "shuffled" if control == "shuffled" else "attention"
        planted = CHANCE["attention"] ** 2 - CHANCE[beside_input] * CHANCE[control]
        (both,) = (e for e in one_difference.estimates if e.over == "both")
        assert both.low is not None and both.high is not None
        assert 0 < both.low < planted < both.high
    # Either campaign may be named first.
    turned = beside(desk.project, "fits-label", "fits-input", Wanted())
    swapped = {(e.name, e.subject): e.value for e in turned.result.estimates if e.over == "units"}
    assert swapped == pytest.approx(values)


def test_the_command_joins_and_refuses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.project.folder)
    document = done("compare", "fits-input", "--with", "fits-label", "--json").json
    assert document["of"] == "fits-input with fits-label"
    assert {"share_consistent", "share_fitting_input", "share_fitting_label"} <= {
        e["name"] for e in document["estimates"]
    }
    with pytest.raises(UsageError, match="ask the same"):
        beside(desk.project, "fits-input", "fits-input", Wanted())
    with pytest.raises(UsageError, match="about marks"):
        beside(desk.project, "fits-input", "fits-label", Wanted(metrics=("auroc",)))
