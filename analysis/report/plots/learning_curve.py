"""The plot "how many human rationales": what a metric comes to with more and more of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from analysis.report.glossary import term
from analysis.report.plots.charts import Course, Point
from analysis.report.teaching import Taught
from analysis.report.wording import lines_over_seeds

CENT = Decimal("0.01")


def learning_curve(curve: Sequence[Taught], metric: str) -> Course | None:
    """A point for each number of annotated instances, to scale; None without an estimate.

    Where the cost is known it stands under every number, without its currency: that is in the name
    of the axis, with what one instance cost.
    """
    found = [(one, mean) for one in curve for mean in one.means if mean.name == metric]
    if not found or all(mean.value is None for _, mean in found):
        return None
    title = term(metric).title
    most = max(one.annotated for one, _ in found)
    lines = lines_over_seeds([mean for _, mean in found])
    return Course(
        f"rationales-needed-{metric.replace(' ', '-')}".lower(),
        f"{title}, with more and more human rationales",
        f"The mean over seeds, of instances that were not learned from. {lines}".rstrip()
        + " At the left, plain training, without any.",
        _across([one for one, _ in found]),
        title,
        tuple(Point(f"{one.annotated:.0f}", mean, _amount(one.cost)) for one, mean in found),
        places=tuple(one.annotated / most if most else 0.0 for one, _ in found),
    )


def _across(found: Sequence[Taught]) -> str:
    """The name of the axis; with the price of an instance where it is known."""
    words = "training instances with human rationales"
    priced = next((one for one in found if one.cost is not None and one.each is not None), None)
    if priced is None or priced.each is None:
        return words
    each = f"{_price(priced.each)} {priced.currency}"
    return f"{words}; below, what these cost in {priced.currency}, at {each} each"


def _amount(cost: Decimal | None) -> str:
    return "" if cost is None else f"{cost.quantize(CENT):,}"


def _price(each: Decimal) -> str:
    """To the cent; what is less than one cent has two digits that say something."""
    return f"{each.quantize(CENT):,}" if each >= CENT else f"{each:.2g}"
