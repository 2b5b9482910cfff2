"""The plot "how many human rationales": what a metric comes to with more and more of them."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.report.glossary import term
from analysis.report.plots.charts import Course, Point
from analysis.report.teaching import Taught
from analysis.report.wording import confidence


def learning_curve(curve: Sequence[Taught], metric: str) -> Course | None:
    """A point for each number of annotated instances, to scale; None without an estimate."""
    found = [(one, mean) for one in curve for mean in one.means if mean.name == metric]
    if not found or all(mean.value is None for _, mean in found):
        return None
    title = term(metric).title
    most = max(one.annotated for one, _ in found)
    sure = next((mean for _, mean in found if mean.low is not None), None)
    lines = (
        "" if sure is None else f" Lines are {confidence(sure)} intervals over seeds and instances."
    )
    return Course(
        f"rationales-needed-{metric.replace(' ', '-')}".lower(),
        f"{title}, with more and more human rationales",
        f"The mean over seeds, of instances that were not learned from.{lines} At the left, plain "
        f"training, without any.",
        "training instances with human rationales",
        title,
        tuple(Point(_said(one), mean) for one, mean in found),
        places=tuple(one.annotated / most if most else 0.0 for one, _ in found),
    )


def _said(one: Taught) -> str:
    return f"{one.annotated:.0f}" + (f" ({one.cost})" if one.cost else "")
