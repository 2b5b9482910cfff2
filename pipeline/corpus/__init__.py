"""The embedded corpus: short reviews with a label and with the words that carry it.

`DATASHEET.md` beside this file says what it holds, how it came about and what it is not for.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

CORPUS = "reviews.jsonl"
"""The corpus in the jsonl format of `pipeline.formats`."""


def corpus_path() -> Path:
    """Where the corpus lies, in a checkout as in an installed wheel."""
    return Path(str(files(__name__) / CORPUS))
