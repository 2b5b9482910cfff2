"""Instances: stored once by content; a second import is a no-op, a changed label an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from db.errors import Conflict, StoreError
from db.records import Instance, InstanceKind
from db.store.engine import reading, writing
from db.store.rows import CHUNK, chunks, fetch, insert_many, to_row
from db.tables import instances

LARGE = 16
"""Rows with content that had to be loaded (pictures) which a statement carries at most."""


@dataclass(frozen=True)
class Added:
    """How many of the offered instances were new, and how many were there already."""

    new: int
    known: int


def add(engine: Engine, offered: Sequence[Instance]) -> Added:
    """Store the instances that are new; all of them, or (on a conflict) none."""
    with writing(engine) as connection:
        return add_within(connection, offered)


def add_within(
    connection: Connection,
    offered: Sequence[Instance],
    load: Callable[[Instance], Instance] | None = None,
) -> Added:
    """The same inside a transaction of the caller's.

    `load` gives an instance the content that was too large to hold for all at once.
    """
    unique = {instance.id: instance for instance in offered}
    known = _labels(connection, list(unique))
    for identity, label in known.items():
        _check_label(unique[identity], label)
    first = next_position(connection)
    fresh = [instance for identity, instance in unique.items() if identity not in known]
    whole = fresh if load is None else map(load, fresh)
    insert_many(
        connection,
        instances,
        (_row(i) | {"position": first + n} for n, i in enumerate(whole)),
        size=CHUNK if load is None else LARGE,
    )
    return Added(new=len(fresh), known=len(known))


def next_position(connection: Connection) -> int:
    """The position that the next new instance gets."""
    last = connection.execute(select(func.max(instances.c.position))).scalar()
    return 0 if last is None else int(last) + 1


def label_within(connection: Connection, labelled: Sequence[Instance], since: int) -> None:
    """Labels for instances that the transaction of the caller stored without.

    Those stored before it began (before the position `since`) stay as they are; if one has another
    label, this is the `Conflict` that it is in `add_within`.
    """
    offered = {instance.id: instance for instance in labelled}
    for identity, label in _labels(connection, list(offered)).items():
        _check_label(offered[identity], label)
    chosen = instances.c.id == bindparam("identity"), instances.c.position >= since
    change = update(instances).where(*chosen).values(label=bindparam("given"))
    for piece in chunks(labelled, CHUNK):
        connection.execute(change, [{"identity": i.id, "given": i.label} for i in piece])


def read(
    engine: Engine,
    *,
    ids: Collection[str] | None = None,
    kinds: Collection[InstanceKind] | None = None,
    pictures: bool = True,
) -> list[Instance]:
    """Instances in the order of their import: all, those of some kinds, or those with given ids.

    Without `pictures` the bytes of images stay in the database (`image` is None).
    """
    columns = [c for c in instances.c if pictures or c is not instances.c.image]
    query = select(*columns).order_by(instances.c.position)
    if kinds is not None:
        query = query.where(instances.c.kind.in_(kinds))
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


def kinds(engine: Engine) -> Counter[InstanceKind]:
    """How many instances of each kind there are."""
    query = select(instances.c.kind, func.count()).group_by(instances.c.kind)
    with reading(engine) as connection:
        return Counter({kind: int(n) for kind, n in connection.execute(query)})


def _row(instance: Instance) -> dict[str, Any]:
    if instance.kind == "image" and instance.image is None:
        raise StoreError(f"image {instance.id} cannot be stored: its bytes were not read")
    return to_row(instance)


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
            f"{offered.label!r}: {_excerpt(offered)!r}; correct one of the two"
        )


def _excerpt(instance: Instance) -> str:
    """What people know an instance by: its words, its file or its values, shortened."""
    words = {"image": instance.attributes.get("file", ""), "row": _values(instance)}
    line = " ".join(words.get(instance.kind, instance.text).split())
    return line if len(line) <= 60 else line[:57] + "…"


def _values(instance: Instance) -> str:
    return ", ".join(f"{name} = {value}" for name, value in instance.features.items())
