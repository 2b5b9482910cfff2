"""The model of a run, on the device that [model] says: what every command but `train` begins with."""

from __future__ import annotations

from db.records import ModelRun
from pipeline.models.checkpoint import load
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel
from pipeline.project import Project


def model_of(project: Project, run: ModelRun) -> TrainedModel:
    """The run's model as it was saved, on the device of the settings, wherever it was trained.

    A ConfigError or UsageError, as of `train`, where that device is not there or is none; see
    `load` for a model that is missing or damaged.
    """
    device = str(project.settings.model.get("device", Settings.device))
    return load(project.folder / run.weights, device)
