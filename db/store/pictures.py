"""Pictures whose bytes stay in the database until they are looked at.

Ten thousand pictures are gigabytes, of which a command needs one at a time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import Engine, select

from db.errors import NotFound
from db.records import Instance, InstanceKind
from db.store import instances as stored
from db.store.engine import reading
from db.tables import instances


class Waiting:
    """Reads bytes by the ids of their instances, and holds those that it read last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: tuple[str, bytes] = ("", b"")

    def read(self, instance_id: str) -> bytes:
        """The file as it was imported; a `NotFound` where it is gone."""
        if self._last[0] != instance_id:
            query = select(instances.c.image).where(instances.c.id == instance_id)
            with reading(self._engine) as connection:
                found = connection.execute(query).scalar()
            if found is None:
                raise NotFound(f"image {instance_id} is no longer in the database; import it again")
            self._last = (instance_id, bytes(found))
        return self._last[1]


class StoredPicture(Instance):
    """An `Instance` like any other, but for `image`, which is read whenever it is asked for.

    Pickled, it is a plain one with its bytes: elsewhere there is no database.
    """

    def __init__(self, known: Instance, waiting: Waiting) -> None:
        self.__dict__.update(known.__dict__, waiting=waiting)

    @property
    def image(self) -> bytes:
        """The bytes of the file."""
        found: bytes = self.__dict__["waiting"].read(self.id)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return Instance, tuple(getattr(self, field.name) for field in fields(Instance))


def read(engine: Engine, kinds: Collection[InstanceKind]) -> list[Instance]:
    """Every instance of some kinds in the order of their import, the bytes of pictures waiting."""
    waiting = Waiting(engine)
    return [
        StoredPicture(one, waiting) if one.kind == "image" else one
        for one in stored.read(engine, kinds=kinds, pictures=False)
    ]
