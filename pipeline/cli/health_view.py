"""Training health as a short table; the report says what the numbers mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.cli.shared import print_notes, print_table

if TYPE_CHECKING:
    from analysis.health.base import Health

NAMES = {
    "sharpness": "sharpness λ_max",
    "learning_rate_limit": "learning rate, limit 2/λ_max",
    "learning_rate": "learning rate, used",
    "class_distance": "class distance",
    "feature_correlation": "feature correlation, mean r²",
    "gap_accuracy": "accuracy, train −",
    "gap_loss": "loss, train −",
}


def print_health(health: Health) -> None:
    """The table, and what could not be measured, with the reason."""
    print_table(
        "Training health", ("measure", "layer", "value", "interval"), list(_rows(health)), numbers=2
    )
    undefined = [
        f"{NAMES[e.name]} {e.subject}".strip() + f": {e.note}"
        for e in health.estimates
        if e.value is None and e.name in NAMES
    ]
    print_notes([*undefined, *health.notes], health.excluded)


def _rows(health: Health) -> Iterator[tuple[str, str, str, str]]:
    from analysis.report.wording import figure, interval

    for e in health.estimates:
        if e.name in NAMES:
            gap = e.name.startswith("gap_")
            named = (f"{NAMES[e.name]} {e.subject}", "") if gap else (NAMES[e.name], e.subject)
            yield *named, figure(e.value), interval(e)
