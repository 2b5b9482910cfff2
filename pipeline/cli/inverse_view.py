"""`konkyo explain --inverse`: what it was given, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from db.errors import UsageError
from pipeline.cli.shared import console, print_json, print_table, progress, project


def check_alone(inverse: bool, prior: str | None, others: Mapping[str, bool]) -> None:
    """UsageError where an option of rationales meets one of class pictures."""
    if prior is not None and not inverse:
        raise UsageError("--prior belongs to --inverse")
    given = [option for option, is_given in others.items() if is_given]
    if inverse and given:
        raise UsageError(f"{given[0]} is for rationales; leave it out with --inverse")


def inverse_inference(
    run: str | None, prior: str | None, config: Path | None, db: str | None, *, json: bool
) -> None:
    """Make the pictures and say where they are."""
    from pipeline.class_images import class_images
    from pipeline.planted import CLASS_IMAGES

    with project(config, db, writes=True) as opened, progress("inferring") as update:
        done = class_images(opened, run=run, prior=prior, on_progress=update)
    if json:
        print_json(
            "explain",
            run=done.run.id,
            prior=done.prior,
            split=CLASS_IMAGES,
            new=done.new,
            known=done.known,
            nearest=done.nearest,
        )
        return
    out = console(stderr=False)
    out.print(f"run [bold]{done.run.id}[/], prior {done.prior}")
    rows = [(done.new, done.known, sum(a == b for a, b in done.nearest.items()), len(done.nearest))]
    columns = ("new", "known already", "nearest to their own class", "of")
    print_table("Pictures of classes", columns, rows, numbers=4)
    out.print(f"for people: konkyo plan name NAME --split {CLASS_IMAGES} --kind image")
