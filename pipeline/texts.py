"""The instances that models are trained on and explained for: texts and pairs of texts.

A project may hold images and rows too, which studies show. No model here reads those.
"""

from __future__ import annotations

from collections.abc import Mapping

from db.errors import NotFound
from db.records import Instance, InstanceKind
from db.store import instances
from pipeline.project import Project

WORDS: Mapping[InstanceKind, tuple[str, str]] = {
    "text": ("text", "texts"),
    "pair": ("pair", "pairs"),
    "image": ("image", "images"),
    "row": ("row", "rows"),
}
READ: tuple[InstanceKind, ...] = ("text", "pair")


def in_words(counts: Mapping[InstanceKind, int]) -> str:
    """Kind → number, in words: "2 texts, 1 image"."""
    return ", ".join(f"{n} {WORDS[kind][n != 1]}" for kind, n in counts.items() if n)


def others(project: Project) -> str:
    """What the project holds that no model reads, in words; "" where there is nothing."""
    found = instances.kinds(project.engine)
    return in_words({kind: found[kind] for kind in ("image", "row")})


def texts(project: Project) -> list[Instance]:
    """Every text and pair; a `NotFound` where the project holds instances of other kinds alone."""
    found = instances.read(project.engine, kinds=READ)
    if not found and (rest := others(project)):
        raise NotFound(
            f"there are no texts, only {rest}: models here read texts and pairs of texts; "
            'import some ("konkyo import"), or use the images and rows in a study'
        )
    return found
