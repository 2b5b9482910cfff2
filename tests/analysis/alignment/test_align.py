"""Alignment as a whole: the same golds on every row, and every interval from weights alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from analysis.agreement.tokens import token_agreement
from analysis.alignment import FAMILIES, GOLD_POLICIES
from analysis.alignment.align import ABOUT, align, score_all
from analysis.alignment.base import AlignmentResult
from analysis.alignment.prepare import prepare
from analysis.alignment.scoring import Choices
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Marks
from tests.analysis.support import marks_of, one, random_map, random_marks, yelp_hat

CUT = ("token_precision", "token_recall", "token_f1", "iou_f1", "token_iou", "topk_overlap")


def values(result: AlignmentResult) -> dict[tuple[str, str], float | None]:
    return {(e.name, e.subject): e.value for e in result.estimates if e.over == "units"}


def study(seed: int = 0, instances: int = 60, workers: int = 14) -> tuple[Marks, dict[str, Ragged]]:
    rng = np.random.default_rng(seed)
    marks = random_marks(rng, instances, workers)
    return marks, {"noise": random_map(rng, marks), "steps": random_map(rng, marks, levels=3)}


def without(marks: Marks, worker: int) -> Marks:
    """The same marks and instances, as if the worker had never answered."""
    rows = np.flatnonzero(marks.worker != worker)
    kept = replace(marks, masks=marks.masks.take(rows), instance=marks.instance[rows])
    return replace(kept, worker=marks.worker[rows])


def test_hand_arithmetic_of_one_instance() -> None:
    # x marks tokens 0 and 1, y marks 1 and 2; the model ranks 1, 3, 0, 2.
    marks = marks_of({"i": {"x": "1100", "y": "0110"}})
    model = {"model": Ragged.from_rows([np.array([2.0, 4.0, 1.0, 3.0])])}
    found = values(align(model, marks, bootstrap=0))
    # k = 2 for both golds; the model takes tokens 1 and 3: one hit each, F1 ½ against both.
    assert found["token_f1", "model"] == pytest.approx(0.5)
    # People share one token of two: F1 ½. The constant map hits 2 · 2/4 = 1 on average.
    assert found["token_f1", "people"] == pytest.approx(0.5)
    assert found["token_f1", "constant"] == pytest.approx(0.5)
    assert found["token_f1", "oracle"] == 1.0
    # Against x: pairs (0,2) (1,2) (1,3) won, (0,3) lost: ¾. Against y: (1,·) won twice, (2,·) lost
    # twice: ½.
    assert found["auroc", "model"] == pytest.approx((0.75 + 0.5) / 2)
    # People: TPR ½, FPR ½.
    assert found["auroc", "people"] == pytest.approx(0.5)


def test_people_under_each_are_the_pairwise_auc_of_agreement() -> None:
    marks = yelp_hat("part1_50words.csv")
    rng = np.random.default_rng(0)
    result = align({"noise": random_map(rng, marks)}, marks, families=["ranking"], bootstrap=200)
    agreed = one(token_agreement(marks, bootstrap=0).estimates, "pairwise_auc")
    people = one(result.estimates, "auroc", "people")
    assert people.value == pytest.approx(agreed.value, abs=1e-12)
    assert people.value == pytest.approx(0.744, abs=1e-3)
    assert any("not known" in note for note in result.notes)


def test_the_others_are_the_gold_of_the_one_left_out() -> None:
    # Union, three workers. Without x: y ∪ z = 0111; x says 1000: no hit at k = 3.
    marks = marks_of({"i": {"x": "1000", "y": "0110", "z": "0011"}})
    model = {"model": Ragged.from_rows([np.array([4.0, 3.0, 2.0, 1.0])])}
    found = values(align(model, marks, gold_policy="union", bootstrap=0))
    # Golds without x: 0111 (k 3), without y: 1011 (k 3), without z: 1110 (k 3).
    # The model takes 0, 1, 2: hits 2, 2, 3.
    assert found["token_f1", "model"] == pytest.approx((2 + 2 + 3) / 9)
    # x fills three places: token 0 and two of 1–3, so 2 hits. y: 1, 2 and one of {0, 3}: 1 + 1.
    # z: 2, 3 and one of {0, 1}: 1 + 1.
    assert found["token_f1", "people"] == pytest.approx((2 + 2 + 2) / 9)
    # AUROC: the one unmarked token is ranked first (0 of 3 won), second (1 of 3), last (3 of 3).
    assert found["auroc", "model"] == pytest.approx((0 + 1 / 3 + 1) / 3)


@pytest.mark.parametrize("policy", list(GOLD_POLICIES))
def test_floor_and_ceiling_stand_on_every_row(policy: str) -> None:
    marks, scores = study(1)
    found = values(align(scores, marks, gold_policy=policy, bootstrap=100))
    metrics = {name for name, _ in found if not name.endswith("_normalised")}
    for name in metrics:
        subjects = {subject for metric, subject in found if metric == name}
        assert subjects == {"people", "noise", "steps", "random", "oracle", "constant"}
        best = found[name, "oracle"]
        assert best is not None
        for subject in ("noise", "steps", "random", "constant", "people"):
            value = found[name, subject]
            worse = value is None or (value >= best if name == "js_divergence" else value <= best)
            assert worse or value == pytest.approx(best)


@pytest.mark.parametrize("policy", list(GOLD_POLICIES))
def test_no_number_is_nan_and_what_is_undefined_says_why(policy: str) -> None:
    marks, scores = study(2)
    scores["flat"] = scores["noise"].with_values(np.zeros(len(scores["noise"].values)))
    result = align(scores, marks, gold_policy=policy, bootstrap=100)
    for e in result.estimates:
        numbers = [n for n in (e.value, e.se, e.low, e.high) if n is not None]
        assert np.isfinite(numbers).all()
        assert e.value is not None or e.note
    assert one(result.estimates, "kendall", "flat").note == "undefined in every instance"
    assert result.per_instance["value"].notna().all()


def test_a_constant_explainer_is_not_chance_by_position_but_is_said_to_tie() -> None:
    marks, _ = study(3)
    flat = {"flat": random_map(np.random.default_rng(0), marks)}
    flat["flat"] = flat["flat"].with_values(np.zeros(len(flat["flat"].values)))
    result = align(flat, marks, bootstrap=0)
    assert any(note.startswith("flat: ") and "equal scores" in note for note in result.notes)


def test_random_and_constant_agree_on_average() -> None:
    marks = random_marks(np.random.default_rng(4), 600, 30)
    found = values(align({"m": random_map(np.random.default_rng(5), marks)}, marks, bootstrap=0))
    for metric in CUT:
        assert found[metric, "random"] == pytest.approx(found[metric, "constant"], abs=0.03)
        assert found[metric, "m"] == pytest.approx(found[metric, "constant"], abs=0.03)


def test_means_of_per_instance_are_the_estimates() -> None:
    marks, scores = study(6)
    result = align(scores, marks, bootstrap=0)
    means = result.per_instance.groupby(["metric", "subject"])["value"].mean()
    for (metric, subject), value in values(result).items():
        if not metric.endswith("_normalised"):
            if value is None:
                assert (metric, subject) not in means
            else:
                assert means[metric, subject] == pytest.approx(value)
    assert list(result.per_instance.columns) == ["instance", "subject", "metric", "value"]
    assert set(result.per_instance["instance"]) <= set(marks.instance_ids)


def test_normalised_runs_from_the_constant_map_to_people_on_shared_instances() -> None:
    marks, scores = study(7, instances=150)
    result = align(scores, marks, bootstrap=200)
    table = result.per_instance
    f1 = table[table["metric"] == "token_f1"].pivot(
        index="instance", columns="subject", values="value"
    )
    shared = f1.dropna(subset=["noise", "constant", "people"])[["noise", "constant", "people"]]
    score, floor, ceiling = shared.mean()
    found = one(result.estimates, "token_f1_normalised", "noise")
    assert found.value == pytest.approx((score - floor) / (ceiling - floor))
    assert found.n_units == len(shared) < len(f1)
    # A map of noise is near 0, and may well be below: nothing is clipped.
    assert found.low is not None and found.low < 0


def test_where_people_are_not_above_the_floor_nothing_is_normalised() -> None:
    rng = np.random.default_rng(8)
    rows = {
        f"i{i}": {w: "".join(map(str, rng.integers(2, size=8))) for w in "xyz"} for i in range(30)
    }
    marks = marks_of(rows)
    result = align({"m": random_map(rng, marks)}, marks, bootstrap=200)
    found = one(result.estimates, "token_f1_normalised", "m")
    assert found.value is None
    assert found.note == "people are not clearly above the constant map"


def test_nothing_is_normalised_for_rankings_and_correlations() -> None:
    marks, scores = study(9)
    names = {e.name for e in align(scores, marks, bootstrap=0).estimates}
    assert {n.removesuffix("_normalised") for n in names if n.endswith("_normalised")} == set(CUT)


def test_intervals_over_workers_reweight_the_same_scores() -> None:
    # One instance in which every pair of workers is scored once: a replicate's F1 of people is
    # Σ w_i w_j s_ij / Σ w_i w_j over i ≠ j, drawn here by hand from the same stream.
    rng = np.random.default_rng(10)
    masks = {f"w{w:02d}": "".join(map(str, rng.integers(2, size=12))) for w in range(12)}
    marks = marks_of({"i": masks, "j": masks})
    result = align(
        {"m": random_map(rng, marks)}, marks, families=["ranking"], bootstrap=400, seed=3
    )
    arrays = [np.array([int(c) for c in masks[w]]) for w in sorted(masks)]
    score = np.array([[roc_auc_score(b, a) for b in arrays] for a in arrays])
    stream = np.random.default_rng(3).spawn(2)[1]
    weights = np.array(
        [np.bincount(stream.integers(12, size=12), minlength=12) for _ in range(400)]
    )
    apart = 1 - np.eye(12)
    people = [
        (np.outer(w, w) * apart * score).sum() / (np.outer(w, w) * apart).sum() for w in weights
    ]
    found = one(result.estimates, "auroc", "people", over="workers")
    assert found.se == pytest.approx(np.std(people, ddof=1))
    assert [found.low, found.high] == pytest.approx(np.quantile(people, [0.025, 0.975]).tolist())


def test_both_is_the_widest_and_labelled_conservative() -> None:
    marks, scores = study(11, instances=200)
    estimates = align(scores, marks, families=["topk"], bootstrap=400).estimates
    units, workers, both = (
        one(estimates, "token_f1", "people", over=over) for over in ("units", "workers", "both")
    )
    assert both.se is not None and units.se is not None and workers.se is not None
    assert both.se > max(units.se, workers.se)
    assert "conservative" in both.method


@pytest.mark.parametrize("policy", ["union", "majority", "intersection", "soft"])
def test_jackknife_is_the_whole_analysis_without_each_worker(policy: str) -> None:
    marks, scores = study(12, instances=25, workers=11)
    options = {"gold_policy": policy, "bootstrap": 0}
    result = align(scores, marks, **options)
    left_out = [values(align(scores, without(marks, w), **options)) for w in range(11)]
    jackknifed = [e for e in result.estimates if e.over == "workers"]
    assert jackknifed
    checked = 0
    for e in jackknifed:
        thetas = [found.get((e.name, e.subject)) for found in left_out]
        if e.value is None or any(theta is None for theta in thetas):
            assert e.se is None
        elif "iou" not in e.name or e.subject not in ("people", "constant"):
            # (Those two break ties at random, and draw anew for other golds.)
            spread = np.sqrt(10 / 11 * ((thetas - np.mean(thetas)) ** 2).sum())
            assert e.se == pytest.approx(spread, abs=1e-9)
            assert e.method == "delete-one-worker jackknife"
            checked += 1
    assert checked > 20


def test_an_author_is_a_gold_without_people() -> None:
    marks = marks_of({"a": {"author": "0110"}, "b": {"author": "100"}}, persons_known=False)
    model = {"m": Ragged.from_rows([np.array([1.0, 3, 4, 2]), np.array([1.0, 2, 3])])}
    result = align(model, marks, bootstrap=50)
    found = values(result)
    # a: tokens 1 and 2 found; b: token 2 instead of 0. F1 (1 + 0) / 2.
    assert found["token_f1", "m"] == pytest.approx(0.5)
    # Floors: 2/4 and 1/3 of the places.
    assert found["token_f1", "constant"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert not any(subject == "people" for _, subject in found)
    assert not any(name.endswith("_normalised") for name, _ in found)
    assert result.excluded["people: instance with one worker only"] == 2


@pytest.mark.parametrize("policy", list(GOLD_POLICIES))
def test_golds_of_one_author_are_the_same_under_every_policy(policy: str) -> None:
    marks = marks_of({"a": {"author": "0110"}, "b": {"author": "100"}}, persons_known=False)
    model = {"m": random_map(np.random.default_rng(0), marks)}
    plain = values(align(model, marks, bootstrap=0, families=["topk", "ranking", "correlation"]))
    other = values(align(model, marks, bootstrap=0, gold_policy=policy,
                         families=["topk", "ranking", "correlation"]))  # fmt: skip
    assert other == pytest.approx(plain, nan_ok=True)


def test_instances_without_marks_or_people_are_counted_and_stay_aligned() -> None:
    marks = marks_of({"a": {"x": "10", "y": "11"}, "b": {"x": "01"}})
    marks = replace(marks, instance_ids=("a", "b", "nobody"))
    model = {"m": Ragged.from_rows([np.array([2.0, 1]), np.array([1.0, 2]), np.array([1.0, 2, 3])])}
    result = align(model, marks, bootstrap=0, families=["ranking"])
    assert result.excluded == {
        "instance that nobody was asked about": 1,
        "people: instance with one worker only": 1,
        "auroc, average_precision: gold that marks every token": 1,
    }
    assert values(result)["auroc", "m"] == 1.0
    people = one(result.estimates, "auroc", "people")
    assert people.n_units == 1
    assert "in the 1 instance where at least two people were asked" in people.note


def test_nine_workers_leave_only_intervals_over_instances() -> None:
    marks, scores = study(13, workers=9)
    result = align(scores, marks, bootstrap=50)
    assert {e.over for e in result.estimates} == {"units"}
    assert any("9 workers are too few" in note for note in result.notes)


def test_order_of_masks_and_names_of_explainers_do_not_matter() -> None:
    marks, scores = study(14)
    order = np.random.default_rng(0).permutation(len(marks.masks))
    shuffled = replace(
        marks,
        masks=marks.masks.take(order),
        instance=marks.instance[order],
        worker=marks.worker[order],
    )
    first, second = (values(align(scores, m, bootstrap=0)) for m in (marks, shuffled))
    for key, value in first.items():
        loose = key[1] in ("people", "constant") or key[0].endswith("_normalised")
        if value is not None and not (loose and "iou" in key[0]):
            assert second[key] == pytest.approx(value)


def test_the_same_seed_gives_the_same_result() -> None:
    marks, scores = study(15)
    first, again = (align(scores, marks, bootstrap=100, seed=4) for _ in range(2))
    assert first.estimates == again.estimates
    pd.testing.assert_frame_equal(first.per_instance, again.per_instance)


def test_an_explainer_called_random_takes_the_place_of_our_draw() -> None:
    marks, scores = study(16)
    theirs = align({"random": scores["noise"]}, marks, bootstrap=0)
    assert values(theirs)["auroc", "random"] == pytest.approx(
        values(align(scores, marks, bootstrap=0))["auroc", "noise"]
    )


def test_what_does_not_fit_is_refused_by_name() -> None:
    marks, scores = study(17)
    good = scores["noise"]
    short = Ragged.from_rows([np.asarray(row)[:1] for row in good])
    broken = good.with_values(np.full(len(good.values), np.nan))
    with pytest.raises(DataError, match="explainer 'm' scores 1 token of instance 'i"):
        align({"m": short}, marks)
    with pytest.raises(DataError, match="explainer 'm' has a score that is no number"):
        align({"m": broken}, marks)
    with pytest.raises(DataError, match="maps of 1 instance,"):
        align({"m": good.take(np.array([0]))}, marks)
    with pytest.raises(DataError, match="no explainer"):
        align({}, marks)
    with pytest.raises(UsageError, match="'oracle' is a row of every table"):
        align({"oracle": good}, marks)
    with pytest.raises(UsageError, match="did you mean 'union'"):
        align({"m": good}, marks, gold_policy="unon")
    with pytest.raises(DataError, match="no human marks"):
        align({"m": good}, marks_of({}))


@pytest.mark.parametrize("name", list(FAMILIES))
def test_every_family_describes_its_metrics(name: str) -> None:
    family = FAMILIES.load(name)()
    assert family.metrics
    for scale in family.metrics.values():
        assert "higher is better" in scale or "lower is better" in scale
    marks, scores = study(18)
    result = align(scores, marks, families=[name], bootstrap=20)
    assert {e.name.removesuffix("_normalised") for e in result.estimates} == set(family.metrics)


@pytest.mark.parametrize("policy", ["each", "majority", "union"])
def test_scores_do_not_depend_on_how_golds_are_cut_into_blocks(policy: str) -> None:
    rng = np.random.default_rng(8)
    marks = random_marks(rng, 40, 9)
    setting = prepare({"mine": random_map(rng, marks)}, marks, Choices(policy, k="mean"))
    whole = score_all(setting, ("topk", "ranking", "correlation"), ABOUT)
    parts = score_all(replace(setting, limit=50), ("topk", "ranking", "correlation"), ABOUT)
    assert parts.excluded == whole.excluded and parts.n_cuts == whole.n_cuts
    for at_once, cut in zip(whole.by_policy.values(), parts.by_policy.values(), strict=True):
        for column, again in zip(at_once[1], cut[1], strict=True):
            assert (column.metric, column.subject) == (again.metric, again.subject)
            np.testing.assert_allclose(again.parts[0], column.parts[0], atol=1e-12)
            assert again.instance.tolist() == column.instance.tolist()
