"""Learned masks: what can be hidden of an input without the model noticing? Form of answer → class.

Hu, Zhang & Okatani (2019): a small network says for each input what to keep; the model is frozen.
"""

from __future__ import annotations

from db.catalogue import Catalogue

DIFFERENCES = Catalogue(
    "difference of predictions",
    {
        "classes": "pipeline.masks.objectives.classes:Classes",
        "maps": "pipeline.masks.objectives.maps:Maps",
        "vectors": "pipeline.masks.objectives.vectors:Vectors",
    },
)
"""See `pipeline.masks.objectives.base.Difference`."""
