"""Rows that are far from the centre of their class are drawn more often, and all is repeatable."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from db.errors import ConfigError
from pipeline.models.batches import Row, collate
from pipeline.models.sampling import class_means, distances, drawn_by_distance, summaries
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.training import fit
from pipeline.objectives.base import Weighted
from tests.pipeline.models.support import QUICK
from tests.support.data import reviews

TEXTS = reviews(40)[0]
FAR = replace(QUICK, epochs=3, sampling="distance", sampling_warmup=1)


@cache
def trained() -> tuple[TrainedModel, list[Row]]:
    fitted = fit(TEXTS, settings=replace(QUICK, epochs=2), seed=1)
    return fitted.model, fitted.model.encode(TEXTS)


def by_hand(model: TrainedModel, rows: list[Row]) -> list[float]:
    """‖z − c_y‖ of one row after the other, c_y the mean of its class."""
    with torch.no_grad(), frozen(model) as module:
        z = [module(collate([row])).summary[0].double().numpy() for row in rows]
    means = {
        label: np.mean([one for one, row in zip(z, rows, strict=True) if row.label == label], 0)
        for label in {row.label for row in rows}
    }
    return [float(np.linalg.norm(one - means[row.label])) for one, row in zip(z, rows, strict=True)]


def test_distances_are_to_the_mean_of_the_class() -> None:
    model, rows = trained()
    np.testing.assert_allclose(distances(model, rows, None), by_hand(model, rows), rtol=1e-4)


def test_distances_are_to_the_centres_where_there_are_any() -> None:
    model, rows = trained()
    z = summaries(model, rows)
    centres = torch.zeros(2, z.shape[1])
    np.testing.assert_allclose(distances(model, rows, centres), z.norm(dim=-1))


def test_a_class_without_rows_and_a_row_without_a_class() -> None:
    model, rows = trained()
    positive = [replace(row, label=-1 if row.label == 0 else 1) for row in rows]
    found = distances(model, positive, None)
    assert all((w == 0) == (row.label == -1) for w, row in zip(found, positive, strict=True))
    means = class_means(torch.ones(3, 2), torch.tensor([1, 1, -1]), 3)
    assert means.tolist() == [[0, 0], [1, 1], [0, 0]]


def test_rows_come_as_often_as_they_are_far() -> None:
    model, rows = trained()
    generator = torch.Generator().manual_seed(0)
    seen = Counter()
    for _ in range(100):
        drawn = drawn_by_distance(model, rows[:12], None, generator)
        assert len(drawn) == 12
        seen.update(row.instance_id for row in drawn)
    weights = np.array(by_hand(model, rows[:12]))
    expected = weights / weights.sum()
    found = np.array([seen[row.instance_id] for row in rows[:12]]) / (100 * 12)
    # The standard error of a share p is √(p(1 − p)/1200), and p is about 1/12: .008.
    np.testing.assert_allclose(found, expected, atol=4 * 0.008)


def test_rows_that_are_all_alike_are_equally_likely() -> None:
    model, rows = trained()
    same = [replace(rows[0], instance_id=str(n)) for n in range(50)]
    drawn = drawn_by_distance(model, same, None, torch.Generator().manual_seed(0))
    assert len(drawn) == 50 and len({row.instance_id for row in drawn}) > 20


def test_the_warm_up_is_an_ordinary_training_and_what_follows_is_not() -> None:
    plain = fit(TEXTS, settings=replace(QUICK, epochs=3), seed=2)
    far, again = (fit(TEXTS, settings=FAR, seed=2) for _ in range(2))
    assert far.history[0] == plain.history[0]
    assert far.history[1] != plain.history[1]
    assert far.history == again.history
    always = fit(TEXTS, settings=replace(FAR, sampling_warmup=0), seed=2)
    assert always.history[0] != plain.history[0]


def test_with_the_objective_center_distances_are_to_its_centres() -> None:
    """Centres that hardly move from 0 have rows drawn by the length of z, means do not."""
    center = [Weighted("center", 1e-9, {"alpha": 1e-6})]  # so small that nothing else changes
    far, plain = (
        fit(TEXTS, settings=replace(QUICK, epochs=2, **more), objectives=terms, seed=2)
        for more, terms in [
            ({"sampling": "distance", "sampling_warmup": 1}, center),
            ({"sampling": "distance", "sampling_warmup": 1}, []),
        ]
    )
    assert far.history[0].loss == pytest.approx(plain.history[0].loss, rel=1e-6)
    assert far.history[1].loss != pytest.approx(plain.history[1].loss, rel=1e-3)


def test_rows_with_class_probabilities_are_of_the_likeliest_class() -> None:
    model, rows = trained()
    soft = [
        replace(row, label=-1, goal=np.array([0.3, 0.7][:: 2 * row.label - 1], dtype=np.float32))
        for row in rows
    ]
    assert torch.equal(distances(model, soft, None), distances(model, rows, None))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sampling": "near"}, "sampling must be one of uniform, distance, not 'near'"),
        ({"sampling": "distance", "sampling_warmup": -1}, "sampling_warmup must be at least 0"),
        ({"sampling_warmup": 7}, 'sampling_warmup is for sampling = "distance" only'),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Settings(**wrong)


def test_settings_that_say_nothing_new_are_what_they_were() -> None:
    assert not {"sampling", "sampling_warmup"} & Settings().as_mapping().keys()
    far = Settings(sampling="distance").as_mapping()
    assert far["sampling"] == "distance" and "sampling_warmup" not in far
