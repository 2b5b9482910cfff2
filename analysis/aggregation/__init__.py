"""What the crowd says: one file per method of making one answer out of many."""

from __future__ import annotations

from db.catalogue import Catalogue

AGGREGATORS = Catalogue(
    "aggregation method",
    {
        "majority": "analysis.aggregation.majority:majority",
        "dawid_skene": "analysis.aggregation.dawid_skene:dawid_skene",
    },
)
"""Methods for a long judgement table; see `analysis.aggregation.base.Aggregator`."""

MASK_AGGREGATORS = Catalogue(
    "soft mask method",
    {
        "mean": "analysis.aggregation.soft_masks:mean_mask",
        "reliability": "analysis.aggregation.soft_masks:reliability_mask",
    },
)
"""Methods for marked tokens; see `analysis.aggregation.base.MaskAggregator`."""
