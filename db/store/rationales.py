"""Rationales: what runs looked at, written as they come so that an interrupted run continues."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Engine, select

from db.records import Rationale
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many, to_row
from db.tables import rationales


def add(engine: Engine, batch: Sequence[Rationale]) -> list[Rationale]:
    """Store one batch in one transaction; returns those that no other process had stored."""
    with writing(engine) as connection:
        known: set[str] = set()
        for piece in chunks((r.id for r in batch), 500):
            query = select(rationales.c.id).where(rationales.c.id.in_(piece))
            known.update(connection.execute(query).scalars())
        fresh = [rationale for rationale in batch if rationale.id not in known]
        insert_many(connection, rationales, map(to_row, fresh))
    return fresh


def done(engine: Engine, run_id: str, explainer: str) -> set[str]:
    """Instances whose predicted class this explainer has explained for this run."""
    query = select(rationales.c.instance_id).where(
        rationales.c.run_id == run_id,
        rationales.c.explainer == explainer,
        rationales.c.contrast.is_(False),
    )
    with reading(engine) as connection:
        return set(connection.execute(query).scalars())


def explained(engine: Engine, run_id: str, explainer: str) -> set[tuple[str, int]]:
    """Instance and class of every rationale of this run by this explainer."""
    query = select(rationales.c.instance_id, rationales.c.target).where(
        rationales.c.run_id == run_id, rationales.c.explainer == explainer
    )
    with reading(engine) as connection:
        return {(row.instance_id, row.target) for row in connection.execute(query)}


def read(
    engine: Engine,
    run_id: str,
    explainers: Collection[str] | None = None,
    *,
    every_class: bool = False,
) -> list[Rationale]:
    """Rationales of a run, all or by the given explainers: of the predicted class, or of every."""
    query = select(rationales).where(rationales.c.run_id == run_id)
    if not every_class:
        query = query.where(rationales.c.contrast.is_(False))
    if explainers is not None:
        query = query.where(rationales.c.explainer.in_(explainers))
    return fetch(engine, query.order_by(rationales.c.explainer, rationales.c.id), Rationale)


def explainers(engine: Engine, run_id: str) -> list[str]:
    """Names of the explainers that a run has rationales of, sorted."""
    query = select(rationales.c.explainer).where(rationales.c.run_id == run_id).distinct()
    with reading(engine) as connection:
        return sorted(connection.execute(query).scalars())


def by_id(engine: Engine, ids: Collection[str]) -> dict[str, Rationale]:
    """Rationales by id; unknown ids are left out."""
    found: dict[str, Rationale] = {}
    for piece in chunks(ids, 500):
        query = select(rationales).where(rationales.c.id.in_(piece))
        found.update((r.id, r) for r in fetch(engine, query, Rationale))
    return found
