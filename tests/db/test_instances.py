"""Instances are stored once, by content, whatever characters they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.errors import Conflict
from db.records import Instance, instance_id
from db.store import instances
from pipeline.project import Project
from tests.support.data import instance

MakeProject = Callable[..., Project]

any_text = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)


@given(text=any_text)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_character_comes_back_as_it_was(make_project: MakeProject, text: str) -> None:
    """NUL, lone surrogates, controls: a text is evidence, and evidence is not edited."""
    project = make_project()
    offsets = np.array([[0, len(text)]], dtype=np.int32)
    stored = Instance(instance_id("text", text), "text", text, offsets)
    instances.add(project.engine, [stored])
    (found,) = instances.read(project.engine, ids=[stored.id])
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
