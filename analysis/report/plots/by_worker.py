"""The plot "agreement by worker": how far each worker agrees with the others on their units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.report.plots.charts import Chart, Course, DotRow, Dots, Point
from analysis.report.wording import confidence, count, number
from analysis.workers.base import Fact
from db.records import Estimate
from db.words import counted

NAME, TITLE = "agreement-by-worker", "Agreement by worker"
NAMED, MOST = 40, 400
"""Up to 40 workers have a row and a name each; of more than 400, every so many is drawn."""
AXIS = "mean agreement with the unit's others (0 to 1)"


def by_worker(fact: Fact, names: Sequence[str], *, about: str = "") -> Chart | None:
    """Workers who can be compared, who agrees least first; None where nobody can be.

    `fact`: `analysis.workers.agreement.agreement`; `names`: W pseudonyms, never a platform's ids.
    """
    order = np.argsort(fact.value, kind="stable")
    order = order[np.isfinite(fact.value[order])]
    if len(order) == 0:
        return None
    drawn = order if len(order) <= MOST else order[_evenly(len(order))]
    found = [fact.of(place, names[place]) for place in drawn.tolist()]
    middle = float(np.median(fact.value[order]))
    caption = _caption(found, len(order), len(names), middle)
    if len(order) <= NAMED:
        rows = tuple(
            DotRow(e.subject, counted(e.n_judgements or 0, "judgement"), (e,)) for e in found
        )
        return Dots(NAME, TITLE + about, caption, AXIS, "worker", rows, ("agreement",))
    points = tuple(Point(e.subject, e) for e in found)
    return Course(
        NAME,
        TITLE + about,
        caption,
        "workers, in order of agreement",
        AXIS,
        points,
        middle,
        f"median worker, {number(middle, 2)}",
        False,
    )


def _evenly(n: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, MOST).round().astype(np.int64))


def _caption(found: Sequence[Estimate], n: int, everyone: int, middle: float) -> str:
    judgements = [e.n_judgements or 0 for e in found]
    text = (
        "How often a worker's answers are those of the others on the same units, drawn towards "
        f"the crowd where little is known of the worker; chance is not taken off. "
        f"{counted(n, 'worker')}, from {number(found[0].value, 2)} to {number(found[-1].value, 2)}, "
        f"median {number(middle, 2)}; {count(min(judgements))} to {count(max(judgements))} "
        "judgements each."
    )
    if any(e.low is not None for e in found):
        text += f" Lines are {confidence(found[0])} intervals over the units that a worker judged."
    else:
        text += f" No intervals: {found[0].note}."
    if len(found) < n:
        text += f" {count(len(found))} of them are drawn, evenly chosen by rank."
    if everyone > n:
        text += f" {counted(everyone - n, 'worker')} never shared a unit with anyone: not drawn."
    return text
