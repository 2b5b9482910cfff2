"""How far a model's rationale agrees with people's: one file per family of scores."""

from __future__ import annotations

from db.catalogue import Catalogue

FAMILIES = Catalogue(
    "family of alignment scores",
    {
        "topk": "analysis.alignment.topk:TopK",
        "spans": "analysis.alignment.spans:Spans",
        "ranking": "analysis.alignment.ranking:Ranking",
        "correlation": "analysis.alignment.correlation:Correlation",
        "overlap": "analysis.alignment.overlap:Overlap",
        "divergence": "analysis.alignment.divergence:Divergence",
    },
)
"""See `analysis.alignment.base.Family`."""

GOLD_POLICIES = Catalogue(
    "gold policy",
    {
        "each": "analysis.alignment.golds:each",
        "majority": "analysis.alignment.golds:majority",
        "union": "analysis.alignment.golds:union",
        "intersection": "analysis.alignment.golds:intersection",
        "soft": "analysis.alignment.golds:soft",
    },
)
"""How many masks become one gold; see `analysis.alignment.base.GoldPolicy`."""
