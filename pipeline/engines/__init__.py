"""Engines: name → class, where work runs (`docs/engines.md`)."""

from db.catalogue import Catalogue

ENGINES = Catalogue(
    "engine",
    {
        "inprocess": "pipeline.engines.inprocess:InProcess",
        "processes": "pipeline.engines.processes:Processes",
        "ray": "pipeline.engines.ray:Ray",
    },
)
