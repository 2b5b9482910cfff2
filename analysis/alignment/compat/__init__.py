"""Published protocols, their defects included: one file a preset.

See docs/compat.md for what each does to a number.
"""

from __future__ import annotations

from db.catalogue import Catalogue

COMPATS = Catalogue(
    "published protocol",
    {
        "eraser": "analysis.alignment.compat.eraser:score",
        "ferret": "analysis.alignment.compat.ferret:score",
        "hatexplain": "analysis.alignment.compat.hatexplain:score",
    },
)
"""See `analysis.alignment.compat.base.Preset`."""
