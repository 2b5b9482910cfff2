"""A Hugging Face data set, as `save_to_disk` would write it: `datasets.load_from_disk(path)`.

One data set with a column `split`. The first record decides whether it is one of texts and pairs or
one of pictures, whose column `image` the library decodes (`Image`). Other features are left for the library to see in the Arrow schema,
so that old and new releases of it read the folder alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]

from pipeline.formats.writers.base import Record, Written
from pipeline.formats.writers.checked import Passing
from pipeline.formats.writers.picture_table import PICTURES, picture_batches
from pipeline.formats.writers.table import SCHEMA, batches
from pipeline.formats.writers.whole import new_folder

DATA = "data-00000-of-00001.arrow"
CHUNK = 1 << 20


def write(records: Iterable[Record], path: Path) -> Written:
    """One row a record, in their order; see `Writer`."""
    ahead = iter(records)
    first = list(islice(ahead, 1))
    of_pictures = [record.instance.kind for record in first] == ["image"]
    passing = Passing(("image",) if of_pictures else ("text", "pair"), answers=True)
    through = passing.through(chain(first, ahead))
    made = picture_batches(through, passing) if of_pictures else batches(through)
    schema = PICTURES if of_pictures else SCHEMA
    with new_folder(path) as folder:
        with pa.OSFile(str(folder / DATA), "wb") as file, pa.ipc.new_stream(file, schema) as stream:
            for batch in made:
                stream.write_batch(batch)
        _write_json(folder / "dataset_info.json", {})
        _write_json(folder / "state.json", _state(folder / DATA))
        return passing.written()


def _state(data: Path) -> dict[str, object]:
    """What the library keeps of a data set; the fingerprint is one of its content."""
    return {
        "_data_files": [{"filename": DATA}],
        "_fingerprint": _digest(data)[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": None,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
