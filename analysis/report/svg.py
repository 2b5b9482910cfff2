"""SVG by hand: elements as markup with escaped text, and the axis they stand on.

Across, coordinates are percentages of the width, so that a plot fills its place on a desk or on a
telephone while its text keeps its size. Colours come from the classes in `report.css`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

INSET = 3.0


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high` (low < high), set in by 3% at both ends for dots at the rim."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of a value across the plot, in percent; the rim where it lies outside."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return INSET + share * (100 - 2 * INSET)

    @property
    def ticks(self) -> list[float]:
        """Three to six round numbers within the axis."""
        step = _round_step((self.high - self.low) / 4)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [i * step for i in range(first, last + 1)]

    @property
    def digits(self) -> int:
        """Decimals that the ticks need."""
        return max(0, -math.floor(math.log10(_round_step((self.high - self.low) / 4)) + 1e-9))


def _round_step(step: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1 * power, 2 * power, 5 * power, 10 * power), key=lambda s: abs(math.log(s / step)))


def scale_of(values: Iterable[float | None], keep: tuple[float, ...] = ()) -> Scale:
    """An axis for the finite values and those to keep in sight, widened to round numbers."""
    finite = [v for v in (*values, *keep) if v is not None and math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    step = _round_step((high - low) / 8)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)


def pc(value: float) -> str:
    """A percentage as an attribute."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def element(tag: str, inner: str = "", **attributes: object) -> Markup:
    """One element; `inner` is escaped unless it is markup already; `a_b` stands for `a-b`."""
    pairs = (
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None and value != ""
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), Markup("").join(pairs), escape(inner))


def join(parts: Iterable[Markup]) -> Markup:
    """Markup side by side."""
    return Markup("").join(parts)


def picture(parts: Iterable[Markup], height: int, label: str, class_: str = "row") -> Markup:
    """A drawing as wide as its place and `height` pixels high, with its text for who cannot see."""
    return element(
        "svg", join(parts), class_=class_, width="100%", height=height, role="img", aria_label=label
    )


def hidden_picture(parts: Iterable[Markup], height: int, class_: str = "row") -> Markup:
    """A drawing that says nothing which the text around it does not say."""
    return element(
        "svg", join(parts), class_=class_, width="100%", height=height, aria_hidden="true"
    )
