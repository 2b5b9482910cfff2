"""The plot "agreement by label": which answers workers agree on, and which they confuse."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.agreement.by_label import LabelAgreement
from analysis.report.plots.charts import DotRow, Dots
from analysis.report.wording import confidence, count
from db.words import counted

NAME, TITLE = "agreement-by-label", "Agreement by label"
MOST = 20
"""Labels that are drawn: the most frequent."""
SERIES = ("alpha against the rest", "share of pairs that agree")


def by_label(found: Sequence[LabelAgreement], *, about: str = "") -> Dots | None:
    """A row a label, the most frequent first; None without labels.

    `about` names the question, where there are several.
    """
    if not found:
        return None
    ranked = sorted(found, key=lambda one: -(one.alpha.n_judgements or 0))
    shown = ranked[:MOST]
    rows = tuple(
        DotRow(
            str(one.label),
            counted(one.alpha.n_judgements or 0, "judgement"),
            (one.alpha, one.pairs),
        )
        for one in shown
    )
    return Dots(
        NAME,
        f"{TITLE}{about}",
        _caption(shown, len(ranked) - len(shown)),
        "agreement (1 is full agreement; for alpha, 0 is what chance gives)",
        "label",
        rows,
        SERIES,
    )


def _caption(shown: Sequence[LabelAgreement], more: int) -> str:
    first = shown[0].alpha
    total = sum(one.alpha.n_judgements or 0 for one in shown)
    text = (
        f"Alpha tells one label from all others taken as one answer. The share of pairs is how "
        f"often, when a worker gives the label, another worker on the same unit gives it too; it "
        f"is higher for common labels by chance alone. Lines are {confidence(first)} intervals "
        f"over units. {counted(total, 'judgement')} of "
        f"{counted(first.n_units or 0, 'unit')} with two or more."
    )
    if len(shown) + more == 2:
        text += " With two labels both alphas are one number."
    return text + (f" {count(more)} rarer labels are not drawn." if more else "")
