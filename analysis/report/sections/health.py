"""Training health: a row per number, with a sentence that says what it means and when to worry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from analysis.report.glossary import term
from analysis.report.health import TrainingHealth
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import (
    capital,
    confidence,
    defined,
    figure,
    interval,
    number,
    percent,
)
from db.records import Estimate

REPEATED = 0.5
"""From here on features are said to repeat each other: half of what one says, another says too."""
LAYERS = {
    "embeddings": "what the model starts from",
    "states": "what the encoder makes of it",
    "summary": "what the last layer reads",
}
GAPS = ("gap_accuracy", "gap_macro_f1", "gap_auc", "gap_loss")


def health_view(health: TrainingHealth) -> list[Table]:
    """The tables that have rows: steps, layers, gaps."""
    found = (
        _table("Step size", (*_steps(health),)),
        _table("Layers and features", (*_layers(health), *_features(health))),
        _table("What it learned from, and the rest", (*_gaps(health),)),
    )
    return [table for table in found if table.rows]


def _table(caption: str, rows: tuple[Row, ...]) -> Table:
    columns = (Column("Value"), Column("What it says", "text"))
    return Table(caption, "Measure", columns, rows, quiet=True, class_="health")


def _row(estimate: Estimate, shown: str, says: str, name: str = "", under: str = "") -> Row:
    """One number; where it is undefined, the reason in place of the sentence."""
    title = name or term(estimate.name).title
    lines: tuple[str, ...] = ()
    if defined(estimate.low) and defined(estimate.high):
        lines = (f"{confidence(estimate)} interval {interval(estimate, signed=True)}",)
    cells = (Cell(shown, lines, class_="value"), Cell(says))
    undefined = not defined(estimate.value)
    notes = (f"{capital(estimate.note)}.",) if undefined and estimate.note else ()
    return Row(title, cells, (under,) if under else (), notes=notes)


def _steps(health: TrainingHealth) -> Iterator[Row]:
    used = next((e.value for e in health.named("learning_rate")), None)
    for e in health.named("sharpness"):
        yield _row(e, figure(e.value), term(e.name).asks, under="λ_max of JJᵀ/N")
    for e in health.named("learning_rate_limit"):
        yield _row(e, figure(e.value), _limit(e.value, used), under="2/λ_max")


def _limit(limit: float | None, used: float | None) -> str:
    """The limit beside the learning rate that was used."""
    says = "Plain gradient descent on a squared error diverges above it."
    if limit is None or used is None:
        return says
    if used <= limit:
        return f"{says} Training used {figure(used)}, which is below: no reason to worry."
    return (
        f"{says} Training used {figure(used)}, which is above. AdamW sizes each weight's step by "
        "itself and often does well there: worry if the loss jumped between epochs, and then lower "
        "learning_rate."
    )


def _layers(health: TrainingHealth) -> Iterator[Row]:
    found = health.named("class_distance")
    values = [e.value for e in found]
    for place, e in enumerate(found):
        name = f"Class distance, {e.subject}"
        yield _row(
            e, number(e.value, 2), _apart(values[: place + 1]), name, LAYERS.get(e.subject, "")
        )


def _apart(values: Sequence[float | None]) -> str:
    """The last of the values beside the one before, and beside the first."""
    if values[-1] is None:
        return ""
    says = f"Centres of classes lie {number(values[-1], 2)} times as far apart as members from their own."
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return f"{says} Layers that tell the classes apart raise it."
    before, now = list(pairwise(known))[-1]
    if now <= known[0]:
        return f"{says} No more than at the start: worry if it is so in the last layer."
    if now < before:
        return f"{says} Less than a layer before, but more than at the start."
    return f"{says} It has risen, as it should."


def _features(health: TrainingHealth) -> Iterator[Row]:
    for e in health.named("feature_correlation"):
        yield _row(e, number(e.value, 3), _repeated(e))


def _repeated(e: Estimate) -> str:
    if e.value is None:
        return ""
    says = f"Of two features behind the output, one says {percent(e.value)} of what the other does."
    if e.n_units is not None and e.n_units > 1:
        says += f" By chance alone it would be {percent(1 / (e.n_units - 1), 1)}."
    if e.value < REPEATED:
        return f"{says} No reason to worry."
    return (
        f"{says} They largely repeat each other, as they do where few classes are told apart "
        "sharply. Worry if accuracy is low too; a smaller hidden_dim may do as well."
    )


def _gaps(health: TrainingHealth) -> Iterator[Row]:
    for e in _ordered(health):
        title = term(e.name).title
        name = f"{title}, train − {e.subject}" if e.subject else title
        yield _row(e, number(e.value, 3, signed=True), _gap(e), name)


def _ordered(health: TrainingHealth) -> Iterable[Estimate]:
    """The part that nothing was chosen by first: test, then validation."""
    found = [e for name in GAPS for e in health.named(name)]
    return sorted(found, key=lambda e: e.subject != "test")


def _gap(e: Estimate) -> str:
    """Whether a gap is shown, which way, and when to worry."""
    if e.value is None:
        return ""
    loss = e.name == "gap_loss"
    if not (defined(e.low) and defined(e.high)) or e.low is None or e.high is None:
        return "" if e.note else "No interval: it is no mean over instances."
    if e.low <= 0 <= e.high:
        return "The interval holds 0: a gap is not shown."
    better_on_train = (e.value < 0) == loss
    if not better_on_train:
        return f"The model does better on {e.subject or 'the rest'}: its instances may be easier."
    if loss:
        return (
            "It is surer, or more often right, on what it learned from. Worry if accuracy has a gap "
            "too; if not, its probabilities are too sure, not its answers."
        )
    return (
        "It does better on what it learned from, as most models do. Worry if the score on "
        f"{e.subject or 'the rest'} is too low for you: then more data, dropout, weight_decay or a "
        "smaller hidden_dim may help."
    )
