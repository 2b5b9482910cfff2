"""Scores of pictures worker by worker are those that alignment reports, and people's too."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from analysis.alignment.images.base import Picture
from analysis.comparison.compare_marked import compare_conditions
from analysis.comparison.conditions import Settings
from analysis.comparison.pictures import needs_each, picture_conditions
from db.errors import UsageError
from tests.analysis.alignment.images.support import aligned, picture, values

WORKERS = [f"w{n}" for n in range(12)]


def some(n: int = 30, seed: int = 0) -> list[Picture]:
    """Pictures of 12 x 10 pixels with a mask by three of twelve people; a good map and a bad one."""
    rng = np.random.default_rng(seed)
    made = []
    for at in range(n):
        truth = np.zeros((12, 10), np.uint8)
        truth[3:9, 2 : int(rng.integers(5, 9))] = 1
        masks = [truth ^ (rng.random(truth.shape) < 0.1).astype(np.uint8) for _ in range(3)]
        maps = {
            name: truth + rng.normal(0, noise, truth.shape)
            for name, noise in (("good", 0.5), ("bad", 3.0))
        }
        who = np.sort(rng.choice(12, 3, replace=False))
        made.append(picture(masks, who.tolist(), f"p{at}", **maps))
    return made


@pytest.mark.parametrize("policy", ["each", "union"])
def test_means_are_those_of_alignment(policy: str) -> None:
    made = some()
    found = picture_conditions(
        made, WORKERS, gold_policy=policy, floors=("constant", "centre"), seed=3
    )
    result = aligned(made, gold_policy=policy, seed=3)
    for metric, given in found.conditions.items():
        assert given.names == ("good", "bad", "centre", "constant")
        for name, mean in zip(given.names, given.means, strict=True):
            if metric in values(result, name):
                assert np.nanmean(mean) == pytest.approx(values(result, name)[metric])
    if policy == "each":
        table = found.people["rank_accuracy"]
        each = table.mean(found.conditions["auroc"].plan(Settings(bootstrap=0)).once)[0]
        assert each == pytest.approx(values(result, "people")["rank_accuracy"])


def test_rows_of_scores_are_those_of_the_workers() -> None:
    """Row by row: scikit-learn's AUROC of each worker's own mask."""
    made = some(6)
    found = picture_conditions(made, WORKERS, metrics=("auroc",))
    good = found.conditions["auroc"].tables[0]
    assert np.array_equal(good.instance, found.marks.instance)
    assert np.array_equal(good.workers[0], found.marks.worker)
    expected = [
        roc_auc_score(mask.ravel(), one.maps["good"].ravel()) for one in made for mask in one.masks
    ]
    assert good.scores == pytest.approx(expected)


def test_differences_are_paired_on_the_same_pictures() -> None:
    given = picture_conditions(some(), WORKERS, metrics=("auroc", "region_iou"), floors=("centre",))
    found = compare_conditions(given.conditions, Settings(bootstrap=100))
    subjects = {d.subject for d in found.differences}
    assert subjects == {"good - bad", "good - centre", "bad - centre"}
    first = found.differences[0]
    assert first.subject == "good - bad" and first.paired and first.estimates[0].n_units == 30
    assert first.p_holm is not None and first.p_holm < 0.01 and first.estimates[0].value > 0.1
    assert all(e.low is not None and e.high is not None for e in first.estimates)


def test_scores_without_people_and_unknown_ones_are_named() -> None:
    with pytest.raises(UsageError, match="no score 'token_f1' on pictures"):
        picture_conditions(some(2), WORKERS, metrics=("token_f1",))
    with pytest.raises(UsageError, match="spearman is against the share"):
        needs_each(("auroc", "spearman"))
    needs_each(("auroc",))
