"""What the crowd says: one file per method of making one answer out of many."""

from __future__ import annotations

from db.catalogue import Catalogue

AGGREGATORS = Catalogue(
    "aggregation method",
    {
        "majority": "analysis.aggregation.majority:majority",
        "dawid_skene": "analysis.aggregation.dawid_skene:dawid_skene",
        "one_coin": "analysis.aggregation.one_coin:one_coin",
        "mace": "analysis.aggregation.mace:mace",
        "glad": "analysis.aggregation.glad:glad",
    },
)
"""Methods for a long judgement table; see `analysis.aggregation.base.Aggregator`."""

MEAN_AGGREGATORS = Catalogue(
    "mean method",
    {
        "interval_mean": "analysis.aggregation.interval_mean:interval_mean",
        "ordinal_mean": "analysis.aggregation.ordinal_mean:ordinal_mean",
    },
)
"""Methods for numbers and points of scales; see `analysis.aggregation.base.MeanAggregator`."""

PAIR_AGGREGATORS = Catalogue(
    "pairwise method",
    {"bradley_terry": "analysis.aggregation.bradley_terry:bradley_terry"},
)
"""Methods for who beat whom; see `analysis.aggregation.comparisons`."""

MASK_AGGREGATORS = Catalogue(
    "soft mask method",
    {
        "mean": "analysis.aggregation.soft_masks:mean_mask",
        "reliability": "analysis.aggregation.soft_masks:reliability_mask",
    },
)
"""Methods for marked tokens; see `analysis.aggregation.base.MaskAggregator`."""
