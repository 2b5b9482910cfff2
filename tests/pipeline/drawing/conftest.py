"""Desks of each kind, with the settings that a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.project import Project
from tests.pipeline.drawing.desk import Desk, images_desk, rows_desk, texts_desk

MakeDesk = Callable[..., Desk]
DESKS = {"text": texts_desk, "image": images_desk, "row": rows_desk}


@pytest.fixture
def make_desk(make_project: Callable[..., Project]) -> MakeDesk:
    """`make_desk("text", settings="[study]\\n…")`: a project with instances and rationales."""

    def make(kind: str = "text", *, settings: str = "", **more: Any) -> Desk:
        return DESKS[kind](make_project(settings), **more)

    return make
