"""Trained runs compared over seeds and instances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from analysis.significance import compare
from analysis.trial_scores import least_p
from analysis.trial_statistics import statistics_of
from analysis.trials import Trial, compare_trials
from analysis.weighted_scores import binary_auc, macro_auc, macro_f1, weighted_mean
from db.errors import DataError

ONE = 1


def drawn(seed: int, n: int = 60, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    # rounded, so that scores tie
    return rng.integers(0, classes, n), rng.dirichlet(np.ones(classes), n).round(1)


@given(seed=st.integers(0, 200))
def test_unweighted_scores_are_scikit_learns(seed: int) -> None:
    truth, probabilities = drawn(seed)
    weights = np.ones((len(truth), ONE))
    said = probabilities.argmax(axis=1)
    assert macro_f1(truth, probabilities, weights)[0] == pytest.approx(
        f1_score(truth, said, average="macro")
    )
    wanted = np.mean([roc_auc_score(truth == c, probabilities[:, c]) for c in range(3)])
    assert macro_auc(truth, probabilities, weights)[0] == pytest.approx(wanted)


@given(seed=st.integers(0, 200))
def test_a_weight_counts_as_so_many_copies(seed: int) -> None:
    truth, probabilities = drawn(seed)
    counts = np.random.default_rng(seed).integers(0, 3, len(truth))
    copies = np.repeat(np.arange(len(truth)), counts)
    weights = counts[:, None].astype(float)
    plain = np.ones((len(copies), ONE))
    for score in (macro_f1, macro_auc):
        assert score(truth, probabilities, weights)[0] == pytest.approx(
            score(truth[copies], probabilities[copies], plain)[0], nan_ok=True
        )


def test_auc_by_hand() -> None:
    # positives .9 and .5, negatives .5 and .1: wins 1 + 1 + .5 + 1 of 4 games
    positive = np.array([True, True, False, False])
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    assert binary_auc(positive, scores, np.ones((4, ONE)))[0] == 3.5 / 4


def test_what_is_undefined_is_left_out_of_a_mean() -> None:
    scores = np.array([[1.0], [np.nan], [3.0]])
    assert weighted_mean(scores, np.array([[1.0], [5.0], [3.0]]))[0] == 10 / 4
    assert np.isnan(weighted_mean(scores[1:2], np.ones((1, ONE)))[0])


def trials(seeds: int, gain: float, n: int = 80) -> list[Trial]:
    """Two objectives on the same instances; the second aligns better by `gain`."""
    made = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 2, n)
        up = np.clip(0.5 + 0.2 * (2 * truth - 1) + rng.normal(0, 0.3, n), 0, 1)
        aligned = rng.normal(0.5, 0.1, n)
        for name, more in (("plain", 0.0), ("taught", gain)):
            made.append(
                Trial(
                    name,
                    seed,
                    np.arange(n),
                    truth,
                    np.stack([1 - up, up], axis=1),
                    {"auroc": aligned + more},
                )
            )
    return made


def test_a_real_gain_helps_and_none_is_not_shown() -> None:
    table = compare_trials(trials(8, 0.2), [("taught", "plain")], tested=("macro F1", "auroc"))
    verdicts = {gain.estimate.name: gain for gain in table.gains}
    assert verdicts["auroc"].verdict == "helps"
    assert verdicts["auroc"].estimate.value == pytest.approx(0.2)
    # all eight seeds point the same way: p = 2/2^8, times two comparisons
    assert verdicts["auroc"].p == pytest.approx(2 / 2**8 * 2)
    # both objectives predict the same, so there is nothing to flip: no p but 1 was possible
    assert verdicts["macro F1"].verdict == "no verdict"
    assert verdicts["macro F1"].estimate.value == 0 and verdicts["macro F1"].smallest_p == 1


def test_a_loss_hurts() -> None:
    table = compare_trials(trials(8, -0.2), [("taught", "plain")], tested=("auroc",))
    assert table.gains[0].verdict == "hurts"


def test_too_few_seeds_give_no_verdict_and_say_how_many_it_takes() -> None:
    table = compare_trials(trials(4, 0.2), [("taught", "plain")], tested=("auroc",))
    # sign flips of 4 seeds cannot go below 2/2^4 = .125
    assert table.gains[0].smallest_p == 0.125
    assert table.gains[0].verdict == "no verdict"
    # .05 needs 2^(1 − S) ≤ .05: six seeds
    assert any("that takes 6 seeds" in note for note in table.notes)


def test_the_interval_widens_with_seeds_that_disagree() -> None:
    steady, shaky = trials(6, 0.2), trials(6, 0.2)
    for trial in shaky:
        if trial.objective == "taught":
            trial.per_instance["auroc"][:] += 0.3 * (-1) ** trial.seed
    narrow, wide = (
        compare_trials(t, [("taught", "plain")], tested=("auroc",)).gains[0].estimate
        for t in (steady, shaky)
    )
    assert narrow.se is not None and wide.se is not None
    assert wide.se > 5 * narrow.se


def test_objectives_need_the_same_seeds_and_at_least_two() -> None:
    with pytest.raises(DataError, match="same seeds"):
        compare_trials(trials(3, 0.1)[:-1], [("taught", "plain")])
    with pytest.raises(DataError, match="at least two seeds"):
        compare_trials(trials(1, 0.1), [("taught", "plain")])


def placed(score: list[float], chance: list[float], people: list[float], seed: int = 0) -> Trial:
    """A run whose scores, with their floor and ceiling, are these."""
    n = len(score)
    given = {"f": score, "f_chance": chance, "f_people": people}
    return Trial(
        "plain",
        seed,
        np.arange(n),
        np.arange(n) % 2,
        np.tile([0.4, 0.6], (n, 1)),
        {name: np.array(values) for name, values in given.items()},
    )


def test_normalised_by_hand_over_the_instances_that_have_all_three() -> None:
    nan = float("nan")
    trial = placed([0.4, 0.6, 0.9], [0.2, 0.2, 0.2], [0.7, 0.9, nan])
    found = statistics_of([trial])
    weights = np.array([[1.0, 0.0], [1.0, 2.0], [1.0, 1.0]])
    # the third has no other person: means .5, .2 and .8, then .6, .2 and .9 of the second alone
    assert found["f_normalised"](trial, weights) == pytest.approx([(0.5 - 0.2) / 0.6, 0.4 / 0.7])
    # the plain mean takes it in
    assert found["f"](trial, weights) == pytest.approx([1.9 / 3, (2 * 0.6 + 0.9) / 3])


def test_it_is_not_clipped_and_undefined_where_people_are_no_better_than_chance() -> None:
    one = np.ones((1, 1))
    above, flat = placed([0.9], [0.2], [0.7]), placed([0.9], [0.7], [0.7])
    assert statistics_of([above])["f_normalised"](above, one)[0] == pytest.approx(1.4)
    assert np.isnan(statistics_of([flat])["f_normalised"](flat, one)[0])


def compared(people: float, spread: float) -> list[Trial]:
    """Three seeds of two objectives; people have `people` more than chance, give or take."""
    made = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        chance = rng.normal(0.3, 0.05, 40)
        ceiling = chance + rng.normal(people, spread, 40)
        for name, more in (("plain", 0.1), ("taught", 0.3)):
            trial = placed((chance + more).tolist(), chance.tolist(), ceiling.tolist(), seed)
            made.append(replace(trial, objective=name))
    return made


def test_a_table_has_it_with_its_interval_and_chance_and_people_beside() -> None:
    table = compare_trials(compared(0.4, 0.1), [("taught", "plain")], bootstrap=200)
    means = {(e.subject, e.name): e for e in table.means}
    taught, plain = means["taught", "f_normalised"], means["plain", "f_normalised"]
    # both are over the same floor and ceiling: three times as far is three times the score
    assert taught.value == pytest.approx(3 * plain.value)
    assert taught.low < taught.value < taught.high
    beside = {(e.subject, e.name): e for e in table.beside}
    assert set(beside) == {("people", "f"), ("constant", "f")}
    assert beside["people", "f"].value == pytest.approx(0.7, abs=0.05)
    assert "f_people" not in {e.name for e in table.means}


def test_it_is_blank_with_the_reason_where_people_are_not_clearly_above() -> None:
    table = compare_trials(compared(0.01, 0.3), [("taught", "plain")], bootstrap=200)
    (found, _) = (e for e in table.means if e.name == "f_normalised")
    assert found.value is None and found.low is None
    assert "not clearly above" in found.note
    assert all(v.value is None for v in table.values if v.metric == "f_normalised")
    # the score itself is there all the same
    assert next(e for e in table.means if e.name == "f").value is not None


def test_what_is_not_tested_is_described_with_its_interval_and_no_verdict() -> None:
    table = compare_trials(trials(8, 0.2), [("taught", "plain")], tested=("macro F1",))
    assert [gain.estimate.name for gain in table.gains] == ["macro F1"]
    described = {gain.estimate.name: gain for gain in table.described}
    assert set(described) == {"task AUC", "brier", "log loss", "ECE", "auroc"}
    found = described["auroc"]
    assert (found.verdict, found.p, found.smallest_p) == ("not tested", None, 1.0)
    assert found.estimate.value == pytest.approx(0.2) and found.estimate.low is not None
    # Holm's correction knows one comparison only
    (alone,) = compare_trials(trials(8, 0.2), [("taught", "plain")], tested=("auroc",)).gains
    assert alone.smallest_p == 2 / 2**8


def test_tied_seeds_leave_fewer_to_flip_and_so_a_larger_least_p() -> None:
    some = trials(8, 0.2)
    for trial in some:
        if trial.objective == "taught" and trial.seed < 3:
            trial.per_instance["auroc"] -= 0.2
    table = compare_trials(some, [("taught", "plain")], tested=("auroc",))
    (gain,) = table.gains
    assert table.notes[-1].startswith("1 comparison has seeds that tie")
    assert len(compare_trials(trials(8, 0.2), [("taught", "plain")], tested=("auroc",)).notes) == 1
    # five seeds differ: 2/2^5 is above the threshold, though 2/2^8 of all eight is not
    assert gain.smallest_p == 2 / 2**5 and gain.verdict == "no verdict"


def test_a_metric_that_is_better_lower_helps_when_it_falls() -> None:
    found = trials(8, 0.0)
    surer = [
        t if t.objective == "plain" else replace(t, probabilities=np.eye(2)[t.truth]) for t in found
    ]
    (gain,) = compare_trials(surer, [("taught", "plain")], tested=("brier",)).gains
    assert gain.estimate.value < 0 and gain.verdict == "helps"


def test_what_a_run_was_not_measured_for_leaves_the_mean_undefined() -> None:
    found = trials(3, 0.1)
    found[0] = replace(found[0], per_instance={})
    table = compare_trials(found, [("taught", "plain")])
    means = {(e.subject, e.name): e.value for e in table.means}
    assert means["plain", "auroc"] is None and means["taught", "auroc"] is not None


def test_instances_are_those_that_were_tested_whatever_their_numbers() -> None:
    one, other = (replace(trial, instance=trial.instance * 1000 + 7) for trial in pair_of_seeds())
    table = compare_trials([one, other], [], bootstrap=50)
    plain = compare_trials(pair_of_seeds(), [], bootstrap=50)
    assert [mean.n_units for mean in table.means] == [20] * len(table.means)
    assert table.means == plain.means


def test_what_is_undefined_is_no_comparison_that_is_corrected_for() -> None:
    nowhere = {"auroc": np.full(20, np.nan)}
    trials = [
        replace(trial, objective=name, per_instance=nowhere)
        for name in ("vanilla", "taught")
        for trial in pair_of_seeds()
    ]
    table = compare_trials(trials, [("taught", "vanilla")], tested=("macro F1", "auroc"))
    task, alignment = table.gains
    assert (alignment.p, alignment.verdict) == (None, "no verdict")
    assert task.p == 1.0
    # one comparison: 2^(1 − S) ≤ .05 from six seeds on
    assert table.notes[0].startswith("sign flips of 2 seeds, corrected for 1 comparison,")
    assert table.notes[1].endswith("that takes 6 seeds")


def test_of_many_seeds_not_every_flip_is_tried_and_p_says_no_less() -> None:
    # 2^(1 − 18) = 1/131072 of all flips; of 19 seeds 10,000 are drawn, and itself counts
    assert least_p(18) == pytest.approx(1 / 131072)
    assert least_p(19) == least_p(100) == pytest.approx(1 / 10001)
    found = [compare(np.ones(19), np.zeros(19), bootstrap=0, seed=s).p_value for s in range(3)]
    assert min(p for p in found if p is not None) == pytest.approx(least_p(19))


def pair_of_seeds() -> list[Trial]:
    truth, probabilities = drawn(3, n=20)
    return [Trial("a", seed, np.arange(20), truth, probabilities, {}) for seed in (1, 2)]
