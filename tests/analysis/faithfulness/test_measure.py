"""All scores together: names, intervals, contrasts and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.faithfulness.base import Probed
from analysis.faithfulness.measure import measure
from db.errors import DataError, UsageError
from tests.analysis.faithfulness.support import binary, drawn

N = 40


def knowing() -> Probed:
    """The prediction (.9) is lost without the rationale and kept with it alone."""
    full, empty = binary(np.full(N, 0.9)), binary(np.full(N, 0.5))
    each = np.random.default_rng(1).uniform(0.05, 0.15, (N, 5))
    return Probed(full, empty, binary(each), binary(1 - each), binary(each[:, 0]))


def guessing(seed: int = 2) -> Probed:
    """Some is lost either way."""
    full, empty = binary(np.full(N, 0.9)), binary(np.full(N, 0.5))
    each = np.random.default_rng(seed).uniform(0.6, 0.8, (N, 5))
    return Probed(full, empty, binary(each), binary(each), binary(each[:, 0]))


def test_an_explainer_that_knows_is_better_than_chance_and_one_that_guesses_is_not() -> None:
    probed = {"knows": knowing(), "guesses": guessing(), "random": guessing(3)}
    result = measure(probed, "drop", bootstrap=200)
    by = {(one.estimate.subject, one.estimate.name): one for one in result.contrasts}
    for name in ("comprehensiveness_aopc_drop", "sufficiency_aopc_drop"):
        assert by["knows", name].verdict is True and by["knows", name].against == "random"
        assert by["guesses", name].p > 0.05 and by["guesses", name].verdict is False
    assert by["knows", "comprehensiveness_aopc_drop"].estimate.value > 0.5
    assert by["knows", "sufficiency_aopc_drop"].estimate.value < -0.1


def test_controls_stand_beside_but_are_not_tested() -> None:
    probed = {"e": knowing(), "random": guessing(), "e, random weights": guessing()}
    result = measure(probed, "drop", bootstrap=50)
    assert {one.subject for one in result.estimates} == set(probed)
    assert {one.estimate.subject for one in result.contrasts} == {"e"}


def test_the_operator_is_part_of_every_name_and_values_are_plain_means() -> None:
    one = drawn(N, 5)
    result = measure({"random": one}, "mask_token", bootstrap=100)
    assert all(e.name.endswith("_mask_token") for e in result.estimates)
    by = {e.name: e for e in result.estimates}
    target = one.full.argmax(axis=1)
    rows = np.arange(N)
    losses = one.full[rows, target][:, None] - one.without[rows, :, target]
    found = by["comprehensiveness_aopc_mask_token"]
    assert found.value == pytest.approx(losses.mean())
    assert found.low < found.value < found.high
    assert (found.over, found.n_units) == ("units", N)
    # the bootstrap's standard error is that of a mean
    expected = losses.mean(axis=1).std(ddof=1) / np.sqrt(N)
    assert found.se == pytest.approx(expected, rel=0.3)


def test_what_is_undefined_is_counted_and_says_why() -> None:
    one = drawn(N, 5)
    flat = Probed(one.full, one.full, one.without, one.only, one.without_first)
    result = measure({"random": flat}, "drop", bootstrap=50)
    by = {e.name: e for e in result.estimates}
    nothing = by["sufficiency_normalised_aopc_drop"]
    assert (nothing.value, nothing.low, nothing.n_units) == (None, None, 0)
    assert nothing.note == "no instance has this score"
    assert by["sufficiency_aopc_drop"].value is not None
    ((reason, count),) = result.excluded.items()
    assert "normalised" in reason and count == N


def test_one_instance_has_a_value_and_no_interval() -> None:
    result = measure({"random": drawn(1, 0)}, "drop", bootstrap=50)
    found = next(e for e in result.estimates if e.name == "sufficiency_aopc_drop")
    assert found.value is not None and found.low is None
    assert found.note == "an interval needs at least two instances"


def test_carton_changes_normalised_scores_alone() -> None:
    own = measure({"random": drawn(N, 7)}, "drop", bootstrap=0)
    theirs = measure({"random": drawn(N, 7)}, "drop", compat="carton", bootstrap=0)
    differing = {
        a.name for a, b in zip(own.estimates, theirs.estimates, strict=True) if a.value != b.value
    }
    assert differing and all("normalised" in name for name in differing)
    assert all(0 <= e.value <= 1 for e in theirs.estimates if "normalised" in e.name)
    with pytest.raises(UsageError, match="carton"):
        measure({"random": drawn(2, 0)}, "drop", compat="cartoon")


def test_a_random_rationale_and_the_same_instances_are_needed() -> None:
    with pytest.raises(DataError, match="random"):
        measure({"e": drawn(3, 0)}, "drop")
    with pytest.raises(DataError, match="same instances"):
        measure({"e": drawn(3, 0), "random": drawn(4, 0)}, "drop")
