"""Training health kept beside a run's weights, where `report` finds it without loading the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.health.base import Health, read, written
from db.errors import DataError
from db.records import Instance, ModelRun
from db.store import runs
from pipeline.files import write_whole
from pipeline.health.measure import measure
from pipeline.models.training import parts_of
from pipeline.project import Project
from pipeline.run_model import model_of

FILE = "health.json"


def health_of(project: Project, run: ModelRun, data: Sequence[Instance]) -> Health:
    """What was measured of the run; measured now, and kept, where nothing was.

    `data`: what the run was trained on, all parts of it.
    """
    try:
        there = kept_health(project, run)
    except DataError:  # it follows from the model and the data: made again
        there = None
    if there is not None:
        return there
    model = model_of(project, run)
    split = parts_of(data, model.settings, run.seed)
    predicted = runs.probabilities(project.engine, run.id)
    found = measure(model, data, split, predicted, run.seed)
    write_whole(_path(project, run), written(found))
    return found


def kept_health(project: Project, run: ModelRun) -> Health | None:
    """What stands beside the run's weights; None where nothing does, or of another version.

    DataError where the file is damaged.
    """
    path = _path(project, run)
    try:
        return read(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (DataError, UnicodeDecodeError, OSError) as error:
        raise DataError(f"{path} is no record of training health, or cannot be read") from error


def _path(project: Project, run: ModelRun) -> Path:
    return project.folder / run.weights / FILE
