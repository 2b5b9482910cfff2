"""What the demo needs of a kind of data: where it comes from, and which settings suit it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Protocol

from pipeline.plan import PlanRequest
from pipeline.project import Project


class Kind(Protocol):
    """One kind of data that the whole loop runs on.

    `settings`: tables of konkyo.toml for this kind ([model], [explain] …), beside those of the
    demo itself; `about`: a sentence on where data and evidence come from, for the terminal;
    `untaught`: why nothing is taught, "" where the demo goes on to teach; `share`: the part of the
    instances that is put before people, the rest serve as check items; `rated`: how many
    instances of the test part have their rationales rated, by `judged` (all but floors where that
    is empty); `inverse`: whether the model is asked what it expects of each class; `further`: studies
    besides, in the order in which they are held.
    """

    settings: ClassVar[str]
    about: ClassVar[str]
    untaught: ClassVar[str]
    share: ClassVar[float]
    rated: ClassVar[int]
    judged: ClassVar[tuple[str, ...]]
    inverse: ClassVar[bool]
    further: ClassVar[tuple[PlanRequest, ...]]

    def bring(self, project: Project, folder: Path, seed: int) -> str:
        """Import data and evidence, writing files into `folder` if needed; what came, in words."""
        ...
