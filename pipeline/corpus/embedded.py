"""Real pictures and rows that come with scikit-learn, as files that `konkyo import` reads.

Iris (Fisher 1936), the Wisconsin diagnostic breast cancer data (Street, Wolberg & Mangasarian 1993)
and handwritten digits (Alpaydin & Kaynak 1998), all from the UCI repository. They need no network.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.errors import UsageError

TABLES = ("iris", "breast_cancer")
LABEL = "label"
INK = 16
"""The darkest of a digit's grey values, which begin at 0."""


def write_rows(name: str, path: Path) -> int:
    """Write one of `TABLES` as a CSV file with a column `label`; how many rows it has.

    Feature names are scikit-learn's; the labels are its target names.
    """
    from sklearn import datasets  # type: ignore[import-untyped]

    if name not in TABLES:
        raise UsageError(f"there is no table {name!r} (there are: {', '.join(TABLES)})")
    data = getattr(datasets, f"load_{name}")()
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*data.feature_names, LABEL])
        for values, target in zip(data.data.tolist(), data.target.tolist(), strict=True):
            out.writerow([*values, data.target_names[target]])
    return len(data.data)


def digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures, uint8 (1797, 8, 8), 0 black to 255 white ink, and the digits they are."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    data = load_digits()
    return np.round(data.images * (255 / INK)).astype(np.uint8), data.target.astype(np.int64)


def write_digits(folder: Path, each: int | None = None, enlarge: int = 1) -> int:
    """Write digits as `FOLDER/DIGIT/NNNN.png`, grey; how many pictures there are.

    `each`: the first so many of every digit (all of them where None); `enlarge`: every pixel becomes
    a square of so many, for people to see.
    """
    pictures, targets = digits()
    written = 0
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True, exist_ok=True)
        for place in np.flatnonzero(targets == digit)[:each].tolist():
            large = np.kron(pictures[place], np.ones((enlarge, enlarge), np.uint8))
            Image.fromarray(large).save(folder / str(digit) / f"{place:04}.png")
            written += 1
    return written
