"""Measures: what was measured of a run on an instance and takes the model, to be read without it.

A value that is undefined is stored as NULL, which says that it was measured; what has no row was
not. So an interrupted measurement goes on with what is missing, and measures nothing twice.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Engine, select

from db.records import Measure
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many
from db.tables import measures

KEY = (measures.c.run_id, measures.c.instance_id, measures.c.explainer, measures.c.name)


def add(engine: Engine, batch: Sequence[Measure]) -> int:
    """Store one batch in one transaction; returns how many were not there before.

    What is there stays as it is: the same run measured again gives the same. A NaN becomes NULL.
    """
    fresh = {(one.run_id, one.instance_id, one.explainer, one.name): one for one in batch}
    with writing(engine) as connection:
        for piece in chunks(sorted({one.instance_id for one in batch}), 500):
            query = select(*KEY).where(
                measures.c.run_id.in_({one.run_id for one in batch}),
                measures.c.instance_id.in_(piece),
            )
            for run_id, instance_id, explainer, name in connection.execute(query):
                fresh.pop((run_id, instance_id, explainer, name), None)
        return insert_many(connection, measures, map(_row, fresh.values()))


def read(engine: Engine, run_id: str, explainer: str) -> list[Measure]:
    """Everything measured of a run's rationales by an explainer, by instance and name."""
    query = select(measures).where(measures.c.run_id == run_id, measures.c.explainer == explainer)
    return fetch(engine, query.order_by(measures.c.instance_id, measures.c.name), Measure)


def done(engine: Engine, run_id: str, explainer: str, names: Collection[str]) -> set[str]:
    """Instances of which all of these names were measured, undefined or not."""
    query = select(measures.c.instance_id, measures.c.name).where(
        measures.c.run_id == run_id,
        measures.c.explainer == explainer,
        measures.c.name.in_(names),
    )
    with reading(engine) as connection:
        found = [(row.instance_id, row.name) for row in connection.execute(query)]
    return _complete(found, len(set(names)))


def _complete(found: Iterable[tuple[str, str]], n_names: int) -> set[str]:
    by_instance: dict[str, set[str]] = {}
    for instance, name in found:
        by_instance.setdefault(instance, set()).add(name)
    return {instance for instance, names in by_instance.items() if len(names) == n_names}


def _row(one: Measure) -> dict[str, str | float | None]:
    value = one.value
    return {
        "run_id": one.run_id,
        "instance_id": one.instance_id,
        "explainer": one.explainer,
        "name": one.name,
        "value": None if value is None or not math.isfinite(value) else float(value),
    }
