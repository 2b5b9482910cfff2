"""What is written and read again is what it was, whatever stands in the texts."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.formats.writers import WRITERS
from pipeline.formats.writers.base import Record
from tests.pipeline.formats.writers.support import content, read, read_back, record_lists, told

COUNT = itertools.count()
FAST = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def there_and_back(name: str, records: list[Record], folder: Path) -> None:
    """Write twice, compare the bytes, and read."""
    first, second = (folder / f"{next(COUNT)}" for _ in range(2))
    written = WRITERS.load(name)(iter(records), first)
    WRITERS.load(name)(records, second)
    assert every_byte(first) == every_byte(second)
    assert (written.records, dict(written.skipped)) == (len(records), {})
    found = read(name, first)
    assert [content(i) for i in found.instances] == [content(r.instance) for r in records]
    assert read_back(found) == told(records)
    assert not found.skipped


def every_byte(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {file.name if path.is_dir() else "": file.read_bytes() for file in files}


@pytest.mark.parametrize("name", ["jsonl", "parquet", "hf"])
@FAST
@given(records=record_lists(own_tokens=True))
def test_all_of_a_text_comes_back(name: str, records: list[Record], tmp_path: Path) -> None:
    there_and_back(name, records, tmp_path)


@FAST
@given(records=record_lists(own_tokens=False))
def test_texts_and_people_come_back_from_csv(records: list[Record], tmp_path: Path) -> None:
    there_and_back("csv", records, tmp_path)


@FAST
@given(records=record_lists(own_tokens=False, asked=True))
def test_texts_and_people_come_back_from_label_studio(
    records: list[Record], tmp_path: Path
) -> None:
    # Without a single region the file does not say that anybody was asked for regions.
    if any(said.values["marks"] for record in records for said in record.annotations):
        there_and_back("label_studio", records, tmp_path)
