"""Each score: by hand on small pictures, and against other people's code on flattened ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score

from analysis.alignment.images import IMAGE_SCORES
from tests.analysis.alignment.images.support import (
    aligned,
    mask,
    one,
    picture,
    pictures_of,
    to_pixels,
    values,
)

# Cells are pixels here, one worker:
#   9  1  1      # . .
#   5  5  0      # . .
#  -2  0  0      # . .
CORNER = mask("#..", "#..", "#..")
MAP = [[9, 1, 1], [5, 5, 0], [-2, 0, 0]]


def test_a_picture_of_nine_pixels_by_hand() -> None:
    found = one([CORNER], MAP)
    # The highest pixel, 9, is marked.
    assert found["pointing_game"] == 1
    # Positive scores: 9 + 1 + 1 + 5 + 5 = 21, of which 9 + 5 are marked.
    assert found["energy_inside"] == pytest.approx(14 / 21)
    # The three highest are 9, 5 and 5, of which two are marked.
    assert found["rank_accuracy"] == pytest.approx(2 / 3)
    assert found["region_iou"] == pytest.approx(2 / 4)
    # 9 beats all 6 unmarked, 5 beats 5 and ties with one, -2 beats none: 6 + 5.5 + 0 of 18.
    assert found["auroc"] == pytest.approx(11.5 / 18)
    # Steps at 9 (1 of 1), at 5 (2 of 3), at -2 (3 of 9), a third of the marked pixels each.
    assert found["average_precision"] == pytest.approx((1 + 2 / 3 + 3 / 9) / 3)


def test_equal_scores_count_in_expectation() -> None:
    """All the same: any of nine pixels is the highest, and the three highest are any three."""
    found = one([CORNER], np.ones((3, 3)))
    chance = 3 / 9
    for name in ("pointing_game", "energy_inside", "rank_accuracy", "average_precision"):
        assert found[name] == pytest.approx(chance)
    # One pixel is hit in expectation: 1 of 3 + 3 − 1.
    assert found["region_iou"] == pytest.approx(1 / 5)
    assert found["auroc"] == 0.5
    assert "spearman" not in found


def test_a_cell_counts_with_all_its_pixels() -> None:
    """Four cells of four pixels; the first has the highest score, and one of its pixels is marked.

    The cut at two pixels falls within that cell: 2 · ¼ hits. Energy: (3·1 + 1·1) / (3·4 + 1·4).
    """
    marked = mask("#...", "....", "...#", "....")
    found = one([marked], [[3, 0], [0, 1]])
    assert found["pointing_game"] == 0.25
    assert found["rank_accuracy"] == pytest.approx(0.5 / 2)
    assert found["region_iou"] == pytest.approx(0.5 / 3.5)
    assert found["energy_inside"] == pytest.approx(4 / 16)


def test_two_highest_cells_are_pointed_at_alike() -> None:
    """Two cells of two pixels share the highest score; one is wholly marked, one is not at all."""
    assert one([mask("##..", "....")], [[7, 7], [0, 0]])["pointing_game"] == 0.5


def test_a_miss_by_15_pixels_is_a_hit_with_tolerance_and_by_16_is_none() -> None:
    for gap, hit in ((15, 1.0), (16, 0.0)):
        line = np.zeros((1, 40), np.uint8)
        line[0, 3] = 1
        scores = np.zeros((1, 40))
        scores[0, 3 + gap] = 1
        found = one([line], scores)
        assert (found["pointing_game"], found["pointing_game_15px"]) == (0.0, hit)


def test_negative_scores_have_no_energy_and_still_an_order() -> None:
    """Scores of 0 and below: nothing to share out, yet the marked pixel is the highest."""
    found = one([mask("#..")], [[0, -1, -2]])
    assert "energy_inside" not in found
    assert (found["pointing_game"], found["auroc"]) == (1.0, 1.0)


def test_the_gold_as_a_map_is_best_and_its_complement_has_nothing() -> None:
    region = mask(".##.", ".##.", "....")
    best, worst = one([region, region], region), one([region, region], 1.0 - region)
    for name in IMAGE_SCORES:
        if name != "pointing_game_15px":
            assert best[name] == pytest.approx(1)
    for name in ("pointing_game", "energy_inside", "rank_accuracy", "region_iou", "auroc"):
        assert worst[name] == 0
    assert worst["spearman"] == pytest.approx(-1)


@given(pictures_of(most_workers=1))
@settings(max_examples=40)
def test_scores_of_one_mask_are_those_of_its_pixels(
    made: tuple[list[np.ndarray], np.ndarray],
) -> None:
    """Every definition read out on flattened pixels, AUROC and AP by scikit-learn."""
    masks, grid = made
    assume(0 < masks[0].sum() < masks[0].size)
    found = one(masks, grid)
    gold, scores = masks[0].ravel(), to_pixels(grid, masks[0].shape).ravel()
    assert found["auroc"] == pytest.approx(roc_auc_score(gold, scores))
    assert found["average_precision"] == pytest.approx(average_precision_score(gold, scores))
    assert found["pointing_game"] == pytest.approx(gold[scores == scores.max()].mean())
    positive = scores.clip(min=0)
    if positive.sum():
        assert found["energy_inside"] == pytest.approx((positive * gold).sum() / positive.sum())
    k = int(gold.sum())
    hits = _expected_hits(gold, scores, k)
    assert found["rank_accuracy"] == pytest.approx(hits / k)
    assert found["region_iou"] == pytest.approx(hits / (2 * k - hits))
    if len(set(scores)) > 1:
        # One worker, nobody left out: the soft mask is the mask.
        assert found["spearman"] == pytest.approx(spearmanr(scores, gold).statistic)


def _expected_hits(gold: np.ndarray, scores: np.ndarray, k: int) -> float:
    """Hits among the k highest: those above the k-th score, and a share of those equal to it."""
    edge = sorted(scores)[-k]
    above, level = scores > edge, scores == edge
    return gold[above].sum() + gold[level].mean() * (k - above.sum())


@given(pictures_of())
@settings(max_examples=25)
def test_spearman_is_against_the_share_of_the_others(
    made: tuple[list[np.ndarray], np.ndarray],
) -> None:
    """Of several workers each is left out in turn; undefined turns are left out of the mean."""
    masks, grid = made
    assume(len(masks) > 1)
    scores = to_pixels(grid, masks[0].shape).ravel()
    softs = [(sum(masks) - left)[:].ravel() for left in masks]
    defined = [s for s in softs if len(set(s.tolist())) > 1 and len(set(scores)) > 1]
    found = one(masks, grid).get("spearman")
    if not defined:
        assert found is None
        return
    expected = np.mean([spearmanr(scores, soft).statistic for soft in defined])
    assert found == pytest.approx(expected)


@given(pictures_of(most_workers=1))
@settings(max_examples=20)
def test_tolerance_looks_at_every_pixel_of_the_highest_cells(
    made: tuple[list[np.ndarray], np.ndarray],
) -> None:
    """Pictures five times as large, so that 15 pixels are less than all of them."""
    masks, grid = made
    large = np.kron(masks[0], np.ones((5, 5), np.uint8))
    assume(0 < large.sum() < large.size)
    scores = to_pixels(grid, large.shape)
    marked = np.argwhere(large)
    hits = [
        any((y - a) ** 2 + (x - b) ** 2 <= 15**2 for a, b in marked)
        for y, x in np.argwhere(scores == scores.max())
    ]
    assert one([large], grid)["pointing_game_15px"] == pytest.approx(np.mean(hits))


@pytest.mark.parametrize("policy", ["each", "soft"])
def test_no_map_over_equal_cells_beats_the_oracle(policy: str) -> None:
    """Four cells of eight pixels: every order of the cells, ties and all (3⁴ maps), all at once."""
    rng = np.random.default_rng(3)
    masks = [(rng.random((4, 8)) < 0.4).astype(np.uint8) for _ in range(3)]
    maps = {f"m{n}": np.reshape(one, (2, 2)) for n, one in enumerate(product(range(3), repeat=4))}
    result = aligned([picture(masks, **maps)], gold_policy=policy)
    bound = values(result, "oracle")
    for e in result.estimates:
        if e.subject in maps and e.name in bound and e.name != "spearman" and e.value is not None:
            assert e.value <= bound[e.name] + 1e-12
