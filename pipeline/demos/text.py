"""The demo on texts: the embedded reviews, with the words that their writer marked."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from db.words import counted
from pipeline.corpus import corpus_path
from pipeline.formats.base import ReadOptions
from pipeline.ingest import Provenance, import_data
from pipeline.plan import PlanRequest
from pipeline.project import Project

AUTHORS = "konkyo-reviews"
PROVENANCE = Provenance(
    annotators="evidence words marked by the corpus's own writer",
    written_for_project=True,
)


class Text:
    """See `pipeline.demos.base.Kind`."""

    settings: ClassVar[str] = """\
[model]
embedding_dim = 64
hidden_dim = 32
dropout = 0.5
weight_decay = 0.1
min_count = 2
epochs = 30
patience = 8

[study]
workers = 3
items_per_hit = 8
gold_per_hit = 1
reward = "0.60"
minutes = 4
"""
    about: ClassVar[str] = "The workers were simulated and the corpus was written for this project."
    untaught: ClassVar[str] = ""
    share: ClassVar[float] = 0.9
    rated: ClassVar[int] = 40
    judged: ClassVar[tuple[str, ...]] = ()
    inverse: ClassVar[bool] = False
    further: ClassVar[tuple[PlanRequest, ...]] = ()

    def bring(self, project: Project, folder: Path, seed: int) -> str:
        """The reviews as they come with konkyo."""
        found = import_data(
            project, "jsonl", corpus_path(), ReadOptions(), name=AUTHORS, provenance=PROVENANCE
        )
        new = counted(found.instances_new, "review")
        return f"imported {new} with the words that justify their labels"
