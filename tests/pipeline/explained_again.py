"""A project whose settings ask for other options than its rationales were made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.project import Project


def with_options(project: Project, **options: Mapping[str, Any]) -> Project:
    """The same project, as if [explain.options] in its settings now said this."""
    explain = project.settings.explain.model_copy(update={"options": options})
    return replace(project, settings=project.settings.model_copy(update={"explain": explain}))


def on_device(project: Project, device: str) -> Project:
    """The same project, as if [model] in its settings now asked for this device."""
    model = {**project.settings.model, "device": device}
    return replace(project, settings=project.settings.model_copy(update={"model": model}))
