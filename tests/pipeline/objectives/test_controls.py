"""Rationales that people did not give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.batches import HumanTarget
from pipeline.objectives.controls import random_rationales, shuffled_rationales


def drawn(control, marks: list[float], seed: int = 0, name: str = "a") -> list[float]:
    human = {name: HumanTarget(np.array(marks, dtype=np.float32))}
    return control(human, seed)[name].marks.tolist()


def spans(marks: list[float]) -> list[tuple[float, ...]]:
    """Runs of marked tokens, as tuples of their marks."""
    found, run = [], []
    for mark in [*marks, 0.0]:
        if mark > 0:
            run.append(mark)
        elif run:
            found.append(tuple(run))
            run = []
    return found


def gaps(marks: list[float]) -> list[int]:
    """Runs of unmarked tokens: before the first span, between spans, after the last."""
    text = "".join("x" if mark > 0 else "." for mark in marks)
    inner = [len(run) for run in text.strip(".").split("x") if run]
    return sorted([len(text) - len(text.lstrip(".")), *inner, len(text) - len(text.rstrip("."))])


MARKS = st.lists(st.sampled_from([0.0, 0.0, 0.5, 1.0]), min_size=1, max_size=30)


@given(MARKS, st.integers(0, 10))
def test_shuffling_keeps_spans_and_gaps(marks: list[float], seed: int) -> None:
    found = drawn(shuffled_rationales, marks, seed)
    assert len(found) == len(marks)
    assert sorted(spans(found)) == sorted(spans(marks))
    if any(marks):
        assert gaps(found) == gaps(marks)


def test_shuffling_reaches_every_arrangement_and_no_other() -> None:
    # ". x . . y y": gaps 1, 2, 0; only an end can have the gap of 0. Spans in 2 orders, the gap of
    # 0 at 2 ends, the other gaps in 2 orders: 8 arrangements.
    marks = [0, 1, 0, 0, 0.5, 0.5]
    found = {tuple(drawn(shuffled_rationales, marks, seed)) for seed in range(200)}
    assert len(found) == 8
    assert (1, 0, 0, 0.5, 0.5, 0) in found


@given(MARKS, st.integers(0, 10))
def test_random_rationales_mark_as_much(marks: list[float], seed: int) -> None:
    assert sorted(drawn(random_rationales, marks, seed)) == sorted(marks)


def test_random_rationales_are_at_each_place_equally_often() -> None:
    total = np.sum([drawn(random_rationales, [1, 1, 0, 0, 0], seed) for seed in range(1000)], 0)
    # Each place is marked with probability 2/5: 400 of 1000 ± 4 standard deviations of 15.5.
    np.testing.assert_allclose(total, 400, atol=62)


@pytest.mark.parametrize("control", [shuffled_rationales, random_rationales])
def test_a_seed_fixes_the_draw_of_each_text_whatever_is_drawn_besides(control) -> None:
    marks = np.array([1, 0, 0, 1, 1, 0, 0, 0, 1, 0], dtype=np.float32)
    both = control({"a": HumanTarget(marks), "b": HumanTarget(marks)}, 3)
    alone = control({"b": HumanTarget(marks)}, 3)
    assert both["b"].marks.tolist() == alone["b"].marks.tolist()
    draws = {tuple(drawn(control, marks.tolist(), seed)) for seed in range(5)}
    assert len(draws) > 1
    assert both["a"].marks.dtype == np.float32


@pytest.mark.parametrize("control", [shuffled_rationales, random_rationales])
@pytest.mark.parametrize("marks", [[0.0, 0.0], [1.0, 1.0], [0.0], [1.0]])
def test_nothing_or_everything_marked_stays_so(control, marks: list[float]) -> None:
    assert drawn(control, marks) == marks


@pytest.mark.parametrize("control", [shuffled_rationales, random_rationales])
def test_a_row_counts_as_much_as_with_the_marks_that_people_gave(control) -> None:
    marks = np.array([1, 0, 0, 1, 1, 0], dtype=np.float32)
    sure = np.linspace(0, 0.5, 6, dtype=np.float32)
    found = control({"a": HumanTarget(marks, sure)}, 1)["a"]
    assert found.certainty is sure
