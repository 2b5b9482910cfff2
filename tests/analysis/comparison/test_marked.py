"""Alignment scores worker by worker: the same numbers as `align` gives, and their differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.alignment.align import align
from analysis.comparison.compare_marked import compare_marked
from analysis.comparison.conditions import Settings
from analysis.comparison.marked import SHRINKS, marked_conditions, people_table
from analysis.comparison.strata import by_stratum, length_bins
from analysis.comparison.worker_strata import by_worker, row_means
from analysis.resampling import Weights
from db.errors import DataError, UsageError
from tests.analysis.comparison.support import marked
from tests.analysis.support import marks_of, random_map

QUICK = Settings(bootstrap=200, flips=500)
SCORES, MARKS = marked(np.random.default_rng(0), {"good": 0.4, "bad": 1.5})
METRICS = ("auroc", "token_f1", "pearson")
ALIGNED = {
    (e.name, e.subject, e.over): e for e in align(SCORES, MARKS, bootstrap=200, seed=0).estimates
}


def test_differences_are_those_of_the_scores_that_align_gives() -> None:
    found = compare_marked(SCORES, MARKS, QUICK, metrics=METRICS)
    assert {d.score for d in found.differences} == set(METRICS)
    for d in found.differences:
        gap = ALIGNED[d.score, "good", "units"].value - ALIGNED[d.score, "bad", "units"].value
        assert d.estimates[0].value == pytest.approx(gap)
        assert d.p_holm < 0.05
    # With the same draws the interval of a mean is that of `align` too.
    mean = next(
        e for e in found.estimates if (e.name, e.subject, e.over) == ("auroc", "good", "both")
    )
    assert mean.low == pytest.approx(ALIGNED["auroc", "good", "both"].low)


def test_scores_against_several_workers_say_nothing_of_other_workers() -> None:
    found = compare_marked(SCORES, MARKS, QUICK, metrics=("auroc",), gold_policy="majority")
    (d,) = found.differences
    assert [e.over for e in d.estimates] == ["units"]
    assert any(SHRINKS in note for note in found.notes)
    wanted = align(SCORES, MARKS, gold_policy="majority", families=("ranking",), bootstrap=0)
    values = {e.subject: e.value for e in wanted.estimates if e.name == "auroc"}
    assert d.estimates[0].value == pytest.approx(values["good"] - values["bad"])


def test_a_map_alone_is_compared_with_the_floor_or_not_at_all() -> None:
    alone = {"good": SCORES["good"]}
    with pytest.raises(DataError, match="one map, 'good'"):
        compare_marked(alone, MARKS, QUICK, metrics=("auroc",))
    (d,) = compare_marked(alone, MARKS, QUICK, metrics=("auroc",), baseline="constant").differences
    # A constant map has an AUROC of one half everywhere.
    assert d.estimates[0].value == pytest.approx(ALIGNED["auroc", "good", "units"].value - 0.5)


def test_unknown_scores_and_policies_that_have_none_are_named() -> None:
    with pytest.raises(UsageError, match="no score 'nothing'"):
        marked_conditions(SCORES, MARKS, metrics=("nothing",))
    with pytest.raises(UsageError, match="policy 'soft'"):
        marked_conditions(SCORES, MARKS, metrics=("iou_f1",), gold_policy="soft")


def test_people_pair_by_pair_are_the_people_of_align() -> None:
    table = people_table(MARKS, "auroc")
    once = Weights(np.ones((40, 1)), np.ones((12, 1)))
    assert float(table.mean(once)[0]) == pytest.approx(ALIGNED["auroc", "people", "units"].value)
    assert len(table.scores) == 40 * 3  # three pairs of three workers


def test_people_who_marked_alone_have_nobody_to_be_like() -> None:
    first = np.arange(0, len(MARKS.masks), 3)
    alone = replace(
        MARKS,
        masks=MARKS.masks.take(first),
        instance=MARKS.instance[first],
        worker=MARKS.worker[first],
    )
    table = people_table(alone, "auroc")
    assert len(table.scores) == 0
    assert np.isnan(row_means(table, alone)).all()


def strata_conditions(seed: int, worse: float):  # type: ignore[no-untyped-def]
    """The model is noisier in the second half of 60 texts by so much; people are not."""
    rng = np.random.default_rng(seed)
    scores, marks = marked(rng, {"model": 0.3}, units=60)
    late = np.repeat(np.arange(60) >= 30, marks.masks.lengths[::3])
    values = scores["model"].values + rng.normal(0, 1, len(late)) * worse * late
    scores = {"model": scores["model"].with_values(values)}
    given = marked_conditions(scores, marks, metrics=("auroc",), floor=True)["auroc"]
    people = people_table(marks, "auroc")
    given = replace(given, names=(*given.names, "people"), tables=(*given.tables, people))
    return given, marks


def test_parts_where_only_the_model_is_worse_are_found() -> None:
    given, marks = strata_conditions(1, 1.5)
    part = ["early"] * 30 + ["late"] * 30
    found = by_stratum(given, part, ["early", "late"], QUICK)
    by_subject = {(e.subject, e.over): e for e in found.estimates}
    assert by_subject["early: model", "both"].low > by_subject["late: model", "both"].high
    assert by_subject["late: constant", "units"].value == pytest.approx(0.5)
    halves = given.means[given.place("people")]
    assert by_subject["early: people", "units"].value == pytest.approx(np.nanmean(halves[:30]))
    (test,) = found.tests
    assert test.subject == "model" and test.p_holm < 0.01
    assert any("exploratory" in note for note in found.notes)


def test_parts_that_do_not_differ_are_found_to_differ_once_in_twenty() -> None:
    below = 0
    for seed in range(12):
        given, _ = strata_conditions(seed + 10, 0.0)
        (test,) = by_stratum(
            given, ["x", "y"] * 30, ["x", "y"], Settings(bootstrap=0, flips=200)
        ).tests
        below += test.p < 0.05
    assert below <= 3  # binomial(12, .05): more than 3 in 2 of 1,000 tries


def test_small_parts_are_undefined_with_the_reason_and_not_tested() -> None:
    given, _ = strata_conditions(2, 0.0)
    part = ["few"] * 9 + ["many"] * 40 + [None] * 11
    found = by_stratum(given, part, ["few", "many"], QUICK)
    few = [e for e in found.strata[0].estimates if e.over == "units"]
    assert all(e.value is None and "9 instances are too few" in e.note for e in few)
    assert found.strata[1].estimates[0].value is not None
    assert found.excluded == {"instance in no part": 11}
    assert found.tests[0].p is None and "fewer than two parts" in found.tests[0].test
    with pytest.raises(DataError, match="no instance is in any part"):
        by_stratum(given, [None] * 60, [], QUICK)


def test_length_bins_are_named_by_their_ends_and_keep_equal_lengths_together() -> None:
    assert length_bins([1, 2, 3, 4, 5, 6, 7, 8], 2) == ["1 to 4 words"] * 4 + ["5 to 8 words"] * 4
    assert length_bins([5] * 6) == ["5 to 5 words"] * 6
    assert length_bins([]) == []


def test_a_worker_who_marks_at_random_is_far_from_people_and_model() -> None:
    rng = np.random.default_rng(3)
    scores, marks = marked(rng, {"model": 0.3}, units=120, workers=12)
    odd = np.repeat(marks.worker == 0, marks.masks.lengths)
    values = np.where(odd, rng.random(len(odd)) < 0.4, marks.masks.values).astype("uint8")
    marks = replace(marks, masks=marks.masks.with_values(values))
    given = marked_conditions(scores, marks, metrics=("auroc",), floor=True)["auroc"]
    people = people_table(marks, "auroc")
    found = by_worker(
        dict(zip(given.names, given.tables, strict=True)), people, marks, QUICK,
        score="auroc", scale=given.scale,
    )  # fmt: skip
    values_of = {e.subject: e.value for e in found.estimates}
    for who in ("model", "people"):
        others = [values_of[f"w{w}: {who}"] for w in range(1, 12)]
        assert values_of[f"w0: {who}"] < 0.62 < min(others)
    # A plain reading: the mean over the worker's rows of the mean over their pairs.
    pairs = [
        (people.instance[p], people.scores[p])
        for p in range(len(people.scores))
        if 4 in (people.workers[0][p], people.workers[1][p]) and np.isfinite(people.scores[p])
    ]
    by_row = [np.mean([s for i, s in pairs if i == row]) for row in {i for i, _ in pairs}]
    assert values_of["w4: people"] == pytest.approx(np.mean(by_row))
    with pytest.raises(DataError, match="not known"):
        by_worker({}, people, replace(marks, persons_known=False), QUICK, score="a", scale="")


def test_what_gives_no_score_is_counted_as_align_counts_it() -> None:
    marks = marks_of({"d": {"a": "0110", "b": "0000"}, "e": {"a": "1000", "b": "1100"}})
    rng = np.random.default_rng(0)
    scores = {name: random_map(rng, marks) for name in ("one", "two")}
    result = compare_marked(scores, marks, Settings(bootstrap=20), metrics=("token_f1",))
    counted = align(scores, marks, families=("topk",), bootstrap=0).excluded
    reason = next(reason for reason in counted if "marks no token" in reason)
    assert result.excluded[reason] == counted[reason] == 1
