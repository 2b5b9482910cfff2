"""The plot "agreement over time": whether late judgements agree with the others as early ones do."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.report.plots.charts import Course, Point
from analysis.report.wording import confidence, count
from analysis.workers.timeline import Part
from db.words import counted

NAME, TITLE = "agreement-over-time", "Agreement over time"


def over_time(parts: Sequence[Part], *, about: str = "") -> Course | None:
    """A point for each part of the study; None where there are too few judgements for parts."""
    if not parts:
        return None
    total = parts[-1].last
    mean = sum((p.agreement.value or 0.0) * (p.last - p.first + 1) for p in parts) / total
    sizes = [part.last - part.first + 1 for part in parts]
    each = count(sizes[0]) if min(sizes) == max(sizes) else f"{min(sizes):,} or {max(sizes):,}"
    caption = (
        f"{counted(total, 'judgement')} that others judged beside, in the order of submission, in "
        f"{len(parts)} parts of {each}. A point is how often its judgements are those of the others "
        f"on the same units, whenever these were given; chance is not taken off. Lines are "
        f"{confidence(parts[0].agreement)} intervals over units. Parts may differ in what was "
        f"judged, and not only in who grew tired."
    )
    return Course(
        NAME,
        TITLE + about,
        caption,
        "judgements, in the order of submission",
        "mean agreement with the unit's others (0 to 1)",
        tuple(Point(f"{p.first:,} to {p.last:,}", p.agreement) for p in parts),
        mean,
        "mean of all",
    )
