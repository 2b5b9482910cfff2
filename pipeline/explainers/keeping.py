"""What explainers found out about a run, kept beside its weights and found once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from db.records import Instance
from pipeline.explainers.base import Explainer, Keeping, Learning
from pipeline.files import write_whole
from pipeline.models.base import check_needs
from pipeline.models.trained import TrainedModel


def kept(
    folder: Path,
    model: TrainedModel,
    explainers: Sequence[Explainer],
    instances: Sequence[Instance],
    seed: int,
) -> Mapping[str, Any]:
    """Explainer → what it learned, of those that keep it: read from `folder`, else learned there.

    Written before anything is explained by it, so that no rationale stands without. A file that
    is damaged is an error that names it.
    """
    found: dict[str, Any] = {}
    for one in explainers:
        if isinstance(one, Keeping):
            check_needs(f"explainer {one.name}", one, model.settings.kind, model.module.offers)
            path = folder / one.file
            learned = one.read(path) if path.is_file() else None
            if learned is None:
                learned = one.learn(model, instances, seed)
                write_whole(path, one.written(learned))
            found[one.name] = learned
    return found


def learned_of(
    folder: Path,
    model: TrainedModel,
    explainers: Sequence[Explainer],
    instances: Sequence[Instance],
    seed: int,
) -> Mapping[str, Any]:
    """Explainer → what it learned, of all that learn: kept in `folder`, or learned now.

    For several passes over instances that are to be explained by the same findings.
    """
    found = dict(kept(folder, model, explainers, instances, seed))
    for one in explainers:
        if isinstance(one, Learning) and one.name not in found:
            check_needs(f"explainer {one.name}", one, model.settings.kind, model.module.offers)
            found[one.name] = one.learn(model, instances, seed)
    return found


def lacking(folder: Path, explainers: Sequence[Explainer]) -> bool:
    """Whether the file of any of them is not there."""
    return any(isinstance(one, Keeping) and not (folder / one.file).is_file() for one in explainers)
