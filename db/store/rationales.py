"""Rationales: what runs looked at, written as they come so that an interrupted run continues."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Text, and_, cast, delete, select

from db.errors import SafetyError
from db.records import Rationale
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many, to_row
from db.tables import campaigns, items, rationales


def add(engine: Engine, batch: Sequence[Rationale]) -> list[Rationale]:
    """Store one batch in one transaction; returns those that no other process had stored."""
    with writing(engine) as connection:
        return _add(connection, batch)


def _add(connection: Connection, batch: Sequence[Rationale]) -> list[Rationale]:
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


def options(engine: Engine, run_id: str, explainer: str) -> list[dict[str, Any]]:
    """The options, each once, that the rationales of this run by this explainer were made with."""
    # As text: PostgreSQL does not compare JSON.
    written = cast(rationales.c.options, Text)
    query = select(written).where(_by(run_id, explainer)).distinct()
    with reading(engine) as connection:
        return [dict(json.loads(one)) for one in sorted(connection.execute(query).scalars())]


def replace(
    engine: Engine, run_id: str, explainers: Collection[str], batch: Sequence[Rationale]
) -> list[Rationale]:
    """Delete all rationales of this run by these explainers and store a first batch of new ones, in
    one transaction; returns the batch as far as it is new, see `add`.

    Nothing is done, and a `SafetyError` raised, where `check_unshown` raises one.
    """
    with writing(engine) as connection:
        for piece in chunks(_unshown(connection, run_id, explainers), 500):
            connection.execute(delete(rationales).where(rationales.c.id.in_(piece)))
        return _add(connection, batch)


def check_unshown(engine: Engine, run_id: str, explainers: Collection[str]) -> None:
    """A `SafetyError` where a campaign shows a rationale of this run by one of these explainers,
    planned or long answered: what people were asked about must stay what it was."""
    with reading(engine) as connection:
        _unshown(connection, run_id, explainers)


def _unshown(connection: Connection, run_id: str, explainers: Collection[str]) -> list[str]:
    """The ids of these rationales; a `SafetyError` where a campaign shows one."""
    shown = _shown(connection)
    ids: list[str] = []
    for explainer in explainers:
        query = select(rationales.c.id).where(_by(run_id, explainer))
        found = list(connection.execute(query).scalars())
        named = sorted({shown[one] for one in found if one in shown})
        if named:
            raise SafetyError(
                f"rationales of run {run_id} by {explainer} are shown in the campaign "
                f"{', '.join(named)} and stay as they are; train a run with another seed, and "
                "explain that one with other options"
            )
        ids += found
    return ids


def _shown(connection: Connection) -> dict[str, str]:
    """Rationale → the name of a campaign with an item that shows it."""
    query = select(campaigns.c.name, items.c.rationale_ids).join(
        campaigns, items.c.campaign_id == campaigns.c.id
    )
    return {one: name for name, ids in connection.execute(query) for one in ids}


def _by(run_id: str, explainer: str) -> ColumnElement[bool]:
    return and_(rationales.c.run_id == run_id, rationales.c.explainer == explainer)


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
