"""Annotations on their way through the disk come back as they were, in order, twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from db.errors import StoreError
from pipeline.formats.base import Annotation, Part
from pipeline.spool import AT_ONCE, spooling


def annotation(number: int) -> Annotation:
    part = Part({"word": "é\ud800"}, {"helps": 2.5}, {"from": "a"})
    return Annotation("i", None, {"marks": [number]}, "raw", number, {"seen": "x"}, (part,))


def test_what_is_added_comes_back_in_order_a_part_at_a_time() -> None:
    given = [annotation(n) for n in range(AT_ONCE + 5)]
    with spooling() as spool:
        spool.add(given[:3])
        spool.add([])
        spool.add(given[3:])
        assert list(spool) == given
        assert [len(part) for part in spool.parts()] == [3, AT_ONCE, 2]


def test_a_folder_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StoreError, match=r"gone while the file was read .*TMPDIR"), spooling():
        pass
