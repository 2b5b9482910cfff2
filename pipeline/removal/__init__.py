"""How tokens are taken away: name → class (names are part of stored numbers, never renamed)."""

from __future__ import annotations

from db.catalogue import Catalogue

REMOVALS = Catalogue(
    "removal operator",
    {
        "drop": "pipeline.removal.drop:Drop",
        "mask_token": "pipeline.removal.mask_token:MaskToken",
        "mean_embedding": "pipeline.removal.mean_embedding:MeanEmbedding",
    },
)
"""See `pipeline.removal.base.Removal`."""
