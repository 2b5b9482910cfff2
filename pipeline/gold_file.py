"""Corrupted texts as JSON lines that `konkyo import jsonl` reads: check items for people."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from db.store import instances
from pipeline.corruption import Corrupted
from pipeline.files import write_whole
from pipeline.planted import REPLACED, replaced_token
from pipeline.project import Project

SPLIT = "gold"


def write_gold(path: Path, corrupted: Sequence[Corrupted], known: Collection[str] = ()) -> int:
    """Write one line a corrupted text; returns how many.

    Texts whose ids are `known`, that is, which the project holds already, are left out. The lines
    have no label: nobody knows that of the new text, and so nothing is trained on it. They have no
    rationale either: no person marked anything.
    """
    lines = [_line(one) for one in corrupted if one.instance.id not in known]
    write_whole(path, "".join(json.dumps(line) + "\n" for line in lines))
    return len(lines)


def write_gold_of(project: Project, path: Path, corrupted: Sequence[Corrupted]) -> int:
    """The same for a project: without what it holds as an ordinary text already."""
    known = instances.read(
        project.engine, ids=[one.instance.id for one in corrupted], pictures=False
    )
    return write_gold(path, corrupted, {i.id for i in known if replaced_token(i) is None})


def _line(one: Corrupted) -> dict[str, Any]:
    made = one.instance
    line: dict[str, Any] = {"text": made.text, "tokens": made.offsets.tolist()}
    if made.text_pair is not None and made.offsets_pair is not None:
        line |= {"text_pair": made.text_pair, "tokens_pair": made.offsets_pair.tolist()}
    about = {
        REPLACED: str(one.position),
        "replaced_by": one.word,
        "replaced_in": one.original.id,
        "probability_lost": f"{one.before - one.after:.4f}",
    }
    return {**line, "split": SPLIT, "attributes": about}
