"""The file between `konkyo select` and `konkyo plan --chosen`: which instances, and why each one.

JSON lines. The first says how the proposal was made, every other one names an instance, its stratum
and its score.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import DataError, NotFound
from pipeline.acquisition.batch import RANDOM, Proposed


def written(by: str, run: str, of: int, chosen: Sequence[Proposed]) -> str:
    """A proposal as JSON lines, which `chosen_in` reads: `by` a way, for a run, out of so many."""
    head = {"selected_by": by, "run": run, "of": of}
    lines = [
        {"instance": one.instance_id, "stratum": one.stratum, "score": one.score} for one in chosen
    ]
    return "".join(json.dumps(line) + "\n" for line in (head, *lines))


@dataclass(frozen=True)
class Chosen:
    """A proposal read back: how it was made, and instance → stratum in its order."""

    by: str
    run: str
    of: int
    strata: Mapping[str, str]

    @property
    def at_random(self) -> int:
        """How many were drawn at random."""
        return sum(stratum == RANDOM for stratum in self.strata.values())


def chosen_in(path: Path) -> Chosen:
    """What `written` gave; a DataError naming the line where it is something else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise NotFound(f"the proposal {path} cannot be read: {problem}") from problem
    if not lines:
        raise DataError(f'{path} is empty; write a proposal with "konkyo select --out"')
    head = _object(path, 1, lines[0], ("selected_by", "run", "of"))
    strata: dict[str, str] = {}
    for number, line in enumerate(lines[1:], start=2):
        one = _object(path, number, line, ("instance", "stratum"))
        if one["instance"] in strata:
            raise DataError(f"{path}, line {number}: instance {one['instance']} stands there twice")
        strata[str(one["instance"])] = str(one["stratum"])
    return Chosen(str(head["selected_by"]), str(head["run"]), int(head["of"]), strata)


def _object(path: Path, number: int, line: str, needed: Sequence[str]) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict) or any(name not in found for name in needed):
        raise DataError(
            f"{path}, line {number}: is no line of a proposal (it needs {', '.join(needed)}); "
            'write one with "konkyo select --out"'
        )
    return found
