"""Model runs and their predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from db.errors import NotFound
from db.records import ModelRun, Prediction
from db.store.engine import reading, writing
from db.store.rows import fetch, insert_many, now, to_row
from db.tables import model_runs, predictions


def add(engine: Engine, run: ModelRun, predicted: Sequence[Prediction]) -> bool:
    """Record a finished run with what it predicts; False where another process was faster."""
    with writing(engine) as connection:
        if connection.execute(select(model_runs.c.id).where(model_runs.c.id == run.id)).first():
            return False
        row = to_row(run) | {"created_at": run.created_at or now()}
        connection.execute(model_runs.insert(), row)
        insert_many(connection, predictions, map(to_row, predicted))
    return True


def read(engine: Engine, *, objective: str | None = None) -> list[ModelRun]:
    """Runs, oldest first."""
    query = select(model_runs).order_by(model_runs.c.created_at, model_runs.c.id)
    if objective is not None:
        query = query.where(model_runs.c.objective == objective)
    return fetch(engine, query, ModelRun)


def known(engine: Engine, run_id: str) -> ModelRun | None:
    """The run of exactly this id, if it is there."""
    found = fetch(engine, select(model_runs).where(model_runs.c.id == run_id), ModelRun)
    return found[0] if found else None


def find(engine: Engine, run_id: str | None) -> ModelRun:
    """The run whose id begins with `run_id`; without one, the latest that `train` made."""
    runs = [
        run
        for run in read(engine)
        if (run.id.startswith(run_id) if run_id else not run.settings.get("teach"))
    ]
    if not runs:
        raise NotFound(
            f'no model run begins with {run_id!r}; "konkyo status" lists them'
            if run_id
            else 'there is no model run yet; run "konkyo train" first'
        )
    if run_id and len(runs) > 1:
        raise NotFound(f"{len(runs)} runs begin with {run_id!r}; give more of the id")
    return runs[-1]


def probabilities(engine: Engine, run_id: str) -> dict[str, NDArray[np.float32]]:
    """Instance id → class probabilities of a run."""
    query = select(predictions.c.instance_id, predictions.c.probabilities).where(
        predictions.c.run_id == run_id
    )
    with reading(engine) as connection:
        return {row.instance_id: row.probabilities for row in connection.execute(query)}


def predicted(engine: Engine, run_id: str) -> set[str]:
    """Instances that a run has predictions of: all that it was given when it was trained."""
    query = select(predictions.c.instance_id).where(predictions.c.run_id == run_id)
    with reading(engine) as connection:
        return set(connection.execute(query).scalars())
