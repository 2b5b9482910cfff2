"""The demo on pictures: handwritten digits, enlarged so that people see them, explained as maps."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from db.masks import encode
from db.records import Instance
from db.words import counted
from pipeline.corpus.embedded import digits, write_digits
from pipeline.demos.rule import Ruled, brought
from pipeline.formats import images
from pipeline.plan import PlanRequest
from pipeline.planted import CLASS_IMAGES
from pipeline.project import Project

FOLDER = "digits"
RULE = "digits-rule"
EACH = 20
ENLARGE = 16
"""Every pixel of a digit, 8 a side, is so many a side of what people see."""
MARKED = 10
SAID = (
    f"a rule, not people: the {MARKED} of 64 pixels where a digit's ink differs most from the mean "
    "of the nearest other digit, by the means of the training part"
)


class Image:
    """See `pipeline.demos.base.Kind`. Seven seeds are the fewest that allow a verdict here."""

    settings: ClassVar[str] = """\
[model]
kind = "residual_cnn"
image_size = 8
grid = 8
hidden_dim = 16
epochs = 12

[explain]
explainers = [
    "attention", "grad_cam", "integrated_gradients", "occlusion", "rise", "learned_mask",
    "inference_arguments", "random",
]

[study]
workers = 3
items_per_hit = 6
gold_per_hit = 1
reward = "0.60"
minutes = 4

[teach]
seeds = 8
weight = 1.0
controls = ["random"]
"""
    about: ClassVar[str] = (
        "The workers were simulated. The digits are real (UCI optical recognition of handwritten "
        "digits); which pixels are evidence was decided by a rule, not by people."
    )
    untaught: ClassVar[str] = ""
    share: ClassVar[float] = 0.9
    rated: ClassVar[int] = 20
    judged: ClassVar[tuple[str, ...]] = ("attention", "grad_cam", "rise", "learned_mask")
    inverse: ClassVar[bool] = True
    further: ClassVar[tuple[PlanRequest, ...]] = (
        PlanRequest("verify", "verify-demo", 20, "test", explainers=("inference_arguments",)),
        PlanRequest("name", "name-demo", split=CLASS_IMAGES),
    )

    def bring(self, project: Project, folder: Path, seed: int) -> str:
        """Some digits of each kind, with the pixels that the rule marks."""
        place = folder / FOLDER
        shutil.rmtree(place, ignore_errors=True)
        write_digits(place, EACH, ENLARGE)
        ruled = Ruled(images.read, most_different, SAID, seed)
        new = brought(project, ruled, place, format_name="images", name=RULE)
        of = f"{counted(new, 'picture')} of digits"
        return f"imported {of} with the {MARKED} pixels that a rule marks in each"


def most_different(instances: Sequence[Instance]) -> dict[str, dict[str, Any]]:
    """Masks, as COCO writes them, of the `MARKED` pixels that tell a digit from the nearest other.

    The nearest other is the class, not the picture's own, whose mean is least far (Euclidean);
    a pixel counts by |ink − that mean|. Means are of training alone.
    """
    drawn = _ink(instances)
    labels = np.array([int(one.label or "") for one in instances])
    training = np.array([one.split == "train" for one in instances])
    classes = np.unique(labels[training])
    means = np.stack([drawn[training & (labels == one)].mean(axis=0) for one in classes])
    apart = ((drawn[:, None] - means) ** 2).sum(axis=2)
    apart[labels[:, None] == classes] = np.inf
    differs = np.abs(drawn - means[apart.argmin(axis=1)])
    chosen = np.argsort(-differs, axis=1, kind="stable")[:, :MARKED]
    marked = np.zeros(drawn.shape, np.uint8)
    np.put_along_axis(marked, chosen, 1, axis=1)
    square = np.ones((ENLARGE, ENLARGE), np.uint8)
    masks = marked.reshape(len(marked), 8, 8)
    return {
        one.id: encode(np.kron(mask, square)) for one, mask in zip(instances, masks, strict=True)
    }


def _ink(instances: Sequence[Instance]) -> NDArray[np.float64]:
    """float64, shape (N, 64), 0 to 255: the digits before they were enlarged.

    Their files are named by their place in the data.
    """
    everything, _ = digits()
    places = [int(PurePosixPath(one.attributes["file"]).stem) for one in instances]
    return everything[places].reshape(len(places), -1).astype(np.float64)
