"""Evidence by a rule, where no person marked any: data on its way in, with annotations added.

Simulated workers need something to know. Texts come with the marks of their writer; pictures and
rows that come with scikit-learn have labels alone. So a stated rule marks each instance, and what
it marks is imported as annotations by nobody named, in a campaign that says how they were made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from db.records import Instance
from pipeline.formats.base import Annotation, Reader, Reading, ReadOptions, in_one, whole
from pipeline.ingest import Provenance, import_from
from pipeline.project import Project

PARTS = (("train", 0.7), ("validation", 0.1), ("test", 0.2))
Rule = Callable[[Sequence[Instance]], Mapping[str, Any]]
"""Instance id → marks as a study has them; learns from instances of the split "train" alone."""


@dataclass(frozen=True)
class Ruled:
    """A reader of another reader's instances: at most `most` of them, divided, with evidence.

    `said`: what the report calls whoever marked; `seed` draws the sample and its division.
    """

    read: Reader
    rule: Rule
    said: str
    seed: int
    most: int | None = None

    def __call__(self, path: Path, options: ReadOptions) -> Reading:
        """See `Reader`."""
        found = whole(self.read(path, options))
        kept = divided(found.instances, self.seed, self.most)
        marks = self.rule(kept)
        annotations = tuple(
            _annotation(one, marks[one.id], number) for number, one in enumerate(kept, start=1)
        )
        return in_one(replace(found, instances=kept, annotations=annotations, annotators=self.said))


def brought(project: Project, ruled: Ruled, path: Path, *, format_name: str, name: str) -> int:
    """Import what lies at `path`, marked by the rule, as the campaign `name`; how many are new."""
    found = import_from(
        project,
        ruled,
        path,
        ReadOptions(),
        format_name=format_name,
        name=name,
        provenance=Provenance(annotators=ruled.said),
    )
    return found.instances_new


def divided(
    instances: Sequence[Instance], seed: int, most: int | None = None
) -> tuple[Instance, ...]:
    """A sample in its old order, divided by `PARTS` within every label, so that none is missing."""
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(len(instances))[:most]
    by_label: dict[str, list[int]] = {}
    for place in drawn.tolist():
        by_label.setdefault(str(instances[place].label), []).append(place)
    split: dict[int, str] = {}
    for places in by_label.values():
        ends = np.rint(np.cumsum([share for _, share in PARTS]) * len(places)).astype(int)
        names = np.repeat([name for name, _ in PARTS], np.diff(ends, prepend=0))
        split |= dict(zip(places, names.tolist(), strict=True))
    return tuple(replace(instances[place], split=split[place]) for place in sorted(split))


def _annotation(one: Instance, marks: Any, number: int) -> Annotation:
    values = {"label": one.label, "marks": marks}
    return Annotation(one.id, None, values, json.dumps(values), number)
