"""Results files of Mechanical Turk: any columns, read as a mapping says or as they let guess."""

from __future__ import annotations

from pipeline.formats.mturk.reader import read

__all__ = ["read"]
