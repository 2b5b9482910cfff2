"""Agreement on which tokens were marked: alpha, pairwise F1, IoU and AUC.

Two workers of a document are compared once, as counts (tokens both marked, tokens each marked);
every statistic, and every replicate, is a weighted sum of those. Documents are drawn again, never
tokens: the tokens of a document are marked together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import krippendorff
import numpy as np

from analysis.agreement.base import AgreementResult
from analysis.agreement.token_alpha import DocumentTables
from analysis.agreement.token_pairs import (
    consensus_tokens,
    pair_table,
    pairwise_auc,
    pairwise_f1,
    pairwise_iou,
    union_tokens,
)
from analysis.arrays import Floats
from analysis.intervals import estimate
from analysis.marked import MaskPairs, check_marks, mask_pairs, take_rows, token_votes
from analysis.resampling import Plan, Units, Weights
from analysis.score_table import means_over_instances
from db.records import Estimate, Marks, Over

ALPHA_SCALE = "at most 1, higher is better; 0 is what chance gives"
SHARE_SCALE = "0 to 1, higher is better"


@dataclass(frozen=True, eq=False)
class Number:
    """A statistic to report: weights → shape (b,), its range, and who worked it out if not we.

    `of_workers`: whether workers are resampled too; `units`: documents in which it is defined.
    """

    name: str
    scale: str
    statistic: Callable[[Weights], Floats]
    units: int
    of_workers: bool = True
    value: float | None = None


def token_agreement(
    marks: Marks,
    *,
    bootstrap: int = 1000,
    over: Sequence[Over] = ("units", "workers", "both"),
    seed: int = 0,
    confidence: float = 0.95,
) -> AgreementResult:
    """How far workers mark the same tokens, each number with intervals over documents and workers.

    `token_alpha`: Krippendorff's alpha (nominal) of all tokens pooled. `document_alpha`: the mean
    of the documents' own alphas. `pairwise_f1`, `pairwise_iou`, `pairwise_auc`: one
    worker's mask against another's, averaged over ordered pairs within a document, then over documents. Beside them
    percent agreement, prevalence (the share of tokens marked), and how many tokens of a document
    all workers marked (`consensus_tokens`) and any marked (`union_tokens`).

    Left out and counted: documents with one worker or none; for AUC, pairs whose truth marks
    nothing or everything; for F1 and IoU, pairs who both marked nothing; for `document_alpha`, documents
    whose judgements are all equal. An empty mask counts as "nothing marked"; the notes count them.
    """
    check_marks(marks)
    excluded = _lonely(marks)
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    marks = take_rows(marks, np.flatnonzero(asked[marks.instance] > 1))
    pairs = mask_pairs(marks)
    units = Units.single(len(marks.instance_ids), noun="documents")
    settings = (marks.persons_known, tuple(over), bootstrap, seed, confidence)
    plan = Plan(units, len(marks.worker_ids), *settings)
    tables = DocumentTables(marks, pairs)
    numbers = _numbers(marks, pairs, tables)
    estimates = [made for number in numbers for made in _estimates(number, plan, tables, marks)]
    excluded |= _undefined(pairs, tables, plan)
    empty = int((pairs.count == 0).sum())
    notes = [f"{empty} of {len(pairs.count)} masks are empty, and count as nothing marked"]
    return AgreementResult(estimates, {k: n for k, n in excluded.items() if n}, notes)


def _numbers(marks: Marks, pairs: MaskPairs, tables: DocumentTables) -> list[Number]:
    """Everything that is reported of the marks."""
    documents = len(marks.instance_ids)
    f1 = pair_table(pairwise_f1(pairs), marks, pairs)
    iou = pair_table(pairwise_iou(pairs), marks, pairs)
    auc = pair_table(pairwise_auc(pairs), marks, pairs)
    alphas = tables.per_document(np.ones((len(marks.worker_ids), 1)))
    defined = int(np.isfinite(alphas).sum())
    return [
        Number("token_alpha", ALPHA_SCALE, tables.pooled, documents, value=_package_alpha(marks)),
        Number("document_alpha", ALPHA_SCALE, tables.mean_document, defined),
        Number("pairwise_f1", SHARE_SCALE, f1.mean, f1.n_defined),
        Number("pairwise_iou", SHARE_SCALE, iou.mean, iou.n_defined),
        Number("pairwise_auc", f"{SHARE_SCALE}; 0.5 is chance", auc.mean, auc.n_defined),
        Number("percent_agreement", SHARE_SCALE, tables.agreement, documents, False),
        Number("prevalence", "0 to 1, the share of tokens", tables.prevalence, documents, False),
        Number("consensus_tokens", "tokens", _mean(consensus_tokens(marks)), documents, False),
        Number("union_tokens", "tokens", _mean(union_tokens(marks)), documents, False),
    ]


def _mean(of_documents: Floats) -> Callable[[Weights], Floats]:
    return lambda drawn: means_over_instances(of_documents[None, :, None], drawn.units)[0]


def _estimates(number: Number, plan: Plan, tables: DocumentTables, marks: Marks) -> list[Estimate]:
    """A number with each of its intervals, and the jackknife where workers are resampled."""
    value = number.value if number.value is not None else float(number.statistic(plan.once)[0])
    fields: dict[str, Any] = {
        "scale": number.scale,
        "confidence": plan.confidence,
        "n_units": number.units,
        "n_workers": len(marks.worker_ids) if marks.persons_known else None,
        "n_judgements": len(marks.masks),
        "note": "" if np.isfinite(value) else "nothing to compare in any document",
    }
    found = []
    for kind in plan.over if number.of_workers else ("units",):
        spread = plan.interval(kind, number.statistic, tables.width)
        method = plan.method(kind)
        found.append(estimate(number.name, value, spread, over=kind, method=method, **fields))
    if number.of_workers and plan.jackknifes:
        spread = plan.jackknife(value, number.statistic, tables.width)
        method = plan.jackknife_method
        found.append(estimate(number.name, value, spread, over="workers", method=method, **fields))
    return found


def _package_alpha(marks: Marks) -> float:
    """Alpha of all tokens pooled, by the krippendorff package; NaN where nothing can differ."""
    votes = token_votes(marks)
    table = np.stack([votes.asked - votes.marked, votes.marked], axis=1).astype(np.int64)
    if (table.sum(axis=0) == 0).any():
        return float("nan")
    return float(krippendorff.alpha(value_counts=table, level_of_measurement="nominal"))


def _lonely(marks: Marks) -> dict[str, int]:
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    return {
        "document that nobody was asked about": int((asked == 0).sum()),
        "document with one worker only": int((asked == 1).sum()),
    }


def _undefined(pairs: MaskPairs, tables: DocumentTables, plan: Plan) -> dict[str, int]:
    alphas = tables.per_document(plan.once.workers)
    return {
        "pairwise_f1: pair who both marked nothing": int(np.isnan(pairwise_f1(pairs)).sum()),
        "pairwise_auc: pair whose truth marks nothing or everything": int(
            np.isnan(pairwise_auc(pairs)).sum()
        ),
        "document_alpha: document whose judgements are all equal": int(np.isnan(alphas).sum()),
    }
