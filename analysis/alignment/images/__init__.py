"""How far a model's map of a picture agrees with the pixels that people marked: one file a score.

A map stands over a grid of equal cells, people mark pixels. The two always meet at the pixels: a
pixel has the score of the cell that its centre falls in (`grid`). All pixels of a cell with the
same marks are one atom with a weight (`atoms`), so that scores are exact and pictures small.
"""

from __future__ import annotations

from db.catalogue import Catalogue

IMAGE_SCORES = Catalogue(
    "alignment score on pictures",
    {
        "pointing_game": "analysis.alignment.images.pointing_game:PointingGame",
        "pointing_game_15px": "analysis.alignment.images.pointing_game_15px:PointingGame15px",
        "energy_inside": "analysis.alignment.images.energy_inside:EnergyInside",
        "region_iou": "analysis.alignment.images.region_iou:RegionIou",
        "rank_accuracy": "analysis.alignment.images.rank_accuracy:RankAccuracy",
        "spearman": "analysis.alignment.images.spearman:Spearman",
        "auroc": "analysis.alignment.images.auroc:Auroc",
        "average_precision": "analysis.alignment.images.average_precision:AveragePrecision",
    },
)
"""See `analysis.alignment.images.base.ImageScore`."""
