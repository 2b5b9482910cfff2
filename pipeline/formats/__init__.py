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
        "parquet": "pipeline.formats.parquet:read",
        "hf": "pipeline.formats.hf:read",
        "hatexplain": "pipeline.formats.hatexplain:read",
        "esnli": "pipeline.formats.esnli:read",
        "yelp_hat": "pipeline.formats.yelp_hat:read",
        "label_studio": "pipeline.formats.label_studio:read",
        "masks": "pipeline.formats.image_masks:read",
    },
)
