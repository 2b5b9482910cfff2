"""A picture with a map over it: the picture itself, and a tinted cell wherever something counts.

The sign is told by the outline too, dashed where a cell speaks against, so that it survives
greyscale; the score itself stands in the cell's title.
"""

from __future__ import annotations

import base64

import numpy as np
from markupsafe import Markup

from analysis.report.heatmap import Side
from analysis.report.wording import number
from db.records import Instance

SIDE = 320
"""Units of the drawing that the longer side of a picture takes."""
PIXELS = Markup(' class="grown"')
"""Of a picture that is enlarged: its pixels stay squares."""


def picture_map(instance: Instance, side: Side, shape: tuple[int, int], what: str) -> Markup:
    """An SVG of the picture and `shape` = (rows, cols) cells of equal size over it.

    `what` is told to those who do not see it. An instance without bytes gives the cells alone.
    """
    width, height = instance.size or (1, 1)
    scale = SIDE / max(width, height)
    size = width * scale, height * scale
    return Markup(
        '<svg class="picture" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" '
        'aria-label="{2}">{3}{4}</svg>'
    ).format(
        *(f"{one:.1f}" for one in size), what, _image(instance, size), _cells(side, shape, size)
    )


def _image(instance: Instance, size: tuple[float, float]) -> Markup:
    if instance.image is None:
        return Markup("")
    data = base64.b64encode(instance.image).decode("ascii")
    return Markup(
        '<image href="data:{};base64,{}" width="{:.1f}" height="{:.1f}" preserveAspectRatio="none"{}/>'
    ).format(
        instance.media_type,
        data,
        *size,
        PIXELS if instance.size and max(instance.size) < SIDE else "",
    )


def _cells(side: Side, shape: tuple[int, int], size: tuple[float, float]) -> Markup:
    """A rectangle for every cell of a level other than 0."""
    rows, columns = shape
    wide, high = size[0] / columns, size[1] / rows
    drawn = []
    for place in np.flatnonzero(side.levels).tolist():
        level, (row, column) = int(side.levels[place]), divmod(place, columns)
        name = f"m{level}" if level > 0 else f"n{-level}"
        drawn.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "<title>{}</title></rect>"
            ).format(name, column * wide, row * high, wide, high, number(float(side.scores[place])))
        )
    return Markup("").join(drawn)
