"""Prices, fees and wages; `Decimal` throughout, rounded half up to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class FeeRule:
    """What a market takes: a share of every reward, more from 10 assignments a HIT on.

    Amazon's published rule was 20% of the reward and another 20% for HITs of 10 or more
    assignments, at least one cent an assignment. Endpoints of our own charge nothing.
    """

    share: Decimal = Decimal(0)
    large_share: Decimal = Decimal(0)
    minimum: Decimal = Decimal(0)

    def per_assignment(self, reward: Decimal, assignments_per_hit: int) -> Decimal:
        """The fee of one assignment."""
        share = self.share + (self.large_share if assignments_per_hit >= 10 else Decimal(0))
        return max(cents(reward * share), self.minimum)


NO_FEE = FeeRule()
AMAZON_FEE = FeeRule(Decimal("0.20"), Decimal("0.20"), CENT)


@dataclass(frozen=True)
class Quote:
    """What a campaign will cost at the most; `gold` is the part that check items take."""

    hits: int
    assignments: int
    reward: Decimal
    rewards: Decimal
    fees: Decimal
    gold: Decimal
    hourly: Decimal
    currency: str

    @property
    def total(self) -> Decimal:
        """Rewards and fees together."""
        return self.rewards + self.fees


def quote(
    *,
    hits: int,
    assignments_per_hit: int,
    reward: Decimal,
    minutes: float,
    gold_share: float,
    currency: str,
    fee: FeeRule = NO_FEE,
) -> Quote:
    """The price of `hits` HITs; `gold_share` in [0, 1] is the share of items that are checks."""
    assignments = hits * assignments_per_hit
    return Quote(
        hits=hits,
        assignments=assignments,
        reward=reward,
        rewards=reward * assignments,
        fees=fee.per_assignment(reward, assignments_per_hit) * assignments,
        gold=cents(reward * assignments * Decimal(str(gold_share))),
        hourly=hourly_wage(reward, minutes * 60),
        currency=currency,
    )


def hourly_wage(reward: Decimal, seconds: float) -> Decimal:
    """Pay per hour of a reward earned in `seconds`; zero seconds give zero, not infinity."""
    if seconds <= 0:
        return Decimal("0.00")
    return cents(reward * 3600 / Decimal(str(seconds)))


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
