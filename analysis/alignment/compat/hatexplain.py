"""HateXplain's five numbers (Mathew et al., AAAI 2021): ERASER's scorer over top-5 tokens.

The gold is the union of what people marked, its neighbouring tokens one span (the paper speaks of
ground-truth rationales and its code takes the union). A map becomes its 5 highest tokens, each a
span of its own, the later ones of equal scores. Where a result file has predictions, these and the
evidence of its folder are taken as they are: both were made before the scorer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.alignment.compat.base import (
    Classes,
    CompatInput,
    CompatResult,
    CompatScore,
    Soft,
    SpanTable,
    about,
    no_spans,
)
from analysis.alignment.compat.defects import hard_notes, joined, soft_notes
from analysis.alignment.compat.eraser import hard_scores
from analysis.alignment.compat.soft import soft_scores
from analysis.alignment.compat.task import task_scores
from analysis.alignment.compat.topk import tied_cuts, top
from db.errors import UsageError
from db.words import counted

METHOD = "HateXplain's notebook"
TOP = 5
MAJORITY = 2
NORMAL = "normal"
"""The label that its copy of the scorer adds to those of the annotations."""
NAMES = {
    "iou_scores[0.5].macro.f1": "IOU F1",
    "token_prf.instance_macro.f1": "Token F1",
    "token_soft_metrics.auprc": "AUPRC",
    "classification_scores.comprehensiveness": "Comprehensiveness",
    "classification_scores.sufficiency": "Sufficiency",
}
"""What the scorer calls it → what the notebook prints."""


def score(given: CompatInput, k: int | None = None) -> CompatResult:
    """The numbers that the notebook prints. `k`: tokens of a map, 5 unless given."""
    if k is not None and k < 1:
        raise UsageError(f"hatexplain keeps at least 1 token of a map, not {k}")
    k = TOP if k is None else k
    truth = gold(given, 1) if given.hard is None else given.truth
    hard = given.hard if given.hard is not None else _top(given.soft, k)
    soft = _against(given.soft, truth)
    made = hard_scores(truth, hard) + (
        soft_scores(soft, "token_soft_metrics.", ours=True) if soft else []
    )
    made += task_scores(given.classes) if given.classes is not None else []
    notes = hard_notes(given, truth, hard) + (soft_notes(soft) if soft else [])
    notes += _ties(given, k) + _majority(given, hard, made) + _stops(given.classes)
    return CompatResult(about(_named(made), given.subject, METHOD), tuple(notes))


def gold(given: CompatInput, votes: int) -> SpanTable:
    """Runs of tokens that at least so many people marked."""
    place = np.flatnonzero(given.votes.values.astype(np.float64) >= votes)
    document = given.votes.row_ids[place]
    start = place - given.votes.offsets[document]
    return joined(SpanTable(document, start, start + 1))


def _top(soft: Soft | None, k: int) -> SpanTable:
    """Each of the k highest tokens as a span."""
    if soft is None:
        return no_spans()
    place = np.flatnonzero(top(soft.scores, k))
    row = soft.scores.row_ids[place]
    start = place - soft.scores.offsets[row]
    return SpanTable(soft.document[row], start, start + 1)


def _against(soft: Soft | None, truth: SpanTable) -> Soft | None:
    return None if soft is None else replace(soft, truth=truth)


def _named(made: list[CompatScore]) -> list[CompatScore]:
    """The five scores, under the names that the notebook prints."""
    found = {one.estimate.name: one for one in made}
    return [
        replace(found[name], estimate=replace(found[name].estimate, name=told))
        for name, told in NAMES.items()
        if name in found
    ]


def _stops(classes: Classes | None) -> list[str]:
    """Where its copy of the scorer ends before it prints: that counts `normal` as a class, which no
    annotation has, and wants each of its classes met and none besides."""
    if classes is None:
        return []
    said = set(classes.said)
    missing = sum(label is None for label in classes.said)
    strange = sorted(str(label) for label in said - {None, NORMAL, *classes.gold})
    if missing:
        return [
            f"the reference stops: {counted(missing, 'annotation has', 'annotations have')} no result"
        ]
    if strange:
        return [f"the reference stops: no annotation has the predicted label {strange[0]!r}"]
    if NORMAL not in said:
        return [f"the reference stops: no result predicts {NORMAL!r}, a class of its scorer"]
    return []


def _ties(given: CompatInput, k: int) -> list[str]:
    if given.hard is not None or given.soft is None:
        return []
    tied = tied_cuts(given.soft.scores, k)
    cuts = counted(tied, "cut")
    return [f"{cuts} fell between equal scores; the later tokens were taken"] if tied else []


def _majority(given: CompatInput, hard: SpanTable, made: list[CompatScore]) -> list[str]:
    """What a gold of two people or more would give."""
    if not (given.votes.values.astype(np.float64) >= MAJORITY).any():
        return []
    name = "token_prf.instance_macro.f1"
    then = next(
        s.estimate.value
        for s in hard_scores(gold(given, MAJORITY), hard)
        if s.estimate.name == name
    )
    now = next(s.estimate.value for s in made if s.estimate.name == name)
    if then is None or now is None or then == now:
        return []
    return [
        f"golds are unions: of what two or more marked, Token F1 would be {then:.4f} instead of {now:.4f}"
    ]
