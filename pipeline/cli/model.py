"""Commands of the panel *model*: train and explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.model_shared import PANEL, LabelsOption, MethodOption
from pipeline.cli.shared import (
    ConfigOption,
    DbOption,
    EngineOption,
    JsonOption,
    RunOption,
    SeedOption,
    console,
    print_json,
    print_notes,
    print_table,
    progress,
    project,
    say,
)

if TYPE_CHECKING:
    from pipeline.models.training import Epoch


def register(app: typer.Typer) -> None:
    """Add the panel's commands."""
    for command in (train, explain):
        app.command(command.__name__, rich_help_panel=PANEL)(command)


def train(
    seed: SeedOption = None,
    labels: LabelsOption = None,
    method: MethodOption = None,
    campaign: Annotated[
        str | None, typer.Option(help="Whose answers (default: the only campaign with any).")
    ] = None,
    health: Annotated[
        bool | None,
        typer.Option(
            "--health/--no-health",
            help="Measure how well it was trained, once it is (default: yes).",
        ),
    ] = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Train the classifier on all labelled instances; settings, metrics and weights are kept."""
    from dataclasses import asdict

    from pipeline.cli.health_view import print_health
    from pipeline.train import train as train_model

    with project(config, db, writes=True) as opened:
        done = train_model(
            opened,
            seed=seed,
            labels=labels,
            method=method,
            campaign=campaign,
            health=health,
            on_epoch=_say_epoch,
        )
    run = done.run
    if json:
        print_json(
            "train",
            run=run.id,
            new=done.is_new,
            metrics=dict(run.metrics),
            labels=run.settings.get("labels", "given"),
            health=None if done.health is None else asdict(done.health),
            excluded=dict(done.left_out),
            notes=done.notes,
        )
        return
    out = console(stderr=False)
    state = "trained" if done.is_new else "trained already with these settings, seed and data"
    out.print(f"run [bold]{run.id}[/] ({run.kind}, seed {run.seed}): {state}")
    parts = ("train", "validation", "test")
    rows = [
        (part, *(_number(run.metrics.get(f"{part}_{m}")) for m in ("accuracy", "macro_f1", "auc")))
        for part in parts
    ]
    print_table("", ("part", "accuracy", "macro F1", "AUC"), rows, numbers=3)
    if done.health is not None:
        print_health(done.health)
    print_notes(done.notes, dict(done.left_out))


def explain(
    explainer: Annotated[
        list[str] | None, typer.Option(help="Which explainers (repeat for several).")
    ] = None,
    targets: Annotated[
        str, typer.Option(help="Which classes are explained: predicted, or each.")
    ] = "predicted",
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Also measure how attention agrees with gradients.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Replace rationales that were made with other options."),
    ] = False,
    inverse: Annotated[
        bool,
        typer.Option(
            "--inverse", help="Instead make the picture that the model expects of each class."
        ),
    ] = False,
    prior: Annotated[
        str | None, typer.Option(help="What such pictures are like: flat, means or boltzmann.")
    ] = None,
    engine: EngineOption = None,
    run: RunOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    json: JsonOption = False,
) -> None:
    """Write the rationales of a run; an interrupted command continues where it stopped."""
    from dataclasses import asdict

    from pipeline.cli.inverse_view import check_alone, inverse_inference

    others = {
        "--explainer": bool(explainer),
        "--targets": targets != "predicted",
        "--agreement": agreement,
        "--engine": engine is not None,
    }
    check_alone(inverse, prior, others)
    if inverse:
        inverse_inference(run, prior, config, db, json=json)
        return
    from pipeline.cli.estimates_view import interval_rows
    from pipeline.engines.opening import open_engine
    from pipeline.explain import explain as explain_model
    from pipeline.explain import of_every_class

    every_class = of_every_class(targets)
    with (
        project(config, db, writes=True) as opened,
        open_engine(opened.settings.engine, engine) as where,
        progress("explaining") as update,
    ):
        done = explain_model(
            opened,
            run=run,
            explainers=tuple(explainer or ()),
            every_class=every_class,
            agreement=agreement,
            again=again,
            on_progress=update,
            on_note=say,
            where=where,
        )
    if json:
        measured = {} if done.agreement is None else asdict(done.agreement)
        if done.masks is not None:
            measured["masks"] = asdict(done.masks)
        print_json("explain", run=done.run.id, new=done.new, known=done.known, **measured)
        return
    console(stderr=False).print(f"run [bold]{done.run.id}[/]")
    rows = [(name, done.new[name], done.known[name]) for name in done.new]
    print_table("Rationales", ("explainer", "new", "known already"), rows, numbers=2)
    if done.agreement is not None:
        columns, measured_rows = interval_rows(done.agreement.estimates)
        print_table("Attention and gradients", columns, measured_rows, numbers=3)
        print_notes(done.agreement.notes, done.agreement.excluded)
    if done.masks is not None:
        if done.masks.estimates:
            columns, measured_rows = interval_rows(done.masks.estimates)
            print_table("What learned masks keep", columns, measured_rows, numbers=3)
        print_notes(done.masks.notes, {})


def _say_epoch(epoch: Epoch) -> None:
    validation = epoch.validation
    say(
        f"[dim]epoch {epoch.number:3d}  loss {epoch.loss:.4f}  "
        f"validation accuracy {validation.accuracy:.3f}  AUC {validation.auc:.3f}[/]"
    )


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
