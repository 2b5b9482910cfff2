"""A teaching experiment on the terminal: what changed, and what may be said of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from db.words import counted
from pipeline.cli.estimates_view import number, teaching_tables, with_interval
from pipeline.cli.shared import console, escaped, print_notes, print_table

if TYPE_CHECKING:
    from pipeline.teaching.experiment import Candidate, Experiment

CURVE = ("macro F1", "auroc")


def print_experiment(done: Experiment) -> None:
    """Tables, a sentence for every comparison, and the notes."""
    out = console(stderr=False)
    out.print(
        f"\n[bold]What changed[/]: {counted(len(done.seeds), 'seed')} on campaign "
        f"{escaped(done.campaign.name)}{', by certainty' if done.certainty else ''}; "
        f"labels: {done.labels}",
        soft_wrap=True,
    )
    for arm in done.arms:
        if arm.role == "taught":
            out.print(f"{escaped(arm.name)}: {escaped(arm.loss)}", soft_wrap=True)
    _print_candidates(done)
    shown = [arm.name for arm in done.arms if arm.role != "part"]
    for title, columns, rows in teaching_tables(done.table, shown, done.unit):
        print_table(title, columns, rows, numbers=len(columns) - 1)
    _print_curve(done)
    for sentence in done.sentences:
        out.print(escaped(sentence), soft_wrap=True)
    print_notes(done.table.notes, done.excluded)


def _print_candidates(done: Experiment) -> None:
    if not done.candidates:
        return
    rows = [
        (c.arm.name, number(found["auc"]), number(found["macro_f1"]),
         "diverged" if c.diverged else "chosen" if c.chosen else "")
        for c in done.candidates
        for found in [_on_validation(c)]
    ]  # fmt: skip
    columns = ("weights", "validation AUC", "validation macro F1", "")
    print_table("Weights, chosen on validation alone", columns, rows, numbers=2)


def _on_validation(one: Candidate) -> dict[str, float | None]:
    """`auc` and `macro_f1`, both None where the weights diverged."""
    found = one.validation
    return {"auc": None, "macro_f1": None} if found is None else found._asdict()


def _print_curve(done: Experiment) -> None:
    if not done.curve:
        return
    rows = []
    for point in done.curve:
        found = {mean.name: mean for mean in point.estimates}
        cost = "—" if point.cost is None else f"{point.cost} {point.currency}"
        values = [with_interval(found.get(name)) for name in CURVE]
        rows.append((f"{point.fraction:.0%}", f"{point.annotated:.0f}", cost, *values))
    columns = ("rationales", "instances", "cost", "macro F1", "AUROC")
    print_table("How many human rationales", columns, rows, numbers=4)


def experiment_document(done: Experiment) -> dict[str, Any]:
    """The same as one document."""
    return {
        "campaign": done.campaign.name,
        "labels": done.labels,
        "certainty": done.certainty,
        "seeds": done.seeds,
        "arms": [asdict(arm) for arm in done.plan.arms],
        "estimates": [asdict(mean) for mean in done.table.means],
        "gains": [asdict(gain) for gain in done.table.gains],
        "described": [asdict(gain) for gain in done.table.described],
        "beside": [asdict(mean) for mean in done.table.beside],
        "candidates": [
            {
                "name": c.arm.name,
                **_on_validation(c),
                "chosen": c.chosen,
                "diverged": c.diverged,
            }
            for c in done.candidates
        ],
        "curve": [
            {
                "fraction": point.fraction,
                "annotated": point.annotated,
                "cost": None if point.cost is None else str(point.cost),
                "currency": point.currency,
                "arm": point.arm,
            }
            for point in done.curve
        ],
        "excluded": done.excluded,
        "notes": done.table.notes,
    }
