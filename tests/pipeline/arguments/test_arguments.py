"""Arguments from features to the pages of `verify`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from db.errors import DataError
from db.store import campaigns, instances
from pipeline.arguments.arguments import Argument, arguments, attribute, listed
from pipeline.arguments.contributions import contributions, top_features
from pipeline.arguments.naming import name_features
from pipeline.plan import PlanRequest, plan
from tests.support.data import BAD, GOOD, reviews


def test_contributions_and_the_bias_sum_to_the_logit_of_the_answer() -> None:
    torch.manual_seed(0)
    last, penultimate = nn.Linear(7, 3).double(), torch.randn(20, 7, dtype=torch.double)
    target = np.arange(20) % 3
    with torch.no_grad():
        logits = last(penultimate).numpy()
        weights, bias = last.weight.numpy(), last.bias.numpy()
    found = contributions(penultimate.numpy(), weights, target)
    assert np.allclose(found.sum(axis=1) + bias[target], logits[np.arange(20), target])


def test_the_strongest_positive_features_argue() -> None:
    found = np.array([[0.5, -9.0, 2.0, 0.5], [-1.0, 0.0, -2.0, -3.0]])
    top = top_features(found, 3)
    assert [row.tolist() for row in top.features] == [[2, 0, 3], []]
    assert [row.tolist() for row in top.contributions] == [[2.0, 0.5, 0.5], []]
    named = np.array([True, True, False, True])
    assert [row.tolist() for row in top_features(found, 1, named).features] == [[0], []]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(1, 5), st.integers(1, 7), st.integers(0, 1000))
def test_top_features_are_those_of_a_sorted_list(n: int, j: int, m: int, seed: int) -> None:
    found = np.random.default_rng(seed).integers(-3, 4, (n, j)).astype(float)
    top = top_features(found, m)
    assert len(top.features) == n
    for row, features in zip(found, top.features, strict=True):
        plain = sorted((at for at in range(j) if row[at] > 0), key=lambda at: (-row[at], at))[:m]
        assert features.tolist() == plain


def test_a_feature_is_named_by_the_words_that_activate_it_most() -> None:
    # Feature 0: "good" (3 + 1)/2 = 2 on average, "lovely" 2.5. Nothing activates feature 2.
    units = ["good", "bad", "Good", "lovely", " ", "a|b"]
    found = np.array([[3.0, 0, 0], [0, 4.0, -1], [1.0, -1, 0], [2.5, 0.5, 0], [9, 9, 9], [9, 9, 9]])
    names = name_features(units, found)
    assert [names.of(j) for j in range(3)] == [("lovely", "good"), ("bad", "lovely"), ()]
    assert names.strengths[0].tolist() == [2.5, 2.0]
    assert names.named.tolist() == [True, True, False]
    assert name_features(units, found, over="max").of(0) == ("good", "lovely")
    assert name_features(units, found, at_least=2).of(0) == ("good",)
    assert name_features(units, found, names=1).of(0) == ("lovely",)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 12), st.integers(1, 4), st.sampled_from(["mean", "max"]), st.integers(0, 999))
def test_names_are_those_of_a_plain_reading(n: int, j: int, over: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = [f"w{code}" for code in rng.integers(0, 4, n)]
    found = rng.normal(size=(n, j))
    names = name_features(units, found, names=2, over=over)
    for feature in range(j):
        by_word: dict[str, list[float]] = {}
        for unit, value in zip(units, found[:, feature].tolist(), strict=True):
            by_word.setdefault(unit, []).append(value)
        strength = {
            word: max(values) if over == "max" else sum(values) / len(values)
            for word, values in by_word.items()
        }
        plain = sorted((w for w in strength if strength[w] > 0), key=lambda w: -strength[w])[:2]
        assert list(names.of(feature)) == plain


def test_features_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    units, found = [f"w{code}" for code in rng.integers(0, 5, 40)], rng.normal(size=(40, 7))
    whole = name_features(units, found, over="max")
    monkeypatch.setattr("pipeline.arguments.naming.CHUNK", 90)
    parts = name_features(units, found, over="max")
    assert [parts.of(j) for j in range(7)] == [whole.of(j) for j in range(7)]


def test_each_argument_is_heard_before_one_is_heard_twice() -> None:
    found = [Argument(4, 2.0, ("good", "fine")), Argument(1, 1.0, ("Good", "lovely", "warm"))]
    assert listed(found) == ("good", "fine", "lovely", "warm")
    assert attribute(found, most=3) == "good|fine|lovely"
    assert attribute([]) == ""


def test_features_without_a_name_are_passed_over() -> None:
    names = name_features(["good", "bad"], np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]]))
    made = arguments(np.array([[5.0, 1.0, 2.0]]), np.ones((1, 3)), np.array([0]), names)
    assert made == [(Argument(2, 2.0, ("bad",)), Argument(1, 1.0, ("good",)))]


def test_what_does_not_fit_together_is_refused() -> None:
    a, w, y = np.ones((2, 3)), np.ones((4, 3)), np.array([0, 3])
    for activations, weights, target, words in (
        (a, np.ones((4, 2)), y, "must be"),
        (a, w, y[:1], "as many answers"),
        (a, w, np.array([0, 4]), "classes 0 to 3"),
        (a * np.nan, w, y, "not finite"),
    ):
        with pytest.raises(DataError, match=words):
            contributions(activations, weights, target)
    for units, found, more in (
        (["a"], a, {}),
        (["a", "b"], a * np.inf, {}),
        (["a", "b"], a, {"names": 0}),
        (["a", "b"], a, {"over": "median"}),
    ):
        with pytest.raises(DataError):
            name_features(units, found, **more)
    with pytest.raises(DataError, match="m must be 1 or more"):
        top_features(a, 0)


def test_arguments_of_a_trained_model_are_planned_for_people(make_project) -> None:
    found, _ = reviews(60)
    vocabulary = {word: at for at, word in enumerate(sorted({w for i in found for w in i.tokens}))}
    words = [torch.tensor([vocabulary[word] for word in i.tokens]) for i in found]
    bags = torch.stack([torch.bincount(row, minlength=len(vocabulary)) / len(row) for row in words])
    labels = torch.tensor([int(i.label == "positive") for i in found])
    torch.manual_seed(0)
    hidden, last = nn.Embedding(len(vocabulary), 4), nn.Linear(4, 2)
    optimiser = torch.optim.Adam([*hidden.parameters(), *last.parameters()], 0.05)
    for _ in range(60):
        penultimate = bags @ hidden.weight.relu()
        loss = nn.functional.cross_entropy(last(penultimate), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        activations = torch.cat([hidden(row).relu() for row in words]).double().numpy()
        target = last(penultimate).argmax(dim=1).numpy()
    units = [word for i in found for word in i.tokens]
    names = name_features(units, activations, at_least=5)
    weights = last.weight.detach().double().numpy()
    made = arguments(penultimate.detach().double().numpy(), weights, target, names)

    telling = dict.fromkeys(GOOD, "positive") | dict.fromkeys(BAD, "negative")
    strongest = [row[0].names[0] for row in made]
    classes = ["positive" if y else "negative" for y in target]
    agree = [telling.get(word) == c for word, c in zip(strongest, classes, strict=True)]
    assert np.mean(agree) > 0.8

    project = make_project('[study.options.verify]\nattribute = "argument"\nfits = "label"\n')
    listed_too = [
        replace(i, label=c, attributes={"argument": attribute(row)})
        for i, row, c in zip(found, made, classes, strict=True)
    ]
    instances.add(project.engine, listed_too)
    planned = plan(project, PlanRequest("verify", "c", items=20))
    items = campaigns.read_items(project.engine, planned.campaign.id)
    conditions = Counter(item.condition for item in items)
    assert conditions["wrong label"] == conditions["shuffled"] == 10
    assert sum(conditions.values()) == 40
