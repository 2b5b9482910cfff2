"""What is kept as JSON is what was measured."""

from __future__ import annotations

import json

import pytest

from analysis.health.base import Health, read, written
from db.errors import DataError
from db.records import Estimate

HEALTH = Health(
    (
        Estimate("sharpness", 352.9, scale="0 or more", n_units=256),
        Estimate("class_distance", None, note="no scatter", subject="summary"),
    ),
    drawn=256,
    of=384,
    excluded={"feature that never varies": 2},
    notes=("a note – “quoted”",),
)


def test_read_gives_back_what_was_written() -> None:
    assert read(written(HEALTH)) == HEALTH
    assert [one.value for one in HEALTH.named("sharpness")] == [352.9]


def test_another_version_is_as_if_nothing_were_there() -> None:
    assert read(json.dumps({**json.loads(written(HEALTH)), "version": 0})) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', written(HEALTH)[:-40]])
def test_something_else_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="no record of training health"):
        read(text)
