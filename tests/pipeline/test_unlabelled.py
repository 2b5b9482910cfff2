"""Which instances without a label a training takes, and when they are part of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from db.store import instances
from pipeline.models.settings import Settings
from pipeline.objectives.base import Weighted
from pipeline.planted import REPLACED
from pipeline.project import Project
from pipeline.train import Recipe, labelled, train_run
from pipeline.unlabelled import unlabelled_for
from tests.pipeline.models.support import QUICK, pair
from tests.support.data import reviews

TEXTS = reviews(40)[0]
BARE = [replace(one, label=None, split=None) for one in reviews(50, seed=9)[0]]
KIND = "bilstm_attention"
VIRTUAL = (Weighted("word_vat", 0.5),)
FEW = replace(QUICK, epochs=1)


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    made = make_project()
    held = [replace(one, split=split) for one, split in zip(BARE, ("dev", "test"), strict=False)]
    training = [replace(BARE[2], split="train"), *BARE[3:]]
    instances.add(made.engine, [*TEXTS, *held, *training, pair("a", "pair of texts")])
    return made


def test_those_of_no_part_or_of_training_are_taken_in_the_order_of_their_ids(
    project: Project,
) -> None:
    found = unlabelled_for(project, KIND, labelled(project, KIND), VIRTUAL)
    assert [one.id for one in found] == sorted(one.id for one in BARE[2:])
    assert all(one.label is None and one.kind == "text" for one in found)


def test_texts_made_of_others_teach_nothing(project: Project) -> None:
    """A token was replaced in a text of any part, the test part too: nothing learns from it."""
    before = {one.id for one in unlabelled_for(project, KIND, labelled(project, KIND), VIRTUAL)}
    planted = [
        replace(one, label=None, split=split, attributes={REPLACED: "0"})
        for one, split in zip(reviews(52, seed=11)[0][-2:], ("gold", None), strict=True)
    ]
    elsewhere = replace(reviews(53, seed=12)[0][-1], label=None, split="set aside")
    instances.add(project.engine, [*planted, elsewhere])
    after = unlabelled_for(project, KIND, labelled(project, KIND), VIRTUAL)
    assert {one.id for one in after} == before


def test_none_is_taken_where_every_term_reads_labels(project: Project) -> None:
    data = labelled(project, KIND)
    assert unlabelled_for(project, KIND, data, (Weighted("attention_at", 0.5),)) == ()
    assert unlabelled_for(project, KIND, data, ()) == ()


def run_of(project: Project, recipe: Recipe) -> tuple[str, dict, bool]:
    done = train_run(project, labelled(project, KIND), recipe)
    return done.run.id, done.run.settings, done.is_new


def test_they_are_part_of_a_run_that_learns_from_them_and_of_no_other(project: Project) -> None:
    others = unlabelled_for(project, KIND, labelled(project, KIND), VIRTUAL)
    without = run_of(project, Recipe(FEW, 1, VIRTUAL))
    having = run_of(project, Recipe(FEW, 1, VIRTUAL, unlabelled=others))
    fewer = run_of(project, Recipe(FEW, 1, VIRTUAL, unlabelled=others[:-1]))
    assert len({without[0], having[0], fewer[0]}) == 3
    assert having[1]["unlabelled"] == len(others) and "unlabelled" not in without[1]
    assert Settings.from_mapping(
        {name: value for name, value in having[1].items() if name in QUICK.as_mapping()}
    )
    again = run_of(project, Recipe(FEW, 1, VIRTUAL, unlabelled=others))
    assert again[0] == having[0] and not again[2]
    plain = run_of(project, Recipe(FEW, 1))
    unread = run_of(project, Recipe(FEW, 1, unlabelled=others))
    assert unread[0] == plain[0] and not unread[2]
