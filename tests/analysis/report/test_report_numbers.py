"""Numbers as text, estimates brought together, names in words, axes."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.report import wording
from analysis.report.glossary import source, subject, term
from analysis.report.groups import grouped, overs
from analysis.report.svg import element, scale_of
from db.records import Estimate


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.4123, "0.412"), (-0.05, "−0.050"), (-0.0001, "0.000"), (None, "—"), (math.nan, "—"),
     (math.inf, "—")],
)  # fmt: skip
def test_numbers_are_short_and_never_nan(value: float | None, text: str) -> None:
    assert wording.number(value) == text


def test_signed_numbers_carry_a_sign_unless_they_are_zero() -> None:
    assert wording.number(0.2, signed=True) == "+0.200"
    assert wording.number(-0.00001, signed=True) == "0.000"


def test_durations_money_and_lists_read_like_words() -> None:
    assert wording.duration(48.4) == "48 s"
    assert wording.duration(119.7) == "2 min 00 s"
    assert wording.money(Decimal("1234.5"), "USD") == "USD 1,234.50"
    assert wording.money(Decimal("NaN"), "USD") == "—"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.sentence("done") == "Done."
    assert wording.sentence("") == ""


def test_intervals_say_what_was_resampled() -> None:
    e = Estimate("alpha", 0.4, low=0.3, high=0.5, over="workers")
    assert wording.interval_phrase(e) == "95% interval 0.300 to 0.500 over workers"
    seeds = Estimate("auroc", 0.4, low=0.3, high=0.5, over="seeds")
    assert wording.interval_phrase(seeds) == "95% interval 0.300 to 0.500 over seeds and instances"
    assert wording.interval_phrase(Estimate("alpha", 0.4)) == ""


def test_estimates_of_one_number_are_one_group() -> None:
    estimates = [
        Estimate("alpha", 0.4, low=0.3, high=0.5, over="workers", method="bootstrap"),
        Estimate("f1", 0.6),
        Estimate("alpha", 0.4, low=0.39, high=0.41, over="units"),
        Estimate("alpha", 0.4, low=0.2, high=0.6, over="workers", method="jackknife"),
        Estimate("alpha", 0.4, over="both", note="fewer than 10 workers"),
    ]
    alpha, f1 = grouped(estimates)
    assert (alpha.name, alpha.value, f1.value) == ("alpha", 0.4, 0.6)
    assert alpha.widest is estimates[3]
    assert alpha.drawn == [estimates[2], estimates[0]]
    assert overs([alpha, f1]) == ["units", "workers", "both"]


def test_unknown_names_are_their_own_words() -> None:
    assert term("my_new_metric").title == "My new metric"
    assert term("mean rating").title == "Mean rating"
    assert term("alpha_nominal").title == "Krippendorff's alpha, nominal"
    assert term("token_f1").source.endswith("(ERASER)")
    assert subject("my_explainer") == "My explainer"
    assert subject("kernel_shap") == "Kernel SHAP"
    assert source("my_explainer") == ""


finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(finite, max_size=8))
def test_an_axis_holds_its_values_and_has_ticks(values: list[float]) -> None:
    scale = scale_of(values)
    assert scale.low < scale.high
    margin = 1e-6 * (scale.high - scale.low)
    assert all(scale.low - margin <= v <= scale.high + margin for v in values)
    assert all(0 <= scale.at(v) <= 100 for v in values)
    assert 2 <= len(scale.ticks) <= 10
    assert all(a < b for a, b in pairwise(scale.ticks))


def test_an_axis_of_nothing_is_the_unit_interval() -> None:
    scale = scale_of([None, math.nan])
    assert (scale.low, scale.high) == (0.0, 1.0)


def test_text_in_a_drawing_is_escaped() -> None:
    assert element("text", "<b>", aria_label='"x"', x=1) == (
        '<text aria-label="&#34;x&#34;" x="1">&lt;b&gt;</text>'
    )
