"""How faithful a rationale is to the model: one file a score, from probabilities already measured."""

from __future__ import annotations

from db.catalogue import Catalogue

FAITHFULNESS = Catalogue(
    "faithfulness score",
    {
        "comprehensiveness": "analysis.faithfulness.comprehensiveness:Comprehensiveness",
        "sufficiency": "analysis.faithfulness.sufficiency:Sufficiency",
        "normalised": "analysis.faithfulness.normalised:Normalised",
        "flip": "analysis.faithfulness.flip:Flip",
        "insertion": "analysis.faithfulness.insertion:Insertion",
        "deletion": "analysis.faithfulness.deletion:Deletion",
    },
)
"""See `analysis.faithfulness.base.Score`."""
