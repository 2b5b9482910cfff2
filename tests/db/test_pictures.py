"""The bytes of pictures wait in the database, and a picture is otherwise like any other."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from sqlalchemy import Engine, delete, event

from db.errors import NotFound
from db.records import Instance
from db.store import instances, pictures
from db.tables import instances as table
from pipeline.formats.instances import image_instance
from pipeline.project import Project
from tests.pipeline.explainers.pictures import png
from tests.support.data import instance


@pytest.fixture
def engine(make_project: Callable[..., Project]) -> Engine:
    """Three pictures, and a text between them."""
    project = make_project()
    shown = [image_instance(png(np.full((4, 6), n, np.uint8)), {"label": str(n)}) for n in range(3)]
    instances.add(project.engine, [shown[0], instance("a text"), *shown[1:]])
    return project.engine


def test_a_waiting_picture_is_all_that_a_picture_is(engine: Engine) -> None:
    whole = instances.read(engine, kinds=("image",))
    found = pictures.read(engine, ("image",))
    assert [one.id for one in found] == [one.id for one in whole]
    for one, other in zip(found, whole, strict=True):
        assert isinstance(one, Instance)
        names = {field.name for field in fields(Instance)} - {"offsets"}
        assert {n: getattr(one, n) for n in names} == {n: getattr(other, n) for n in names}
        assert one.n_units == 24


def test_bytes_are_read_when_they_are_looked_at_and_not_held(engine: Engine) -> None:
    asked: list[str] = []
    found = pictures.read(engine, ("image",))
    event.listen(engine, "before_cursor_execute", lambda *a: asked.extend(a[2].split()[:1]))
    assert [one.label for one in found] == ["0", "1", "2"]
    assert "SELECT" not in asked
    for one in (found[0], found[0], found[1], found[0]):
        assert one.image
    assert asked.count("SELECT") == 3, "the one that was read last is held, and no other"


def test_texts_among_them_are_what_they_always_are(engine: Engine) -> None:
    first, text, *_ = pictures.read(engine, ("image", "text"))
    assert (first.kind, text.kind, type(text)) == ("image", "text", Instance)


def test_it_travels_with_its_bytes(engine: Engine) -> None:
    one = pictures.read(engine, ("image",))[1]
    there = pickle.loads(pickle.dumps(one))
    assert type(there) is Instance
    assert (there.id, there.image, there.size, there.label) == (one.id, one.image, (6, 4), "1")


def test_a_picture_that_is_gone_is_said(engine: Engine) -> None:
    one = pictures.read(engine, ("image",))[0]
    with engine.begin() as connection:
        connection.execute(delete(table).where(table.c.id == one.id))
    with pytest.raises(NotFound, match=f"image {one.id} is no longer in the database"):
        assert one.image
