"""Random and constant rationales: what every comparison stands on."""

from __future__ import annotations

import numpy as np

from tests.pipeline.explainers.test_explainers import TEXTS, explained
from tests.pipeline.models.support import small_model


def test_random_scores_change_with_the_seed_and_the_instance_and_nothing_else() -> None:
    one = explained(small_model(TEXTS), TEXTS, ["random"], seed=1)
    other_model = explained(small_model(TEXTS, n_classes=2), TEXTS, ["random"], seed=1)
    other_seed = explained(small_model(TEXTS), TEXTS, ["random"], seed=2)
    assert len({rationale.scores[0] for rationale in one}) == len(TEXTS)
    for same, twin, different in zip(one, other_model, other_seed, strict=True):
        assert same.scores.tolist() == twin.scores.tolist()
        assert same.scores.tolist() != different.scores.tolist()


def test_random_scores_are_uniform_in_0_to_1() -> None:
    found = [
        rationale.scores
        for seed in range(20)
        for rationale in explained(small_model(TEXTS), TEXTS, ["random"], seed=seed)
    ]
    scores = np.concatenate(found)
    assert ((scores >= 0) & (scores < 1)).all()
    # The mean of n uniform draws has a standard deviation of 1/√(12 n).
    assert abs(scores.mean() - 0.5) < 4 / np.sqrt(12 * len(scores))


def test_constant_scores_prefer_no_token() -> None:
    for rationale in explained(small_model(TEXTS), TEXTS, ["constant"]):
        assert (rationale.scores == 1).all()
