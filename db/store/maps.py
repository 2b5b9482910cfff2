"""Maps of pictures: what explainers of a run scored over grids, one picture at a time.

A map may have as many cells as its picture pixels, so that those of a whole campaign need not fit
into memory.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from db.errors import DataError
from db.store.engine import reading
from db.tables import rationales


def of_picture(
    engine: Engine, run_id: str, explainers: Collection[str], instance_id: str
) -> dict[str, NDArray[np.float32]]:
    """Explainer → scores of the predicted class, shape (rows, cols), of those that have any.

    `DataError` where the scores were stored without a grid that they fit.
    """
    query = select(rationales.c.explainer, rationales.c.scores, rationales.c.shape).where(
        rationales.c.run_id == run_id,
        rationales.c.explainer.in_(explainers),
        rationales.c.instance_id == instance_id,
        rationales.c.contrast.is_(False),
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return {row.explainer: _grid(row.explainer, instance_id, row.scores, row.shape) for row in rows}


def _grid(
    explainer: str, instance_id: str, scores: NDArray[np.float32], shape: Collection[int]
) -> NDArray[np.float32]:
    sides = tuple(shape)
    if len(sides) != 2 or sides[0] * sides[1] != len(scores):
        raise DataError(
            f"explainer {explainer!r} has {len(scores)} scores of picture {instance_id!r} and the "
            f"shape {sides}; store them with the shape (rows, cols) of their grid"
        )
    return np.asarray(scores, np.float32).reshape(sides)
