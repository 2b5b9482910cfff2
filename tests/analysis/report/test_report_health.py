"""The section on training health: a sentence for every number, worries only where there are any."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_sample import health

from analysis.report.content import Missing, ReportContent, TrainingHealth
from analysis.report.html import render
from analysis.report.sections.health import health_view
from analysis.report.wording import figure
from db.records import Estimate


def says(*estimates: Estimate) -> list[str]:
    """The sentence of each row."""
    view = health_view(TrainingHealth(estimates, "run a", 9, 9))
    return [str(row.cells[1].body) for table in view for row in table.rows]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (352.88, "353"),
        (16_234_567, "1.62 × 10⁷"),
        (78_600, "78,600"),
        (0.0056677, "0.00567"),
        (0.002, "0.002"),
        (3.2e-9, "3.20 × 10⁻⁹"),
        (-1.5, "−1.5"),
        (999.96, "1,000"),
        (0.0, "0"),
        (None, "—"),
        (float("nan"), "—"),
    ],
)
def test_three_digits_whatever_the_size(value: float | None, shown: str) -> None:
    assert figure(value) == shown


def test_every_row_has_a_value_and_a_sentence_or_a_reason() -> None:
    for table in health_view(health()):
        for row in table.rows:
            assert row.cells[0].body
            assert row.cells[1].body or row.notes


@pytest.mark.parametrize(("used", "worry"), [(0.002, False), (0.02, True)])
def test_a_learning_rate_above_the_limit_is_said_below_it_there_is_no_worry(
    used: float, worry: bool
) -> None:
    limit = Estimate("learning_rate_limit", 0.005)
    (said,) = says(limit, Estimate("learning_rate", used))
    assert ("worry if the loss jumped" in said) == worry
    assert ("no reason to worry" in said) == (not worry)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ((1.0, 2.0, 3.0), "It has risen"),
        ((1.0, 3.0, 2.0), "Less than a layer before"),
        ((2.0, 3.0, 1.0), "worry"),
        ((None, 2.0), "Layers that tell"),
        ((2.0, None, 2.5), "It has risen"),
    ],
)
def test_layers_are_read_beside_those_before(values: tuple[float | None, ...], word: str) -> None:
    found = says(*(Estimate("class_distance", v, subject=str(n)) for n, v in enumerate(values)))
    assert word in found[-1]


@pytest.mark.parametrize(
    ("name", "low", "high", "word"),
    [
        ("gap_accuracy", 0.1, 0.3, "better on what it learned from"),
        ("gap_accuracy", -0.1, 0.3, "not shown"),
        ("gap_accuracy", -0.3, -0.1, "better on test"),
        ("gap_loss", -0.3, -0.1, "surer"),
        ("gap_loss", 0.1, 0.3, "better on test"),
    ],
)
def test_a_gap_is_said_where_the_whole_interval_lies_on_one_side(
    name: str, low: float, high: float, word: str
) -> None:
    (said,) = says(Estimate(name, (low + high) / 2, 0.1, low, high, over="units", subject="test"))
    assert word in said


def test_features_that_repeat_each_other_are_said_with_what_chance_gives() -> None:
    low, high = (
        says(Estimate("feature_correlation", value, n_units=101))[0] for value in (0.1, 0.8)
    )
    assert "1.0%" in low and "No reason to worry" in low
    assert "80%" in high and "Worry if" in high


def test_what_is_undefined_says_why_and_nothing_else(sample: ReportContent) -> None:
    one = Estimate("sharpness", None, note="a layer of this model cannot be differentiated twice")
    html = render(replace(sample, teaching=None, health=TrainingHealth((one,), "run a", 9, 9)))
    section = html[html.index('<section id="health"') :].split("</section>")[0]
    assert "A layer of this model cannot be differentiated twice." in section
    assert re.search(r"<div>—</div>", section)


def test_without_numbers_the_section_says_how_to_get_them(sample: ReportContent) -> None:
    missing = Missing("The health of run 3f9a was not measured.", "konkyo train --health")
    assert "<code>konkyo train --health</code>" in render(
        replace(sample, teaching=None, health=missing)
    )
    assert 'id="health"' not in render(replace(sample, teaching=None, health=None))
    assert "No number was measured." in render(
        replace(sample, teaching=None, health=TrainingHealth((), "run a", 9, 9))
    )
