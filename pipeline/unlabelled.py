"""The instances without a label that teach the terms of a loss that read none."""

from __future__ import annotations

from collections.abc import Sequence

from db.records import Instance
from pipeline.models.beside import takes_unlabelled
from pipeline.models.splits import NAMES
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import Weighted
from pipeline.planted import replaced_token
from pipeline.project import Project
from pipeline.readable import readable


def take_unlabelled(objectives: Sequence[Weighted]) -> bool:
    """Whether any of the terms reads no label, such as `word_vat`."""
    return any(takes_unlabelled(OBJECTIVES.load(one.name)) for one in objectives)


def unlabelled_for(
    project: Project, kind: str, data: Sequence[Instance], objectives: Sequence[Weighted]
) -> tuple[Instance, ...]:
    """Those of the project that a training on `data` learns from too, in the order of their ids.

    They have no label, are of no part or of that to learn from, and of a kind that `data` has, so
    that a model of single texts meets no pair. Texts of which a token was replaced are made of
    others, of test ones too, and left out. None where no objective takes any.
    """
    if not take_unlabelled(objectives):
        return ()
    kinds = {one.kind for one in data}
    found = [one for one in readable(project, kind) if one.label is None and one.kind in kinds]
    learning = [
        one
        for one in found
        if NAMES.get(one.split or "train") == "train" and replaced_token(one) is None
    ]
    return tuple(sorted(learning, key=lambda one: one.id))
