"""Instances are stored once, by content, whatever characters they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.errors import Conflict, StoreError
from db.records import NO_TOKENS, Instance, instance_id
from db.store import instances
from db.store.engine import create_database
from pipeline.project import Project
from tests.support.data import instance

MakeProject = Callable[..., Project]

any_text = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for texts that are read by their ids."""
    path = tmp_path_factory.mktemp("characters") / "konkyo.db"
    engine = create_database(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@given(text=any_text)
@settings(max_examples=150)
def test_every_character_comes_back_as_it_was(kept: Engine, text: str) -> None:
    """NUL, lone surrogates, controls: a text is evidence, and evidence is not edited."""
    offsets = np.array([[0, len(text)]], dtype=np.int32)
    stored = Instance(instance_id("text", text), "text", text, offsets)
    instances.add(kept, [stored])
    (found,) = instances.read(kept, ids=[stored.id])
    assert found.text == text
    assert found.tokens == [text]


def test_a_second_import_is_a_no_op(make_project: MakeProject) -> None:
    project = make_project()
    offered = [instance("a fine day", "positive"), instance("a bad day", "negative")]
    assert instances.add(project.engine, offered) == instances.Added(new=2, known=0)
    assert instances.add(project.engine, offered) == instances.Added(new=0, known=2)
    assert [i.text for i in instances.read(project.engine)] == ["a fine day", "a bad day"]


def test_a_changed_label_is_an_error_that_names_both_and_keeps_nothing(
    make_project: MakeProject,
) -> None:
    project = make_project()
    first = instance("a fine day", "positive")
    instances.add(project.engine, [first])
    with pytest.raises(Conflict, match=r"'positive'.*'negative'.*a fine day"):
        instances.add(
            project.engine, [instance("something new", None), replace(first, label="negative")]
        )
    assert instances.count(project.engine) == 1


def test_identity_is_content_and_kind_alone() -> None:
    assert instance("x y", "a", "train").id == instance("x y", "b", "test").id
    assert instance_id("pair", "ab", "c") != instance_id("pair", "a", "bc")
    assert instance_id("text", "ab") != instance_id("pair", "ab", "")


def test_identities_of_texts_are_those_that_databases_hold_already() -> None:
    """SHA-256 of the kind and, for each part, its length in bytes, a colon and the part."""
    assert instance_id("text", "äb") == hashlib.sha256(b"text3:\xc3\xa4b").hexdigest()[:24]
    assert instance_id("pair", "ab", "c") == hashlib.sha256(b"pair2:ab1:c").hexdigest()[:24]
    assert instance_id("image", b"ab") == hashlib.sha256(b"image2:ab").hexdigest()[:24]


def test_the_identity_of_a_row_is_its_names_and_values_in_their_order() -> None:
    row = instance_id("row", {"a": 1.0, "b": "x"})
    assert row == instance_id("row", {"a": 1, "b": "x"})
    others = [{"b": "x", "a": 1.0}, {"a": "1.0", "b": "x"}, {"a": 2.0, "b": "x"}, {"a": 1.0}]
    assert len({row, *(instance_id("row", other) for other in others)}) == 5
    assert instance_id("row", {"ab": "c"}) != instance_id("row", {"a": "bc"})


def image(data: bytes = b"\x89PNG\x00\xff", **about: object) -> Instance:
    """A picture's record; what its bytes mean is nothing to the database."""
    shown = {"image": data, "media_type": "image/png", "size": (3, 2), **about}
    return Instance(instance_id("image", data), "image", "", NO_TOKENS, **shown)  # type: ignore[arg-type]


def row(**features: str | float) -> Instance:
    return Instance(instance_id("row", features), "row", "", NO_TOKENS, features=features)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_images_and_rows_come_back_as_they_were(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    server = kind == "postgresql"
    address = request.getfixturevalue("postgres_database") if server else f"sqlite:///{tmp_path}/k"
    engine = create_database(address)
    hostile = row(z=1.5, a="\x00 \ud800 </script> 🐈", m=-3.0)
    offered = [image(label="cat"), hostile, instance("a text")]
    assert instances.add(engine, offered).new == 3
    shown, features, text = instances.read(engine)
    assert (shown.image, shown.size, shown.media_type) == (b"\x89PNG\x00\xff", (3, 2), "image/png")
    assert (shown.n_units, shown.n_tokens, shown.tokens) == (6, 0, [])
    assert list(features.features.items()) == list(hostile.features.items())
    assert (features.n_units, text.n_units, text.n_tokens) == (3, 2, 2)
    assert instances.kinds(engine) == {"image": 1, "row": 1, "text": 1}
    assert [i.kind for i in instances.read(engine, kinds=("row", "text"))] == ["row", "text"]
    without = instances.read(engine, pictures=False)[0]
    assert (without.image, without.size, without.label) == (None, (3, 2), "cat")
    engine.dispose()


def test_a_picture_without_its_bytes_is_not_stored(make_project: MakeProject) -> None:
    project = make_project()
    with pytest.raises(StoreError, match="its bytes were not read"):
        instances.add(project.engine, [replace(image(), image=None)])
    assert instances.count(project.engine) == 0


@pytest.mark.parametrize(
    ("stored", "excerpt"),
    [(image(attributes={"file": "pets/a.png"}), "pets/a.png"), (row(age=3.0), "age = 3.0")],
)
def test_a_changed_label_names_the_picture_or_the_row(
    make_project: MakeProject, stored: Instance, excerpt: str
) -> None:
    project = make_project()
    instances.add(project.engine, [replace(stored, label="cat")])
    with pytest.raises(Conflict, match=rf"'cat'.*'dog'.*{excerpt}"):
        instances.add(project.engine, [replace(stored, label="dog")])
