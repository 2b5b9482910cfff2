"""What the commands of the panel *model* share: its name, and options that several take."""

from __future__ import annotations

from typing import Annotated

import typer

PANEL = "Model"

LabelsOption = Annotated[
    str | None,
    typer.Option(help="Whose labels are learned: given, consensus or soft (what people said)."),
]
MethodOption = Annotated[
    str | None, typer.Option(help="How people's answers become labels: a method of aggregate.")
]
