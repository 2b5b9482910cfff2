"""How the units of an instance are called where features are named by them.

Words are called as they stand; a number of a row "petal length high" or "… low", as it lies about
the mean of training; a patch of a picture "light top left" or "dark centre".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from db.records import Instance
from pipeline.drawing.words import word_at

PLACES = (
    ("top left", "top", "top right"),
    ("left", "centre", "right"),
    ("bottom left", "bottom", "bottom right"),
)


def unit_names(
    instance: Instance,
    embeddings: NDArray[np.float32],
    shape: tuple[int, ...] = (),
) -> list[str]:
    """A name for each of U units, "" where it has none.

    `embeddings`: (U, D), what the model reads of each, 0 at the mean of training, of a row in its own
    order; `shape`: rows and columns of patches.
    """
    if instance.kind == "image":
        return _patches(embeddings.mean(axis=1), shape)
    if instance.kind == "row":
        return [
            _feature(instance, name, read)
            for name, read in zip(instance.features, embeddings, strict=True)
        ]
    return [word_at(instance, at) for at in range(len(embeddings))]


def _patches(light: NDArray[np.floating], shape: tuple[int, ...]) -> list[str]:
    rows, columns = shape
    found = []
    for at, value in enumerate(light.tolist()):
        row, column = divmod(at, columns)
        place = PLACES[row * 3 // rows][column * 3 // columns]
        found.append("" if value == 0 else f"{'light' if value > 0 else 'dark'} {place}")
    return found


def _feature(instance: Instance, name: str, read: NDArray[np.float32]) -> str:
    """A word is named with its value, a number by its side of the mean; a mean says nothing."""
    value = instance.features[name]
    if isinstance(value, str):
        return f"{name}: {value}"
    if read[0] == 0:
        return ""
    return f"{name} {'high' if read[0] > 0 else 'low'}"


def feature_of(name: str) -> str:
    """The feature of a row that a name is about, or a list of features with their values."""
    for ending in (" high", " low"):
        if name.endswith(ending):
            return name[: -len(ending)]
    return name.partition(":")[0]
