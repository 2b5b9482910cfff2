"""Dataset formats that konkyo writes: one file each, one line here."""

from db.catalogue import Catalogue

WRITERS = Catalogue(
    "format to write",
    {
        "jsonl": "pipeline.formats.writers.jsonl:write",
        "csv": "pipeline.formats.writers.csv:write",
        "parquet": "pipeline.formats.writers.parquet:write",
        "hf": "pipeline.formats.writers.hf:write",
        "eraser": "pipeline.formats.eraser_out:write_eraser",
        "label_studio": "pipeline.formats.writers.label_studio:write",
        "masks": "pipeline.formats.writers.masks:write",
    },
)
