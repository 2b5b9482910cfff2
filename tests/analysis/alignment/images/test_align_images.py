"""Campaigns of pictures: golds, people, floors, what is left out, and intervals."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.images import align as module
from analysis.alignment.images import laid
from analysis.alignment.images.align import align_images
from analysis.alignment.images.base import Picture
from analysis.alignment.images.floors import centre_map
from db.errors import DataError, UsageError
from db.records import Estimate
from tests.analysis.alignment.images.support import aligned, mask, one, picture, values

LEFT = mask("##..", "##..")
TOP = mask("####", "....")
DOT = mask("#...", "....")


def campaign(n: int = 12, workers: int = 12, seed: int = 0) -> list[Picture]:
    """Pictures of several sizes, three of the workers each, one explainer who looks there too."""
    rng, made = np.random.default_rng(seed), []
    for number in range(n):
        height, width = rng.integers(10, 30, 2)
        y, x = rng.random(2)
        down, across = np.mgrid[:height, :width]
        where = (down / height - y) ** 2 + (across / width - x) ** 2
        masks = [(where + rng.normal(0, 0.02, where.shape) < 0.1).astype(np.uint8) for _ in "abc"]
        rows, cols = rng.integers(3, 8, 2)
        cells = np.mgrid[:rows, :cols]
        near = -((cells[0] / rows - y) ** 2) - (cells[1] / cols - x) ** 2
        who = rng.permutation(workers)[:3]
        maps = {"near": 1 + near + rng.normal(0, 0.1, near.shape), "noise": rng.random((5, 5))}
        made.append(picture(masks, who, f"p{number}", **maps))
    return made


def test_two_workers_by_hand() -> None:
    """The map points at the first pixel of eight, which both marked.

    Golds of `each`: LEFT (4 pixels) and TOP (4). People: either mask against the other: 2 of 4.
    """
    scores = [[1, 0, 0, 0], [0, 0, 0, 0]]
    result = aligned([picture([LEFT, TOP], m=scores)])
    model, people = values(result, "m"), values(result, "people")
    assert model["pointing_game"] == model["energy_inside"] == 1
    # Cut at 4: the first pixel and 3 of the other 7, of which 3 are marked: 1 + 9/7 of 4.
    assert model["rank_accuracy"] == pytest.approx((1 + 9 / 7) / 4)
    assert people["pointing_game"] == people["energy_inside"] == people["rank_accuracy"] == 0.5
    assert people["region_iou"] == pytest.approx(2 / 6)
    assert values(result, "constant")["pointing_game"] == 0.5


@pytest.mark.parametrize(
    ("policy", "pointing"),
    [("each", 2 / 3), ("union", 1.0), ("intersection", 1 / 3), ("soft", 2 / 3)],
)
def test_gold_policies_by_hand(policy: str, pointing: float) -> None:
    """The map points at the second pixel of the upper row: LEFT and TOP marked it, DOT did not.

    Without LEFT, TOP, DOT in turn: union {TOP, DOT}, {LEFT, DOT}, {LEFT, TOP} always has it; the
    intersection only {LEFT, TOP}; the shares are ½, ½ and 1.
    """
    found = one([LEFT, TOP, DOT], [[0, 1, 0, 0], [0, 0, 0, 0]], gold_policy=policy)
    assert found["pointing_game"] == pytest.approx(pointing)


def test_pixels_on_which_a_majority_ties_are_dropped_and_counted() -> None:
    """Of LEFT, TOP, DOT and LEFT, each left out: three decide, and never tie. Of three, two do."""
    four = aligned([picture([LEFT, TOP, DOT, LEFT], m=np.eye(2))], gold_policy="majority")
    assert not any("tied" in reason for reason in four.excluded)
    three = aligned([picture([LEFT, TOP, DOT], m=np.eye(2))], gold_policy="majority")
    # {TOP, DOT} differ in 3 pixels, {LEFT, DOT} in 3, {LEFT, TOP} in 4.
    assert three.excluded["pixel on which the majority of a gold tied"] == 10


@given(
    st.integers(0, 10**6), st.sampled_from(["each", "union", "majority", "intersection", "soft"])
)
@settings(max_examples=25)
def test_rank_accuracy_and_people_pixel_by_pixel(seed: int, policy: str) -> None:
    """The definition in plain Python, for any policy: leave one out, make the gold, cut the map."""
    rng = np.random.default_rng(seed)
    masks = [(rng.random((4, 5)) < 0.5).astype(np.uint8) for _ in range(3)]
    scores = rng.permutation(20).reshape(4, 5)
    result = aligned([picture(masks, m=scores)], gold_policy=policy)
    model, people = [], []
    for left in range(3):
        if policy == "each":
            model += _accuracy(masks[left].ravel().astype(float), scores.ravel())
            for other in {0, 1, 2} - {left}:
                people += _accuracy(masks[left].ravel().astype(float), masks[other].ravel())
        else:
            gold = _gold([masks[o].ravel() for o in {0, 1, 2} - {left}], policy)
            model += _accuracy(gold, scores.ravel())
            people += _accuracy(gold, masks[left].ravel())
    for subject, expected in (("m", model), ("people", people)):
        found = values(result, subject).get("rank_accuracy")
        assert found == (pytest.approx(np.mean(expected)) if expected else None)


def _gold(masks: Sequence[np.ndarray], policy: str) -> np.ndarray:
    share = np.mean(masks, axis=0)
    if policy == "union":
        return (share > 0).astype(float)
    if policy == "intersection":
        return (share == 1).astype(float)
    return share if policy == "soft" else np.where(share == 0.5, np.nan, share > 0.5)


def _accuracy(gold: np.ndarray, scores: np.ndarray) -> list[float]:
    """Nothing where all or no pixels are marked; else the hits of the cut, ties shared."""
    kept = ~np.isnan(gold)
    gold, scores = gold[kept], scores[kept]
    if gold.sum() in (0, len(gold)):
        return []
    k = max(int(gold.sum() + 0.5), 1)
    edge = sorted(scores)[-k]
    above, level = scores > edge, scores == edge
    return [(gold[above].sum() + gold[level].mean() * (k - above.sum())) / k]


def test_empty_and_full_masks_are_left_out_and_counted() -> None:
    nothing, everything = np.zeros((2, 4), np.uint8), np.ones((2, 4), np.uint8)
    result = aligned([picture([nothing, everything, LEFT], m=np.eye(2)[:, :1])])
    counts = {reason: n for reason, n in result.excluded.items() if "gold that marks" in reason}
    assert sorted(reason.split(": ")[1] for reason in counts) == [
        "gold that marks every pixel",
        "gold that marks no pixel",
    ]
    assert set(counts.values()) == {1}
    assert values(result, "m")["pointing_game"] == 0.5


def test_only_empty_masks_give_numbers_to_nobody() -> None:
    result = aligned([picture([np.zeros((2, 2), np.uint8)], m=[[1]])])
    assert all(e.value is None and e.note for e in result.estimates)


def test_one_worker_has_a_gold_and_no_people() -> None:
    result = aligned([picture([LEFT], m=[[1, 0]])])
    assert values(result, "m")["pointing_game"] == 1
    assert not values(result, "people")
    assert result.excluded["people: instance with one worker only"] == 1


def test_a_map_that_is_the_same_everywhere_or_never_positive_is_counted() -> None:
    result = aligned([picture([LEFT], m=[[-1, -1]])])
    assert result.excluded["spearman: map of 'm' that gives no score"] == 1
    assert result.excluded["energy_inside: map of 'm' that gives no score"] == 1


def test_the_centre_is_highest_in_the_middle_and_the_same_on_all_sides() -> None:
    found = centre_map(5, 7)
    assert np.unravel_index(found.argmax(), found.shape) == (2, 3)
    assert np.array_equal(found, found[::-1]) and np.array_equal(found, found[:, ::-1])
    # Half a side away from the middle is two standard deviations: the corner of a large grid.
    assert centre_map(1000, 1)[0, 0] == pytest.approx(np.exp(-2), rel=0.01)


def test_a_region_in_the_middle_is_found_by_the_centre_and_not_by_chance() -> None:
    middle = np.zeros((30, 30), np.uint8)
    middle[12:18, 12:18] = 1
    made = [picture([middle, middle], name=f"p{n}", m=np.eye(10)) for n in range(30)]
    result = aligned(made)
    assert values(result, "centre")["pointing_game"] == 1
    assert values(result, "random")["auroc"] == pytest.approx(0.5, abs=0.05)
    assert values(result, "constant")["energy_inside"] == pytest.approx(36 / 900)


def test_a_coarse_grid_limits_the_oracle() -> None:
    """One cell of four, a quarter of it marked: no map over four cells can point better."""
    marked = mask("#...", "....", "....", "....")
    assert one([marked], [[1, 0], [0, 0]], "oracle")["pointing_game"] == 0.25
    assert one([marked], np.eye(4), "oracle")["pointing_game"] == 1


def test_scores_of_a_picture_do_not_depend_on_its_size() -> None:
    """Every pixel as nine: only the tolerance, which is in pixels, sees it."""
    small = [picture([LEFT, TOP], m=[[3, 1], [2, 0]])]
    large = [
        picture([np.kron(m, np.ones((3, 3), np.uint8)) for m in (LEFT, TOP)], m=[[3, 1], [2, 0]])
    ]
    one_size, other = (values(aligned(made), "m") for made in (small, large))
    assert one_size == pytest.approx(other)


@pytest.mark.parametrize("policy", ["each", "majority"])
def test_pictures_scored_in_parts_give_the_same_numbers(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, workers = campaign(), [f"w{n}" for n in range(12)]
    whole = align_images(made, workers, gold_policy=policy, bootstrap=50)
    monkeypatch.setattr(module, "AT_ONCE", 300)
    parts = align_images(iter(made), workers, gold_policy=policy, bootstrap=50)
    assert _numbers(parts.estimates) == pytest.approx(_numbers(whole.estimates), nan_ok=True)
    assert parts.excluded == whole.excluded
    assert parts.per_instance.equals(whole.per_instance)


def _numbers(estimates: Sequence[Estimate]) -> list[float]:
    found = [x for e in estimates for x in (e.value, e.se, e.low, e.high)]
    return [np.nan if x is None else x for x in found]


def test_intervals_over_instances_workers_and_both() -> None:
    result = align_images(campaign(), [f"w{n}" for n in range(12)], bootstrap=200)
    found = {e.over: e for e in result.estimates if (e.name, e.subject) == ("auroc", "near")}
    assert set(found) == {"units", "workers", "both"}
    for e in found.values():
        assert e.low is not None and e.high is not None and e.value is not None
        assert e.low <= e.value <= e.high
        assert (e.n_units, e.n_workers, e.n_judgements) == (12, 12, 36)
    table = result.per_instance
    of_near = table[(table["metric"] == "auroc") & (table["subject"] == "near")]["value"]
    assert found["units"].value == pytest.approx(of_near.mean())


def test_the_jackknife_is_that_of_leaving_each_worker_out() -> None:
    """Ten workers: se² = (n − 1)/n · Σ (score without w − their mean)², all recomputed."""
    made, workers = campaign(n=8, workers=10), [f"w{n}" for n in range(10)]
    result = align_images(made, workers, gold_policy="union", bootstrap=20)
    (found,) = (
        e
        for e in result.estimates
        if (e.name, e.subject, e.over) == ("rank_accuracy", "near", "workers")
    )
    left_out = []
    for worker in range(10):
        kept = [_without(p, worker) for p in made]
        scores = align_images(kept, workers, gold_policy="union", bootstrap=0)
        left_out.append(values(scores, "near")["rank_accuracy"])
    spread = np.array(left_out) - np.mean(left_out)
    assert found.method == "delete-one-worker jackknife"
    assert found.se == pytest.approx(np.sqrt(9 / 10 * (spread**2).sum()))


def _without(shown: Picture, worker: int) -> Picture:
    kept = np.flatnonzero(shown.worker != worker)
    masks = tuple(shown.masks[n] for n in kept.tolist())
    return Picture(shown.id, masks, shown.worker[kept], shown.maps)


def test_normalised_scores_run_from_the_constant_map_to_people() -> None:
    """(model − floor) / (people − floor), of all that treats a mask as a map."""
    result = align_images(campaign(), [f"w{n}" for n in range(12)], bootstrap=100)
    model, floor, people = (values(result, s) for s in ("near", "constant", "people"))
    for name in ("pointing_game", "energy_inside", "rank_accuracy", "region_iou"):
        expected = (model[name] - floor[name]) / (people[name] - floor[name])
        assert model[f"{name}_normalised"] == pytest.approx(expected)
    assert not {"auroc_normalised", "spearman_normalised"} & set(model)


def test_every_contract_says_what_a_pixel_is_scored_with() -> None:
    contracts = {c.metrics[0]: c for c in aligned([picture([LEFT, TOP], m=[[1, 0]])]).contracts}
    assert "centre falls in" in contracts["auroc"].pooling
    assert contracts["rank_accuracy"].k == "as many pixels as the gold marks"
    assert contracts["spearman"].gold == "the share of the others who marked a pixel"


@pytest.mark.parametrize("name", ["people", "oracle", "constant", "random", "centre", "random 3"])
def test_names_of_our_own_rows_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="call the explainer otherwise"):
        aligned([picture([LEFT], **{name: [[1]]})])


def test_pictures_that_do_not_fit_are_refused_by_name() -> None:
    cases = {
        "must be of one size": picture([LEFT, LEFT.T], m=[[1]]),
        "without a pixel": picture([np.zeros((0, 3), np.uint8)], m=[[1]]),
        "consist of 0 and 1": picture([LEFT * 3], m=[[1]]),
        "no number": picture([LEFT], m=[[np.nan]]),
        r"must be a grid \(rows, cols\)": picture([LEFT], m=[1, 2]),
        "at least one map": picture([LEFT]),
        "marked instance 'p' twice": picture([LEFT, LEFT], [0, 0], m=[[1]]),
    }
    for message, wrong in cases.items():
        with pytest.raises(DataError, match=message):
            aligned([wrong])
    with pytest.raises(DataError, match="others of m"):
        aligned([picture([LEFT], m=[[1]]), picture([LEFT], name="q", n=[[1]])])
    with pytest.raises(DataError, match="no human marks"):
        align_images([], [])


@pytest.mark.parametrize("policy", ["each", "majority", "soft"])
def test_golds_scored_some_at_a_time_give_the_same_numbers(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, workers = campaign(), [f"w{n}" for n in range(12)]
    whole = align_images(made, workers, gold_policy=policy, bootstrap=0)
    monkeypatch.setattr(laid, "PIECE", 40)
    pieces = align_images(made, workers, gold_policy=policy, bootstrap=0)
    assert _numbers(pieces.estimates) == pytest.approx(_numbers(whole.estimates), nan_ok=True)


def test_the_best_order_for_the_soft_mask_does_not_depend_on_the_gold_policy() -> None:
    made, workers = campaign(), [f"w{n}" for n in range(12)]
    found = {
        policy: values(align_images(made, workers, gold_policy=policy, bootstrap=0), "oracle")
        for policy in ("each", "soft")
    }
    assert found["each"]["spearman"] == pytest.approx(found["soft"]["spearman"])


def test_memory_does_not_grow_with_the_number_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine pictures with a score a pixel take hardly more than three, and not three times that."""
    monkeypatch.setattr(module, "AT_ONCE", 5_000)

    def peak(n: int) -> int:
        tracemalloc.start()
        align_images(_large(n), ["a", "b"], bootstrap=0)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(9) < 1.5 * peak(3)


def _large(n: int) -> Iterator[Picture]:
    """Pictures of 120 x 120 pixels, each made when it is asked for."""
    for at in range(n):
        rng = np.random.default_rng(at)
        masks = [np.zeros((120, 120), np.uint8) for _ in range(2)]
        masks[0][40:100, 30:90] = masks[1][50:110, 30:90] = 1
        yield picture(masks, name=f"p{at}", m=rng.standard_normal((120, 120)))
