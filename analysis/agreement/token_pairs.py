"""How well one worker's marks find another's: pairwise F1, IoU and AUC, consensus and union.

Scores of ordered pairs, averaged within an instance and then over instances.
"""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, divide, row_sums
from analysis.marked import MaskPairs, token_votes
from analysis.score_table import ScoreTable
from db.records import Marks


def pairwise_f1(pairs: MaskPairs) -> Floats:
    """F1 of one mask against the other, shape (P,): 2·both / (marked by one + by the other).

    Range [0, 1], higher is better; NaN where neither marked anything.
    """
    return divide(2 * pairs.both, pairs.count[pairs.first] + pairs.count[pairs.second])


def pairwise_iou(pairs: MaskPairs) -> Floats:
    """Intersection over union of two masks (Jaccard), shape (P,): both / marked by either.

    Range [0, 1], higher is better, the same in either order; NaN where neither marked anything.
    """
    either = pairs.count[pairs.first] + pairs.count[pairs.second] - pairs.both
    return divide(pairs.both, either)


def pairwise_auc(pairs: MaskPairs) -> Floats:
    """AUC of the first mask as a score against the second as truth, shape (P,).

    For a binary score it is (1 + true-positive rate − false-positive rate) / 2. Range [0, 1],
    higher is better, ½ is chance; NaN where the truth marks no token or every token.
    """
    found, truth = pairs.count[pairs.first], pairs.count[pairs.second]
    rest = pairs.length[pairs.second] - truth
    return np.asarray((1 + divide(pairs.both, truth) - divide(found - pairs.both, rest)) / 2)


def pair_table(scores: Floats, marks: Marks, pairs: MaskPairs) -> ScoreTable:
    """The scores of the pairs, each with the two workers whose weights it carries."""
    workers = (marks.worker[pairs.first], marks.worker[pairs.second])
    return ScoreTable(scores, pairs.instance, workers, len(marks.instance_ids))


def consensus_tokens(marks: Marks) -> Floats:
    """How many tokens of each instance all its workers marked: float64, shape (I,)."""
    votes = token_votes(marks)
    return row_sums(votes.marked == votes.asked, votes.instance, len(marks.instance_ids))


def union_tokens(marks: Marks) -> Floats:
    """How many tokens of each instance any of its workers marked: float64, shape (I,)."""
    votes = token_votes(marks)
    return row_sums(votes.marked > 0, votes.instance, len(marks.instance_ids))
