"""The instances that a kind of model reads: texts and pairs, pictures, or rows.

A project may hold several kinds. A model is trained on those that it reads, and explained on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from db.errors import NotFound
from db.records import Instance, InstanceKind
from db.store import instances, pictures
from pipeline.models import MODELS
from pipeline.models.own import make_findable
from pipeline.models.trained import encoding_of
from pipeline.planted import is_class_image
from pipeline.project import Project

WORDS: Mapping[InstanceKind, tuple[str, str]] = {
    "text": ("text", "texts"),
    "pair": ("pair", "pairs"),
    "image": ("image", "images"),
    "row": ("row", "rows"),
}


def in_words(counts: Mapping[InstanceKind, int]) -> str:
    """Kind → number, in words: "2 texts, 1 image"."""
    return ", ".join(f"{n} {WORDS[kind][n != 1]}" for kind, n in counts.items() if n)


def others(project: Project, model: str) -> str:
    """What the project holds that a model of this kind does not read, in words; "" if nothing."""
    make_findable(model, project.folder)
    read = encoding_of(model).kinds
    found = instances.kinds(project.engine)
    return in_words({kind: n for kind, n in found.items() if kind not in read})


def readable(project: Project, model: str) -> list[Instance]:
    """Every instance that a model of this kind reads; a `NotFound` where there are others alone.

    Pictures that `konkyo explain --inverse` made are none of them. The bytes of pictures stay in
    the database until they are looked at, one at a time.
    """
    make_findable(model, project.folder)
    read = encoding_of(model).kinds
    found = [i for i in pictures.read(project.engine, read) if not is_class_image(i)]
    if not found and (rest := others(project, model)):
        there = instances.kinds(project.engine)
        known = {name: set(encoding_of(name).kinds) for name in MODELS}
        fitting = [name for name, kinds in known.items() if any(there[kind] for kind in kinds)]
        wanted = " and ".join(WORDS[kind][1] for kind in read)
        raise NotFound(
            f"{model} reads {wanted}, and the project has only {rest}; set [model] kind to "
            f'{" or ".join(fitting)}, or import {wanted} ("konkyo import")'
        )
    return found
