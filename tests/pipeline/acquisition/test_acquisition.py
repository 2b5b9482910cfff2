"""What should be seen next: scores by the definitions, and batches that keep a random stratum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy, kendalltau
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import nn

from db.errors import UsageError
from db.ragged import Ragged
from pipeline.acquisition import ACQUISITIONS
from pipeline.acquisition.base import Learned, Pool
from pipeline.acquisition.batch import RANDOM, WIDER, propose
from pipeline.acquisition.cosine_ood import adam_of

NAMES = sorted(ACQUISITIONS)


def pool(n: int = 30, classes: int = 3, seed: int = 0) -> Pool:
    random = np.random.default_rng(seed)
    lengths = random.integers(2, 9, n)
    maps = {
        name: Ragged.from_rows([random.normal(size=t) for t in lengths], "float32")
        for name in ("gradient", "lime", "occlusion")
    }
    people = random.dirichlet(np.ones(classes), n)
    people[:4] = np.nan
    learned = Learned(random.normal(size=(60, 5)), np.arange(60) % classes)
    return Pool(
        tuple(f"i{at}" for at in range(n)),
        random.dirichlet(np.ones(classes), n),
        random.normal(size=(n, 5)),
        learned,
        maps,
        people,
    )


def scores(name: str, given: Pool, seed: int = 0) -> np.ndarray:
    return ACQUISITIONS.load(name)().scores(given, seed)


@pytest.mark.parametrize("name", NAMES)
def test_one_score_an_instance_the_same_for_a_seed(name: str) -> None:
    found = scores(name, pool(), 3)
    assert found.shape == (30,) and found.dtype == np.float64
    np.testing.assert_array_equal(found, scores(name, pool(), 3))
    assert np.isfinite(found).sum() >= 26


def test_margin_and_entropy_are_their_definitions_and_agree_on_two_classes() -> None:
    three, two = pool(), pool(classes=2)
    ordered = np.sort(three.probabilities, axis=1)
    np.testing.assert_allclose(scores("margin", three), 1 - ordered[:, 2] + ordered[:, 1])
    np.testing.assert_allclose(scores("entropy", three), entropy(three.probabilities, axis=1))
    by = [np.argsort(scores(name, two)).tolist() for name in ("margin", "entropy")]
    assert by[0] == by[1]


def test_distance_is_from_the_centre_of_the_class_predicted() -> None:
    learned = Learned(np.array([[0.0, 0], [2, 0], [10, 10], [10, 12]]), np.array([0, 0, 1, 1]))
    given = Pool(
        ("a", "b", "c"),
        np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0, 0, 1]]),
        np.array([[1.0, 3], [10, 11], [0, 0]]),
        learned,
    )
    found = scores("centre_distance", given)
    np.testing.assert_allclose(found[:2], [3, 0])
    assert np.isnan(found[2])  # nothing was learned of its class


def test_disagreement_of_explainers_is_one_less_their_rank_correlation() -> None:
    given = pool()
    found = scores("explainer_disagreement", given)
    for at in range(5):
        maps = [given.maps[name][at] for name in ("gradient", "lime", "occlusion")]
        taus = [kendalltau(maps[a], maps[b]).statistic for a, b in ((0, 1), (0, 2), (1, 2))]
        assert found[at] == pytest.approx(1 - np.mean(taus))
    one = replace(given, maps={"lime": given.maps["lime"]})
    with pytest.raises(UsageError, match="two explainers or more"):
        scores("explainer_disagreement", one)


def test_people_are_compared_where_they_judged() -> None:
    given = pool()
    found = scores("people_disagreement", given)
    assert np.isnan(found[:4]).all()
    apart = np.abs(given.people - given.probabilities)[4:].max(axis=1)
    assert (found[4:] >= apart - 1e-12).all() and (found[4:] <= 1).all()
    same = replace(given, people=given.probabilities)
    np.testing.assert_allclose(scores("people_disagreement", same), 0, atol=1e-12)


def test_the_cosine_score_finds_digits_that_were_never_learned() -> None:
    """METHODS: on digits it works, and is not better than the softmax."""
    data = load_digits()
    known, unseen = data.target < 8, data.target >= 8
    x = data.data / 16
    train = np.flatnonzero(known)[::2]
    rest = np.concatenate([np.flatnonzero(known)[1::2], np.flatnonzero(unseen)])
    model = LogisticRegression(max_iter=500).fit(x[train], data.target[train])
    given = Pool(
        tuple(map(str, rest)),
        model.predict_proba(x[rest]),
        x[rest],
        Learned(x[train], data.target[train].astype(np.int64)),
    )
    cosine, margin = (
        roc_auc_score(unseen[rest], scores(name, given)) for name in ("cosine_ood", "margin")
    )
    assert cosine > 0.7 and margin > 0.7


def test_a_head_is_learned_by_adam() -> None:
    """Algorithm 1 of Kingma & Ba (2015), by hand, on gradients of very unlike sizes."""
    gradients = np.random.default_rng(0).normal(size=(6, 4)) * [1e-3, 1.0, 50.0, 0.0]
    given = nn.Parameter(torch.tensor([1.0, -2.0, 3.0, 4.0]))
    step = adam_of([given], 0.01)
    theta, m, v = np.array([1.0, -2.0, 3.0, 4.0]), np.zeros(4), np.zeros(4)
    for t, g in enumerate(gradients, start=1):
        step([torch.tensor(g, dtype=torch.float32)])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(given.detach().numpy(), theta, rtol=1e-5)
    assert theta[3] == 4.0  # nothing pulls where the gradient is 0


@given(st.integers(1, 30), st.floats(0.01, 1), st.sampled_from(NAMES), st.integers(0, 5))
def test_a_batch_is_as_large_as_asked_for_and_part_of_it_random(
    n: int, share: float, name: str, seed: int
) -> None:
    if name == "cosine_ood":
        name = "margin"  # learning a head for each example says no more
    found = propose(pool(), ACQUISITIONS.load(name)(), n, random_share=share, seed=seed)
    ids = [one.instance_id for one in found.chosen]
    stratum = [one for one in found.chosen if one.stratum == RANDOM]
    assert len(set(ids)) == len(ids)
    assert len(stratum) == int(np.ceil(n * share)) >= 1
    missing = n - len(ids)
    assert 0 <= missing <= found.unknown
    assert all(one.score is not None for one in found.chosen if one.stratum != RANDOM)


def test_the_random_stratum_is_that_of_the_seed_whatever_is_scored() -> None:
    drawn = [
        [
            one.instance_id
            for one in propose(pool(), ACQUISITIONS.load(name)(), 20, seed=7).chosen
            if one.stratum == RANDOM
        ]
        for name in ("margin", "explainer_disagreement")
    ]
    assert drawn[0] == drawn[1]
    counts = np.zeros(30)
    for seed in range(400):
        for one in propose(pool(), ACQUISITIONS.load("margin")(), 5, seed=seed).chosen:
            counts[int(one.instance_id[1:])] += one.stratum == RANDOM
    assert counts.min() > 0  # none is out of reach, however sure the model is of it


def test_without_diversity_the_highest_scores_are_taken() -> None:
    given = pool()
    found = propose(given, ACQUISITIONS.load("margin")(), 10, diverse=False, seed=1)
    chosen = {one.instance_id for one in found.chosen if one.stratum != RANDOM}
    random = {one.instance_id for one in found.chosen} - chosen
    order = np.argsort(-scores("margin", given), kind="stable")
    expected = [given.ids[at] for at in order.tolist() if given.ids[at] not in random]
    assert chosen == set(expected[: len(chosen)])


def test_diversity_takes_unlike_ones_among_the_highest() -> None:
    """Of three heaps as uncertain as each other, every heap is asked about."""
    centres = np.repeat(np.array([[0.0, 0], [50, 0], [0, 50]]), 20, axis=0)
    features = centres + np.random.default_rng(0).normal(size=(60, 2))
    probabilities = np.full((60, 2), 0.5)
    probabilities[:20, 0] = 0.501  # the first heap is a little less sure than the others
    probabilities[:20, 1] = 0.499
    given = Pool(tuple(map(str, range(60))), probabilities[::-1], features[::-1])
    heaps = {
        diverse: {
            int(one.instance_id) // 20
            for one in propose(
                given, ACQUISITIONS.load("margin")(), 8, diverse=diverse, random_share=0.1
            ).chosen
            if one.stratum != RANDOM
        }
        for diverse in (True, False)
    }
    assert len(heaps[True]) > len(heaps[False])
    assert WIDER * 7 > 20


@given(
    st.integers(0, 200), st.sampled_from(["margin", "centre_distance", "explainer_disagreement"])
)
def test_near_duplicates_are_not_proposed_together(seed: int, by: str) -> None:
    """Sixty instances are twenty, three times each, almost: of none is there a second one.

    Nine are asked for, one of them at random. The 8 × 4 candidates hold eleven of the twenty at least.
    Beside the random one only the highest score may lie, which is taken wherever it is.
    """
    random = np.random.default_rng(seed)
    originals = np.repeat(random.permutation(20), 3)
    features = 10.0 * np.eye(20)[originals] + random.normal(scale=1e-3, size=(60, 20))
    given = replace(pool(60, 3, seed), features=features)
    learned = Learned(random.normal(size=(60, 20)), np.arange(60) % 3)
    way = ACQUISITIONS.load(by)()
    found = propose(replace(given, learned=learned), way, 9, random_share=0.1, seed=seed)
    stratum, highest, *others = (originals[int(one.instance_id[1:])] for one in found.chosen)
    assert len({highest, *others}) == 8
    assert stratum not in others


@pytest.mark.parametrize(
    ("n", "share", "said"),
    [(0, 0.2, "--n 0"), (31, 0.2, "there are 30 instances"), (5, 0.0, "random share lies above 0")],
)
def test_what_cannot_be_proposed_is_said(n: int, share: float, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        propose(pool(), ACQUISITIONS.load("margin")(), n, random_share=share)
