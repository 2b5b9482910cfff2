"""Prices, fees and wages, by the published rules, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hits.money import AMAZON_FEE, NO_FEE, cents, hourly_wage, quote

D = Decimal


@pytest.mark.parametrize(
    ("reward", "assignments", "fee"),
    [
        ("0.40", 3, "0.08"),  # 20%
        ("0.40", 10, "0.16"),  # 40% from ten assignments a HIT on
        ("0.01", 1, "0.01"),  # at least a cent
        ("0.125", 1, "0.03"),  # .025 rounds half up
        ("0.00", 1, "0.01"),
    ],
)
def test_the_marketplaces_fee_as_it_was_published(reward: str, assignments: int, fee: str) -> None:
    assert AMAZON_FEE.per_assignment(D(reward), assignments) == D(fee)


def test_our_own_endpoints_charge_nothing() -> None:
    assert NO_FEE.per_assignment(D("5.00"), 100) == 0


def test_a_quote_by_hand() -> None:
    # 14 HITs × 3 × 0.40 = 16.80; fee 0.08 × 42 = 3.36; a quarter of the items are checks
    price = quote(
        hits=14,
        assignments_per_hit=3,
        reward=D("0.40"),
        minutes=4,
        gold_share=0.25,
        currency="USD",
        fee=AMAZON_FEE,
    )
    assert (price.assignments, price.rewards, price.fees) == (42, D("16.80"), D("3.36"))
    assert (price.total, price.gold, price.hourly) == (D("20.16"), D("4.20"), D("6.00"))


def test_half_a_cent_rounds_up() -> None:
    assert cents(D("0.005")) == D("0.01")
    assert cents(D("0.0049")) == D("0.00")


def test_no_time_is_no_wage() -> None:
    assert hourly_wage(D("0.40"), 0) == 0


@given(reward=st.decimals("0.01", "50", places=2), seconds=st.floats(1, 10_000))
def test_an_hour_at_the_wage_earns_the_wage(reward: Decimal, seconds: float) -> None:
    wage = hourly_wage(reward, seconds)
    assert abs(wage - reward * 3600 / D(str(seconds))) <= D("0.005")
