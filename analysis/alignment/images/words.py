"""What the scores on pictures are, in words for a reader."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.alignment.contract import Contract
from analysis.alignment.images.base import ImageScore
from analysis.alignment.images.family import EMPTY, SAME
from analysis.alignment.prepare import GOLDS

ABOUT = {
    "tokenisation": "the pixels of the picture as people saw it",
    "pooling": "a pixel has the score of the grid cell that its centre falls in",
}
BEST = "cells in the order of the share that people marked: what a map over the grid can reach"
CUT = ("rank_accuracy", "region_iou")
"""Scores that cut a map at the human area; all others need no cut."""


def contract_of(score: ImageScore, policy: str, about: Mapping[str, str]) -> Contract:
    """What one score is. `about`: tokenisation and pooling."""
    return Contract(
        metrics=(score.metric,),
        unit="pixel",
        tokenisation=about["tokenisation"],
        pooling=about["pooling"],
        gold=GOLDS["soft" if score.soft_gold else policy].format("pixel"),
        k="as many pixels as the gold marks" if score.metric in CUT else "none: raw scores",
        ties="equal scores in expectation over random choice",
        empty=SAME if score.soft_gold else EMPTY,
        average="macro",
    )
