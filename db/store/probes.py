"""Probes: what a run predicts without parts of its instances, kept as they are measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from db.records import Probe
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many, to_row
from db.tables import probes


def add(engine: Engine, batch: Sequence[Probe]) -> int:
    """Store one batch in one transaction; returns how many no other process had stored."""
    unique = {probe.id: probe for probe in batch}
    with writing(engine) as connection:
        for piece in chunks(list(unique), 500):
            query = select(probes.c.id).where(probes.c.id.in_(piece))
            for known in connection.execute(query).scalars():
                del unique[known]
        return insert_many(connection, probes, map(to_row, unique.values()))


def probabilities(engine: Engine, run_id: str, removal: str) -> dict[str, NDArray[np.float32]]:
    """Id of a probe → class probabilities, float32, shape (C,): all of a run and an operator."""
    query = select(probes.c.id, probes.c.probabilities).where(
        probes.c.run_id == run_id, probes.c.removal == removal
    )
    with reading(engine) as connection:
        return {row.id: row.probabilities for row in connection.execute(query)}


def read(engine: Engine, run_id: str, removal: str) -> list[Probe]:
    """Whole probes of a run and an operator, by id."""
    query = select(probes).where(probes.c.run_id == run_id, probes.c.removal == removal)
    return fetch(engine, query.order_by(probes.c.id), Probe)
