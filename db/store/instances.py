"""Instances: stored once by content; a second import is a no-op, a changed label an error."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from db.errors import Conflict
from db.records import Instance
from db.store.engine import reading, writing
from db.store.rows import chunks, fetch, insert_many, to_row
from db.tables import instances


@dataclass(frozen=True)
class Added:
    """How many of the offered instances were new, and how many were there already."""

    new: int
    known: int


def add(engine: Engine, offered: Sequence[Instance]) -> Added:
    """Store the instances that are new; all of them, or (on a conflict) none."""
    with writing(engine) as connection:
        return add_within(connection, offered)


def add_within(connection: Connection, offered: Sequence[Instance]) -> Added:
    """The same inside a transaction of the caller's."""
    unique = {instance.id: instance for instance in offered}
    known = _labels(connection, list(unique))
    for identity, label in known.items():
        _check_label(unique[identity], label)
    start = connection.execute(select(func.max(instances.c.position))).scalar()
    first = 0 if start is None else int(start) + 1
    fresh = [instance for identity, instance in unique.items() if identity not in known]
    insert_many(
        connection,
        instances,
        (to_row(i) | {"position": first + n} for n, i in enumerate(fresh)),
    )
    return Added(new=len(fresh), known=len(known))


def read(engine: Engine, *, ids: Collection[str] | None = None) -> list[Instance]:
    """Instances in the order of their import: all, or those with the given ids."""
    query = select(instances).order_by(instances.c.position)
    if ids is None:
        return fetch(engine, query, Instance)
    found = [
        i
        for piece in chunks(ids, 500)
        for i in fetch(engine, query.where(instances.c.id.in_(piece)), Instance)
    ]
    by_id = {instance.id: instance for instance in found}
    return [by_id[identity] for identity in ids if identity in by_id]


def count(engine: Engine) -> int:
    """How many instances the database holds."""
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(instances)).scalar_one())


def _labels(connection: Connection, ids: list[str]) -> dict[str, str | None]:
    known: dict[str, str | None] = {}
    for piece in chunks(ids, 500):
        query = select(instances.c.id, instances.c.label).where(instances.c.id.in_(piece))
        known.update((row.id, row.label) for row in connection.execute(query))
    return known


def _check_label(offered: Instance, label: str | None) -> None:
    if offered.label is not None and label is not None and offered.label != label:
        raise Conflict(
            f"instance {offered.id} is stored with label {label!r}, the file says "
            f"{offered.label!r}: {_excerpt(offered.text)!r}; correct one of the two"
        )


def _excerpt(text: Any) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= 60 else line[:57] + "…"
