"""Which items a campaign shows: one file a study type, one line here, and how they are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.catalogue import Catalogue

if TYPE_CHECKING:
    from pipeline.drawing.base import Drawing

DRAWINGS = Catalogue(
    "study",
    {
        "highlight": "pipeline.drawing.highlight:Highlight",
        "rate": "pipeline.drawing.rate:Rate",
        "compare": "pipeline.drawing.compare:Compare",
        "guess": "pipeline.drawing.guess:Guess",
        "simulate": "pipeline.drawing.simulate:Simulate",
        "verify": "pipeline.drawing.verify:Verify",
        "intrude": "pipeline.drawing.intrude:Intrude",
        "choose": "pipeline.drawing.choose:Choose",
        "name": "pipeline.drawing.name:Name",
        "output": "pipeline.drawing.output:Output",
        "own": "pipeline.drawing.own:Own",
    },
)


def drawing_of(study: str) -> Drawing:
    """How items of a study are drawn."""
    drawing: Drawing = DRAWINGS.load(study)()
    return drawing
