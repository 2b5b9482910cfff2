"""Numbers as text: "—" for what is undefined, a true minus sign, never NaN."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from db.records import Estimate, Over

UNDEFINED = "—"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

OVER: dict[Over | None, str] = {
    "units": "over units",
    "workers": "over workers",
    "both": "over units and workers",
    "seeds": "over seeds and instances",
    None: "",
}


def defined(value: float | None) -> bool:
    """Whether there is a finite number."""
    return value is not None and math.isfinite(value)


def number(value: float | None, digits: int = 3, signed: bool = False) -> str:
    """A number with fixed digits; a rounded zero carries no sign."""
    if value is None or not math.isfinite(value):
        return UNDEFINED
    text = f"{value:{'+' if signed else ''}.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "−")


def figure(value: float | None) -> str:
    """Three digits that count, whatever the size: `0.00567`, `353`, `16,200`, `1.62 × 10⁷`."""
    if value is None or not math.isfinite(value):
        return UNDEFINED
    rounded = float(f"{value:.3g}")
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e6:
        digits = max(0, 2 - math.floor(math.log10(abs(rounded)))) if rounded else 0
        text = f"{rounded:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if digits else text
    else:
        mantissa, power = f"{rounded:.2e}".split("e")
        text = f"{mantissa} × 10{str(int(power)).translate(RAISED)}"
    return text.replace("-", "−")


def percent(share: float | None, digits: int = 0) -> str:
    """A share in [0, 1] as a percentage."""
    if share is None or not math.isfinite(share):
        return UNDEFINED
    return f"{number(100 * share, digits)}%"


def count(value: int | None) -> str:
    """A whole number with thousands set apart."""
    return UNDEFINED if value is None else f"{value:,}"


def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency code, to the hundredth."""
    if amount is None or not amount.is_finite():
        return UNDEFINED
    return f"{currency} {amount:,.2f}".replace("-", "−")


def duration(seconds: float | None) -> str:
    """Seconds as `48 s` or `3 min 05 s`."""
    if seconds is None or not math.isfinite(seconds):
        return UNDEFINED
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def interval(estimate: Estimate | None, signed: bool = False) -> str:
    """`0.33 to 0.49`, or "—" where the estimate has no interval."""
    if estimate is None or not (defined(estimate.low) and defined(estimate.high)):
        return UNDEFINED
    return f"{number(estimate.low, 3, signed)} to {number(estimate.high, 3, signed)}"


def confidence(estimate: Estimate) -> str:
    """`95%`."""
    return f"{estimate.confidence * 100:g}%"


def lines_over_seeds(means: Sequence[Estimate]) -> str:
    """What the lines of a plot of means over seeds are; empty where none has an interval."""
    sure = next((mean for mean in means if mean.low is not None), None)
    return (
        "" if sure is None else f"Lines are {confidence(sure)} intervals over seeds and instances."
    )


def interval_phrase(estimate: Estimate, signed: bool = False) -> str:
    """`95% interval 0.33 to 0.49 over workers`; empty where there is no interval."""
    text = interval(estimate, signed)
    if text == UNDEFINED:
        return ""
    return f"{confidence(estimate)} interval {text} {OVER[estimate.over]}".rstrip()


def intervals_phrase(estimates: Iterable[Estimate]) -> str:
    """`95% interval 0.39 to 0.44 over units and 0.33 to 0.49 over workers`."""
    found = [e for e in estimates if interval(e) != UNDEFINED]
    if not found:
        return ""
    parts = [f"{interval(e)} {OVER[e.over]}".rstrip() for e in found]
    return f"{confidence(found[0])} interval {listed(parts)}"


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    items = [part for part in parts if part]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def reasons(excluded: Mapping[str, int]) -> str:
    """`3 × no token marked; 1 × too fast`, in the order given."""
    return "; ".join(f"{n:,} × {reason}" for reason, n in excluded.items())


def plain(name: str) -> str:
    """A stored name as words: `integrated_gradients` becomes `integrated gradients`."""
    return name.replace("_", " ").strip()


def capital(text: str) -> str:
    """The text with a capital letter at its start."""
    return text[:1].upper() + text[1:]


def stop(text: str) -> str:
    """The text with a full stop at its end."""
    text = text.strip()
    return text + ("" if not text or text[-1] in ".!?…:" else ".")


def sentence(text: str) -> str:
    """The text with a capital letter at its start and a full stop at its end."""
    return stop(capital(text.strip()))
