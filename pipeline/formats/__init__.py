"""Dataset formats: one file each, one line here."""

from db.catalogue import Catalogue

READERS = Catalogue(
    "format",
    {
        "jsonl": "pipeline.formats.jsonl:read",
        "csv": "pipeline.formats.csv:read",
        "eraser": "pipeline.formats.eraser:read",
        "mturk": "pipeline.formats.mturk:read",
        "images": "pipeline.formats.images:read",
        "rows": "pipeline.formats.rows:read",
    },
)
