"""Alpha of sets: nltk's, and sets that a reader would stumble over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import jaccard_distance, masi_distance

from analysis.agreement.base import SetDistance
from analysis.agreement.set_values import code_sets
from analysis.agreement.sets import alpha_of_sets
from db.errors import DataError, UsageError
from tests.analysis.support import one, random_table

THEIRS: dict[SetDistance, Callable[..., float]] = {
    "jaccard": jaccard_distance,
    "masi": masi_distance,
}


def set_table(seed: int, units: int = 20, workers: int = 8) -> pd.DataFrame:
    """Sets of one to three members, people leaning to the same."""
    rng = np.random.default_rng(seed)
    table = random_table(rng, units, workers, 4)
    sets = [
        sorted({"abcd"[value], *rng.choice(list("abcd"), size=rng.integers(0, 3)).tolist()})
        for value in table["value"]
    ]
    return table.assign(value=pd.Series(sets, index=table.index, dtype=object))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(list(THEIRS)))
def test_alpha_is_nltks(seed: int, distance: SetDistance) -> None:
    table = set_table(seed)
    rows = [(w, u, frozenset(v)) for u, w, v in table.itertuples(index=False)]
    theirs = AnnotationTask(rows, distance=THEIRS[distance]).alpha()
    ours = one(alpha_of_sets(table, distance, bootstrap=0).estimates, "alpha").value
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_partial_overlap_by_hand() -> None:
    # Unit 1: {a, b} and {a}; unit 2: {c} twice. Jaccard of the first pair: 1 − 1/2.
    table = pd.DataFrame(
        {"unit": [1, 1, 2, 2], "worker": list("xyxy"), "value": [["a", "b"], ["a"], ["c"], ["c"]]}
    )
    # D_o = ½·½ = ¼ (units count by judgements). D_e: of 12 ordered pairs, 2 differ by ½, 8 by 1
    # and 2 are c with c: 9/12. MASI: 1 − ½·⅔ = ⅔ instead of ½: D_o = ⅓, D_e = (2·⅔ + 8)/12.
    jaccard = alpha_of_sets(table, "jaccard", bootstrap=0)
    assert one(jaccard.estimates, "alpha").value == pytest.approx(1 - (1 / 4) / (9 / 12))
    assert one(jaccard.estimates, "mean_overlap").value == pytest.approx(3 / 4)
    assert one(jaccard.estimates, "prevalence", "a").value == pytest.approx(1 / 2)
    assert one(jaccard.estimates, "prevalence", "b").value == pytest.approx(1 / 4)
    masi = alpha_of_sets(table, "masi", bootstrap=0)
    assert one(masi.estimates, "alpha").value == pytest.approx(1 - (1 / 3) / ((4 / 3 + 8) / 12))


def test_two_empty_sets_agree_and_an_empty_one_meets_no_other() -> None:
    table = pd.DataFrame(
        {"unit": [1, 1, 2, 2], "worker": list("xyxy"), "value": [[], [], ["a"], []]}
    )
    result = alpha_of_sets(table, bootstrap=0)
    # D_o = ½; three empty and one {a}: 6 of 12 ordered pairs differ: D_e = ½.
    assert one(result.estimates, "alpha").value == pytest.approx(0.0)
    assert "3 of 4 judgements are empty sets, and count as nothing chosen" in result.notes


def test_order_and_repeats_of_members_do_not_matter_and_missing_stays_missing() -> None:
    column = pd.Series([["b", "a"], ("a", "b"), {"a"}, None, [1], np.array(["1"]), ["a", "a"]])
    codes, sets = code_sets(column)
    assert sets.names == ("1", "a", "a|b")
    np.testing.assert_array_equal(codes, [2, 2, 1, np.nan, 0, 0, 1])


def test_intervals_over_workers_and_units() -> None:
    result = alpha_of_sets(set_table(5, units=60, workers=14), bootstrap=200)
    for over in ("units", "both"):
        found = one(result.estimates, "alpha", over=over)
        assert found.se is not None and found.low is not None and found.high is not None
        assert found.low < found.high
    assert one(result.estimates, "alpha", over="workers", method="jackknife").se is not None


def test_what_cannot_be_computed_says_why() -> None:
    def table(values: list[list[str]], units: list[int]) -> pd.DataFrame:
        workers = [f"w{i}" for i in range(len(units))]
        return pd.DataFrame({"unit": units, "worker": workers, "value": values})

    same = alpha_of_sets(table([["a"]] * 4, [1, 1, 2, 2])).estimates[0]
    assert same.value is None and same.note == "every judgement is 'a': nothing can differ"
    alone = alpha_of_sets(table([["a"], ["b"]], [1, 2]))
    assert alone.estimates[0].value is None
    assert alone.excluded == {"unit with one judgement only": 2}
    with pytest.raises(DataError, match="needs lists of what was chosen; 'a' is not one"):
        alpha_of_sets(pd.DataFrame({"unit": [1], "worker": ["x"], "value": ["a"]}))
    with pytest.raises(UsageError, match="no distance called 'dice'"):
        alpha_of_sets(table([["a"]], [1]), "dice")  # type: ignore[arg-type]
