"""What a picture must be like before anything is computed from it."""

from __future__ import annotations

import numpy as np

from analysis.alignment.floors import RANDOM, RESERVED
from analysis.alignment.images.base import CENTRE, Picture
from analysis.alignment.images.layout import RANDOM_MAP
from db.errors import DataError, UsageError

OURS = (*RESERVED, RANDOM, CENTRE)
"""Subjects that a caller's maps may not be called: every table has rows of these names."""


def check_explainers(picture: Picture) -> tuple[str, ...]:
    """The explainers of a picture, if there are any and none takes a name of ours."""
    if not picture.maps:
        raise DataError("there is no explainer to align; give at least one map per picture")
    for name in picture.maps:
        if name in OURS or name.startswith(RANDOM_MAP):
            raise UsageError(f"{name!r} is a row of every table; call the explainer otherwise")
    return tuple(picture.maps)


def check_picture(picture: Picture, explainers: tuple[str, ...]) -> None:
    """Refuse masks that do not fit together, and maps that are none."""
    shapes = {mask.shape for mask in picture.masks}
    if len(shapes) != 1 or len(picture.masks) != len(picture.worker):
        raise DataError(
            f"the masks of picture {picture.id!r} must be of one size, one for every worker"
        )
    (shape,) = shapes
    if len(shape) != 2 or 0 in shape:
        raise DataError(f"picture {picture.id!r} has masks of the shape {shape}, without a pixel")
    if any(mask.dtype != np.uint8 or mask.max() > 1 for mask in picture.masks):
        raise DataError(f"the masks of picture {picture.id!r} must consist of 0 and 1 (uint8)")
    if set(picture.maps) != set(explainers):
        raise DataError(
            f"picture {picture.id!r} has maps of {', '.join(picture.maps) or 'nobody'}, others of "
            f"{', '.join(explainers)}; explain it too or leave it out"
        )
    for name, scores in picture.maps.items():
        if scores.ndim != 2 or 0 in scores.shape:
            raise DataError(
                f"explainer {name!r} has a map of the shape {scores.shape} for picture "
                f"{picture.id!r}; it must be a grid (rows, cols)"
            )
        if not np.isfinite(scores).all():
            raise DataError(
                f"explainer {name!r} has a score that is no number in picture {picture.id!r}; "
                "explain it again or leave the picture out"
            )
