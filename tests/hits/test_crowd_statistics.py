"""What simulated workers say, held against the parameters that they are said to have.

Intervals are 99.9% ones of the stated distribution, and seeds are fixed: a test that fails has met
another model, not bad luck.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import binom, chisquare, norm

from db.masks import decode
from hits.crowd import Temper, Truth
from tests.hits.crowd_pages import PERFECT, answers, choices, image, item, page, text

CONFIDENCE = 0.999
Z = norm.ppf((1 + CONFIDENCE) / 2)
LABELS = ["a", "b", "c", "d"]
ONE_TO_FOUR = {"labels": LABELS, "unsure": False}


def within(count: int, n: int, share: float) -> bool:
    """Whether `count` of `n` is what a chance of `share` gives."""
    low, high = binom.interval(CONFIDENCE, n, share)
    return bool(low <= count <= high)


def said(
    study: str,
    question: str,
    n: int,
    known: Any,
    temper: Temper,
    settings: dict[str, Any] | None = None,
    **more: Any,
) -> list[Any]:
    """`n` answers of one worker to a question whose true answer is always the same."""
    items = [item(f"i{at}", **more) for at in range(n)]
    truth = {} if known is None else {one["id"]: Truth(answers={question: known}) for one in items}
    return [given[question] for given in answers(page(study, items, settings), truth, temper)]


@pytest.mark.parametrize("accuracy", [0.25, 0.6, 0.95])
def test_the_share_right_is_the_accuracy(accuracy: float) -> None:
    temper = replace(PERFECT, accuracy=accuracy)
    labels = said("highlight", "label", 400, "b", temper, ONE_TO_FOUR)
    picks = said("intrude", "intruder", 400, 4, temper, choices=choices(6))
    names = said("name", "name", 400, "sea", temper)
    assert within(labels.count("b"), 400, accuracy)
    assert within(picks.count(4), 400, accuracy)
    assert within(names.count("sea"), 400, accuracy)


def test_wrong_names_are_those_of_other_things() -> None:
    true = dict(zip("ijk", ("sea", "sky", "fog"), strict=True))
    data = page("name", [item(one) for one in true] * 60)
    truth = {one: Truth(answers={"name": name}) for one, name in true.items()}
    given = answers(data, truth, replace(PERFECT, accuracy=0.0))
    wrong = Counter(one["name"] for one in given[::3])
    assert set(wrong) == {"sky", "fog"}


def test_fatigue_lowers_accuracy_to_its_floor_as_stated() -> None:
    temper = replace(PERFECT, accuracy=0.9, fatigue=0.01, floor=0.5)
    right = np.array(said("highlight", "label", 600, "b", temper, ONE_TO_FOUR)) == "b"
    chance = 0.5 + 0.4 * np.exp(-0.01 * np.arange(600))
    for place in range(0, 600, 150):
        block = slice(place, place + 150)
        expected, spread = chance[block].sum(), math.sqrt((chance * (1 - chance))[block].sum())
        assert abs(right[block].sum() - expected) < Z * spread
    # .90 to .59 at first, .50 at last: the difference is no accident.
    assert right[:150].mean() > right[-150:].mean() + 0.1


def test_items_done_on_earlier_pages_tire_too_and_a_low_start_does_not_rise() -> None:
    temper = replace(PERFECT, accuracy=0.9, recall=0.3, fatigue=0.01, floor=0.5)
    assert temper.after(0) == temper
    assert temper.after(100).accuracy == pytest.approx(0.5 + 0.4 * math.exp(-1))
    assert temper.after(100).recall == 0.3
    one = page("highlight", [item("i")], ONE_TO_FOUR)
    truth = {"i": Truth(answers={"label": "b"})}
    asleep = replace(PERFECT, fatigue=1.0, floor=0.0)
    late = [answers(one, truth, asleep, seed, done=50)[0]["label"] for seed in range(50)]
    assert "b" not in late


def test_bias_says_which_wrong_option_is_preferred_and_leaves_accuracy_alone() -> None:
    temper = replace(PERFECT, accuracy=0.5, bias={"a": 3.0, "c": 1.0, "d": 0.0, "b": 9.0})
    given = Counter(said("highlight", "label", 1000, "b", temper, ONE_TO_FOUR))
    assert within(given["b"], 1000, 0.5)
    assert given["d"] == 0
    assert within(given["a"], given["a"] + given["c"], 0.75)


def test_leniency_shifts_the_mean_by_as_many_points() -> None:
    middle = replace(PERFECT, unsteady=0.6)
    lenient, strict = replace(middle, leniency=0.7), replace(middle, leniency=-0.7)
    mean = {
        name: np.mean(said("rate", "convincing", 400, 0.5, temper))
        for name, temper in (("middle", middle), ("lenient", lenient), ("strict", strict))
    }
    # Quality .5 of five points is 3; .6 of noise and the rounding leave .67 / √400 = .034.
    assert mean["middle"] == pytest.approx(3, abs=Z * 0.034)
    assert mean["lenient"] - mean["middle"] == pytest.approx(0.7, abs=Z * 0.05)
    assert mean["strict"] - mean["middle"] == pytest.approx(-0.7, abs=Z * 0.05)


def test_better_things_are_rated_higher_within_the_scale() -> None:
    rated = [said("rate", "convincing", 1, share, PERFECT)[0] for share in (0, 0.25, 0.5, 0.75, 1)]
    assert rated == [1, 2, 3, 4, 5]
    assert set(said("rate", "convincing", 50, 1, replace(PERFECT, leniency=3.0))) == {5}


@pytest.mark.parametrize("informed", [True, False])
def test_careless_workers_and_those_who_know_nothing_are_at_chance(informed: bool) -> None:
    temper = replace(PERFECT, careless=1.0 if informed else 0.0, bias={"a": 1.0})
    for study, question, known, options, more in (
        ("highlight", "label", "b", LABELS, {"settings": ONE_TO_FOUR}),
        ("rate", "confidence", 0.9, [1, 2, 3, 4], {}),
        ("verify", "fits", "yes", ["yes", "no"], {}),
        ("compare", "better", [2.0, 0.0], ["first", "second", "equal"], {}),
        ("intrude", "intruder", 4, list(range(6)), {"choices": choices(6)}),
        ("output", "quality", 1.0, [1, 2, 3, 4, 5], {}),
    ):
        if question == "confidence" and not informed:
            continue  # everybody knows how sure they are
        given = Counter(said(study, question, 600, known if informed else None, temper, **more))
        assert set(given) == set(options)
        assert chisquare([given[option] for option in options]).pvalue > 1 - CONFIDENCE


def test_who_is_careless_now_and_then_is_right_as_often_as_the_mixture_says() -> None:
    temper = replace(PERFECT, careless=0.4)
    labels = said("highlight", "label", 400, "b", temper, ONE_TO_FOUR)
    assert within(labels.count("b"), 400, 0.6 + 0.4 / 4)


def test_marks_show_recall_and_noise() -> None:
    temper = replace(PERFECT, recall=0.7, noise=0.05)
    marked = Counter(itertools.chain(*said("highlight", "marks", 400, [3, 7, 8, 15], temper)))
    of_evidence = sum(marked[at] for at in (3, 7, 8, 15))
    assert within(of_evidence, 4 * 400, 0.7 + 0.3 * 0.05)
    assert within(sum(marked.values()) - of_evidence, 16 * 400, 0.05)


def test_a_tired_worker_overlooks_more() -> None:
    temper = replace(PERFECT, fatigue=0.01, floor=0.2)
    found = [len(marks) for marks in said("highlight", "marks", 400, [1, 5, 9, 13], temper)]
    assert np.mean(found[:100]) > np.mean(found[-100:]) + 1


def test_regions_show_recall_and_noise_cell_by_cell() -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[:, :32] = 1
    truth = {"i": Truth("positive", answers={"marks": mask})}
    temper, data = (
        replace(PERFECT, recall=0.8, noise=0.1),
        page("highlight", [item("i", image(64, 64))]),
    )
    marked = sum(
        decode(answers(data, truth, temper, seed)[0]["marks"]).astype(int) for seed in range(20)
    )
    # 16 × 16 cells of 4 × 4 pixels; the left half is true.
    cells = marked[::4, ::4]
    assert np.array_equal(marked, np.kron(cells, np.ones((4, 4), int)))
    assert within(cells[:, :8].sum(), 128 * 20, 0.8 + 0.2 * 0.1)
    assert within(cells[:, 8:].sum(), 128 * 20, 0.1)


def test_a_preference_for_the_first_side_is_recovered() -> None:
    temper = replace(PERFECT, accuracy=0.8, side=0.6)
    settings = {"tie": False}
    first = said("compare", "better", 1000, "first", temper, settings)
    second = said("compare", "better", 1000, "second", temper, settings)
    # logit P(first) is logit(.8) + .6 where the first is better, and -logit(.8) + .6 where not.
    logits = [math.log(g.count("first") / g.count("second")) for g in (first, second)]
    spread = math.sqrt(sum(1 / g.count(v) for g in (first, second) for v in ("first", "second")))
    assert sum(logits) / 2 == pytest.approx(0.6, abs=Z * spread / 2)
    assert (logits[0] - logits[1]) / 2 == pytest.approx(math.log(4), abs=Z * spread / 2)


def test_picks_among_many_follow_their_utilities() -> None:
    utilities, n = [0.0, 1.0, 0.5, -0.5], 2000
    temper = replace(PERFECT, sharpness=1.5)
    data = {"choices": choices(4), "settings": {"k": 3}}
    given = Counter(said("intrude", "intruder", n, utilities, temper, **data))
    weights = np.exp(1.5 * np.array(utilities))
    expected = n * weights / weights.sum()
    assert chisquare([given[at] for at in range(4)], expected).pvalue > 1 - CONFIDENCE


def compared(
    utilities: Sequence[float], temper: Temper, n: int, settings: dict[str, Any]
) -> list[tuple[int, int, str]]:
    """`n` comparisons of each pair in each order, as (shown first, shown second, answer)."""
    pairs = list(itertools.permutations(range(len(utilities)), 2)) * n
    items = [item(f"i{at}", text(), text()) for at in range(len(pairs))]
    truth = {
        one["id"]: Truth(answers={"better": [utilities[i], utilities[j]]})
        for one, (i, j) in zip(items, pairs, strict=True)
    }
    given = answers(page("compare", items, settings), truth, temper)
    return [(i, j, one["better"]) for (i, j), one in zip(pairs, given, strict=True)]


def fit(comparisons: Sequence[tuple[int, int, str]], k: int) -> tuple[np.ndarray, np.ndarray]:
    """Davidson and Beaver's model by maximum likelihood: k - 1 utilities against the first thing,
    the log of the order effect, the log of nu; estimates and standard errors."""
    first, second = (np.array([c[at] for c in comparisons]) for at in (0, 1))
    answer = np.array([("first", "second", "equal").index(c[2]) for c in comparisons])

    def loss(parameters: np.ndarray) -> float:
        utility = np.concatenate([[0.0], parameters[: k - 1]])
        side, nu = parameters[k - 1], parameters[k]
        logs = np.stack(
            [
                utility[first] + side,
                utility[second],
                nu + (utility[first] + utility[second]) / 2,
            ]
        )
        total = np.logaddexp.reduce(logs, axis=0)
        return float((total - logs[answer, np.arange(len(answer))]).sum())

    found = minimize(loss, np.zeros(k + 1), method="BFGS", options={"gtol": 1e-3})
    return found.x, np.sqrt(np.diag(found.hess_inv))


def test_utilities_ties_and_order_are_recovered_by_a_bradley_terry_fit() -> None:
    true = [0.0, 0.8, -0.5, 1.4]
    temper = replace(PERFECT, side=0.3, ties=0.5)
    estimate, error = fit(compared(true, temper, 100, {"tie": True}), len(true))
    wanted = np.array([*true[1:], 0.3, math.log(0.5)])
    assert error.max() < 0.15
    assert np.all(np.abs(estimate - wanted) < Z * error)


def test_without_sharpness_nothing_is_better_than_anything() -> None:
    dull = compared([0.0, 3.0], replace(PERFECT, sharpness=0.0), 300, {"tie": False})
    assert within(sum(1 for i, j, better in dull if (i, better) == (1, "first")), 300, 0.5)
