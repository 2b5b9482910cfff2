"""What explainers found out about a run, kept beside its weights and found once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from db.records import Instance
from pipeline.explainers.base import Explainer, Keeping, Learning, check_explainers
from pipeline.explainers.effort import learned_by
from pipeline.files import write_whole
from pipeline.models.trained import TrainedModel


def learned_of(
    folder: Path,
    model: TrainedModel,
    explainers: Sequence[Explainer],
    instances: Sequence[Instance],
    seed: int,
    unkept: Collection[str] = (),
) -> Mapping[str, Any]:
    """Explainer → what it learned, of all that learn: read from `folder`, else learned now.

    What a `Keeping` explainer learns is written there before anything is explained by it, so that
    no rationale stands without; not of those in `unkept`, for which `keep` does. A file that is
    damaged is an error that names it; an explainer that the model has not what it takes for is one
    before any of them learns.
    """
    check_explainers(model, explainers)
    found: dict[str, Any] = {}
    for one in explainers:
        if isinstance(one, Learning):
            there = _read(folder, one)
            found[one.name] = learned_by(one, model, instances, seed) if there is None else there
            if there is None and one.name not in unkept:
                keep(folder, [one], found)
    return found


def keep(folder: Path, explainers: Sequence[Explainer], learned: Mapping[str, Any]) -> None:
    """Write what the `Keeping` among these explainers learned, in place of what is there."""
    for one in explainers:
        if isinstance(one, Keeping):
            write_whole(folder / one.file, one.written(learned[one.name]))


def lacking(folder: Path, explainers: Sequence[Explainer]) -> list[str]:
    """The names of those whose file is not there."""
    return [
        one.name
        for one in explainers
        if isinstance(one, Keeping) and not (folder / one.file).is_file()
    ]


def _read(folder: Path, one: Explainer) -> Any | None:
    """What it kept; None where it keeps nothing, or what it kept was learned with other options."""
    if not isinstance(one, Keeping):
        return None
    path = folder / one.file
    return one.read(path) if path.is_file() else None
