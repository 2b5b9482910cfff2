"""Gamma: the disorder by hand and by another way to align, chance, the sample, the missing extra."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from analysis.agreement.gamma import NOTHING, _disorder, _library, gamma
from analysis.agreement.token_spans import spans_of_marks
from db.errors import UsageError
from db.records import Estimate, Marks
from tests.analysis.support import marks_of, one

OF_DOCUMENTS = ("units",)


def number(estimates: list[Estimate], name: str) -> float:
    value = one(estimates, name).value
    assert value is not None
    return value


def runs(mask: str) -> list[tuple[int, int]]:
    """Half-open spans of a mask written as zeros and ones."""
    edges = np.flatnonzero(np.diff([0, *(int(c) for c in mask), 0]))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def aligned(one_mask: str, other: str) -> float:
    """Disorder of two people's best alignment by the assignment algorithm, from the definition.

    Two spans cost ((|start − start| + |end − end|) / (length + length))², a span alone costs 1,
    and the sum is divided by how many spans a person has on average.
    """
    mine, theirs = runs(one_mask), runs(other)
    size = len(mine) + len(theirs)
    cost = np.ones((size, size))
    cost[len(mine) :, len(theirs) :] = 0
    for i, (a, b) in enumerate(mine):
        for j, (c, d) in enumerate(theirs):
            cost[i, j] = ((abs(a - c) + abs(b - d)) / (b - a + d - c)) ** 2
    rows, columns = linear_sum_assignment(cost)
    return float(cost[rows, columns].sum() / (size / 2))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("0111000", "0011100"),  # one span each, a token apart: (1 + 1)² / 6² = 1/9
        ("1100110", "1100000"),  # one met exactly, one left alone
        ("1010100", "0111110"),
    ],
)
def test_observed_disorder_is_that_of_the_best_assignment(mine: str, theirs: str) -> None:
    marks = marks_of({"d": {"a": mine, "b": theirs}})
    spans = spans_of_marks(marks)
    found = _disorder(_library(), spans, np.array([0]), seed=1)
    assert found.observed[0] == pytest.approx(aligned(mine, theirs), abs=1e-6)


def people(rng: np.random.Generator, alike: float) -> Marks:
    """Eight documents of 30 tokens with two spans of three tokens; three people, `alike` or not."""
    rows = {}
    for document in range(8):
        rows[f"d{document}"] = {}
        truth = rng.choice(13, 2, replace=False) * 2
        for worker in "abc":
            places = truth if rng.random() < alike else rng.choice(13, 2, replace=False) * 2
            mask = np.zeros(30, dtype=int)
            for place in places:
                mask[place : place + 3] = 1
            rows[f"d{document}"][worker] = "".join(map(str, mask))
    return marks_of(rows)


def test_the_same_marks_give_1_and_unrelated_marks_about_what_chance_gives() -> None:
    rng = np.random.default_rng(3)
    same = gamma(people(rng, 1.0), bootstrap=50, over=OF_DOCUMENTS)
    assert number(same.estimates, "gamma") == number(same.estimates, "document_gamma") == 1
    far = gamma(people(rng, 0.0), bootstrap=50, over=OF_DOCUMENTS)
    assert -0.5 < number(far.estimates, "gamma") < 0.5


def test_a_sample_is_seeded_counted_and_leaves_numpys_generator_alone() -> None:
    marks = people(np.random.default_rng(5), 0.6)
    before = np.random.get_state()[1].tolist()
    found = gamma(marks, bootstrap=50, seed=4, documents=3)
    assert np.random.get_state()[1].tolist() == before
    assert gamma(marks, bootstrap=50, seed=4, documents=3).estimates == found.estimates
    assert found.excluded == {"gamma: document outside the sample": 5}
    over_workers = [e for e in found.estimates if e.over == "workers"]
    assert all(e.low is None and "other people" in e.note for e in over_workers)


def test_documents_without_marks_or_company_are_left_out() -> None:
    marks = marks_of({"d": {"a": "000", "b": "000"}, "e": {"a": "010"}})
    found = gamma(marks, bootstrap=50)
    assert one(found.estimates, "gamma").value is None
    assert one(found.estimates, "gamma").note == NOTHING
    assert found.excluded == {
        "gamma: document that fewer than two were asked about": 1,
        "gamma: document in which nobody marked anything": 1,
    }


def test_an_empty_mask_beside_a_marked_one_aligns_with_nothing() -> None:
    # One span alone costs 1; a person has half a span on average: a disorder of 2.
    spans = spans_of_marks(marks_of({"d": {"a": "0110", "b": "0000"}}))
    assert _disorder(_library(), spans, np.array([0]), seed=1).observed[0] == pytest.approx(2)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(UsageError, match=r"pip install 'konkyo\[gamma\]'"):
        gamma(marks_of({"d": {"a": "01", "b": "01"}}))
