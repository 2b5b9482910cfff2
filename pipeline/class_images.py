"""`konkyo explain --inverse`: the picture that a run's model expects of each class.

They become instances of the project, to be put before people by the study `name`; what they are
labelled with is the class that was asked for. They are made up: nothing is trained on them or
explained by them, and no study takes them unless its split is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from db.errors import UsageError
from db.records import Instance, ModelRun
from db.store import instances, runs
from pipeline.formats.instances import image_instance
from pipeline.inverse import PRIORS
from pipeline.inverse.boltzmann.learning import LearningSettings
from pipeline.inverse.infer import ClassImage, InverseSettings
from pipeline.inverse.infer import class_images as of_every_class
from pipeline.inverse.opening import inputs_of, opened
from pipeline.inverse.priors.base import Prior
from pipeline.learned import known_of
from pipeline.models.trained import TrainedModel, frozen
from pipeline.planted import CLASS_IMAGE, CLASS_IMAGES
from pipeline.project import Project
from pipeline.readable import readable
from pipeline.run_model import model_of

MOST_INPUTS = 5000
"""So many inputs, drawn by the seed, are a prior learned from."""
MOST_UNITS = 400
"""A Boltzmann machine couples every unit with every other: 20 × 20 pixels at most."""
POINTS = 256
"""Sample points a step of its learning."""
SHOWN = 256
"""Pixels a side, at least, of a picture as people see it."""


@dataclass(frozen=True)
class ClassImages:
    """What was written. `nearest`: class → the class whose mean input its picture is nearest to,
    by squared distance, among classes that training has."""

    run: ModelRun
    prior: str
    new: int
    known: int
    nearest: dict[str, str]


def class_images(
    project: Project,
    *,
    run: str | None = None,
    prior: str | None = None,
    settings: InverseSettings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ClassImages:
    """One picture a class of the run, stored together or not at all; the same again is known.

    `prior`: a name of `PRIORS`, flat where None; learned from instances that the run knew when it
    was trained and was not judged by, see `known_of`. A UsageError where the model has no inputs that
    could be shown.
    """
    name = prior or "flat"
    PRIORS.load(name)
    chosen = runs.find(project.engine, run)
    seed = project.settings.project.seed
    how = settings or InverseSettings(seed=seed)
    model = model_of(project, chosen)
    with frozen(model) as _:
        opening = opened(model)
        data = _drawn(known_of(project, chosen, readable(project, chosen.kind)), seed)
        inputs = inputs_of(model, data)
        made = of_every_class(
            opening, len(model.labels), prior_of(name, inputs, seed), how, on_progress
        )
    stored = instances.add(
        project.engine, [_instance(chosen, one, model, opening.side) for one in made]
    )
    found = nearest(model, made, inputs.numpy(), data)
    return ClassImages(chosen, name, stored.new, stored.known, found)


def _drawn(found: Sequence[Instance], seed: int) -> list[Instance]:
    if len(found) <= MOST_INPUTS:
        return list(found)
    places = np.random.default_rng(seed).permutation(len(found))[:MOST_INPUTS]
    return [found[place] for place in sorted(places.tolist())]


def prior_of(name: str, inputs: Tensor, seed: int) -> Prior:
    """The prior called `name`, learned from inputs of 0 and 1, (N, D); a UsageError where a
    Boltzmann machine would have more than `MOST_UNITS`."""
    kind = PRIORS.load(name)
    if name != "boltzmann":
        flat: Prior = kind.learned(inputs)
        return flat
    if inputs.shape[1] > MOST_UNITS:
        raise UsageError(
            f"a Boltzmann machine of {inputs.shape[1]} pixels has too many couplings to be learned "
            f"(at most {MOST_UNITS} pixels); take --prior means or flat, or train with a smaller "
            "[model] image_size"
        )
    learned: Prior = kind.learned(inputs, LearningSettings(batch=POINTS, seed=seed))
    return learned


def _instance(run: ModelRun, made: ClassImage, model: TrainedModel, side: int) -> Instance:
    label, how = model.labels[made.target], made.settings
    about = {
        CLASS_IMAGE: run.id,
        "prior": made.prior,
        "inverse": f"steps {how.steps}, rate {how.rate:g}, samples {how.samples}, seed {how.seed}",
    }
    mark = hashlib.sha256("\n".join([label, *about.values()]).encode()).hexdigest()
    data = enlarged(made.m.reshape(side, side), mark)
    return image_instance(data, {"label": label, "split": CLASS_IMAGES, "attributes": about})


def enlarged(m: NDArray[np.floating], mark: str = "") -> bytes:
    """A PNG in grey, 0 black and 1 white, every unit a square of pixels.

    `mark`: a comment in the file, so that equal pictures of different classes are two instances; it
    must not tell which class it is.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    levels = np.round(np.clip(m, 0, 1) * 255).astype(np.uint8)
    times = max(1, -(-SHOWN // max(levels.shape)))
    large = np.kron(levels, np.ones((times, times), np.uint8))
    info, file = PngInfo(), BytesIO()
    if mark:
        info.add_text("mark", mark)
    Image.fromarray(large).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def nearest(
    model: TrainedModel,
    made: Sequence[ClassImage],
    inputs: NDArray[np.float32],
    data: Sequence[Instance],
) -> dict[str, str]:
    """See `ClassImages`; `inputs`, (N, D), are those of `data`."""
    labels = np.array([one.label or "" for one in data])
    there = [label for label in model.labels if (labels == label).any()]
    if not there:
        return {}
    means = np.stack([inputs[labels == label].mean(axis=0) for label in there])
    gaps = [((means - one.m.reshape(1, -1)) ** 2).sum(axis=1) for one in made]
    return {
        model.labels[one.target]: there[int(gap.argmin())]
        for one, gap in zip(made, gaps, strict=True)
    }
