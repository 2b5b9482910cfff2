"""The plot "confusion": which answer workers give where the unit's answer is which."""

from __future__ import annotations

import numpy as np

from analysis.report.plots.charts import MOST_LABELS, OTHERS, Matrix
from analysis.report.wording import interval_phrase, percent
from analysis.workers.against import Against
from db.words import counted

NAME, TITLE = "confusion", "What is taken for what"


def confusion_plot(
    found: Against,
    held_to: str,
    *,
    name: str = NAME,
    who: str = "All workers together",
    about: str = "",
) -> Matrix | None:
    """A row for each answer that units have, a column for each that was given; None without any.

    `held_to` says what rows are ("the majority of the unit's other workers"). The rarest labels
    are joined where there are more than eight.
    """
    if found.same.value is None:
        return None
    labels, counts = _joined(tuple(map(str, found.labels)), found.counts)
    inside = interval_phrase(found.same)
    caption = (
        f"{who}: {counted(found.same.n_judgements or 0, 'judgement')} of "
        f"{counted(found.same.n_units or 0, 'unit')}, held against {held_to}. A cell is the share "
        f"of its row; the number under it counts judgements. Same answer: "
        f"{percent(found.same.value, 1)}" + (f" ({inside})." if inside else ".")
    )
    if (counts != counts.round()).any():
        caption += " Judgements are split where a majority is tied; the counts shown are rounded."
    if found.without:
        caption += f" {counted(found.without, 'judgement')} left out: nothing to hold them against."
    return Matrix(name, TITLE + about, caption, "answer given", held_to, labels, counts)


def _joined(labels: tuple[str, ...], counts: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """The most frequent labels in their order, all others as one."""
    if len(labels) <= MOST_LABELS:
        return labels, counts
    weight = counts.sum(axis=0) + counts.sum(axis=1)
    kept = np.sort(np.argsort(-weight, kind="stable")[: MOST_LABELS - 1])
    place = np.full(len(labels), MOST_LABELS - 1)
    place[kept] = np.arange(len(kept))
    joined = np.zeros((MOST_LABELS, MOST_LABELS))
    np.add.at(joined, (place[:, None], place[None, :]), counts)
    return (*(labels[k] for k in kept.tolist()), OTHERS), joined
