"""US dollars: text on the wire, Decimal in between, whole cents in tables."""

from decimal import Decimal

from hits.endpoint.errors import invalid_parameter

CENT = Decimal("0.01")
HIGHEST = Decimal(1000000)


def to_cents(name: str, amount: str) -> int:
    """Cents of a wire amount such as ``"5"``, ``"5."`` or ``"101.42"`` (its pattern is checked).

    Amounts above a million dollars are refused by the parameter's name: they are a slip of the
    hand, and no account holds them.
    """
    value = Decimal(amount.rstrip("."))
    if value > HIGHEST:
        raise invalid_parameter(name, f"must not be greater than {HIGHEST}")
    return int(value / CENT)


def to_dollars(cents: int) -> str:
    """The wire form: always two decimals, no sign of currency."""
    return str((Decimal(cents) * CENT).quantize(CENT))
