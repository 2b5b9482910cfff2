"""ferret's plausibility (Attanasio et al., EACL 2023): AUPRC, token F1 and token IoU.

The gold is the union of what people marked. Negative scores count as 0. Maps are cut at k tokens:
the mean number of marked tokens, rounded, unless k is given (ferret writes that mean into its data
sets by hand), and of those only tokens with a score above 0 are kept. Of equal scores the later
tokens are taken (numpy's sort, which promises no order of equal scores; ours is stable). As version
0.4.2 has it, without the special tokens.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.compat.base import (
    CompatInput,
    CompatResult,
    Soft,
    about,
    scored,
)
from analysis.alignment.compat.curves import areas
from analysis.alignment.compat.hard import first_seen
from analysis.alignment.compat.topk import tied_cuts, top
from analysis.arrays import Bools, Floats, row_sums
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.words import counted

METHOD = "ferret's evaluators"


def score(given: CompatInput, k: int | None = None) -> CompatResult:
    """Means over documents; their standard deviation is in the note. `k`: tokens kept, 1 or more."""
    if given.soft is None:
        raise DataError(f"{given.subject!r} has no scores of tokens; ferret needs them")
    if k is not None and k < 1:
        raise UsageError(f"ferret keeps at least 1 token of a map, not {k}")
    scores, gold, unknown = _pairs(given, given.soft)
    if not len(scores):
        raise DataError(f"no document that {given.subject!r} scores was marked by people")
    k = mean_size(gold, scores) if k is None else k
    positive = scores.with_values(np.maximum(scores.values.astype(np.float64), 0.0))
    chosen = top(scores, k) & (scores.values.astype(np.float64) > 0)
    values = {"auprc_plau": areas(positive, gold).auprc, **_hard(gold, chosen, scores)}
    ours = {"token_f1_plau": "token_f1", "token_iou_plau": "token_iou"}
    made = [
        scored(name, float(np.mean(v)), ours.get(name, ""), n=len(v), note=_said(v))
        for name, v in values.items()
    ]
    notes = _notes(scores, gold, k, values["auprc_plau"])
    if unknown:
        notes.append(f"left out: {counted(unknown, 'document')} that nobody was asked about")
    return CompatResult(about(made, given.subject, METHOD), tuple(notes))


def mean_size(gold: Bools, scores: Ragged) -> int:
    """The mean number of marked tokens of a document, rounded (half to even), at least 1."""
    return max(1, round(float(row_sums(gold, scores.row_ids, len(scores)).mean())))


def _pairs(given: CompatInput, soft: Soft) -> tuple[Ragged, Bools, int]:
    """Scores and the union of marks of the documents that people saw, and how many they did not."""
    documents = first_seen(soft.document)
    last = np.zeros(len(given.lengths), np.int64)
    last[soft.document] = np.arange(len(soft.document))
    seen = documents[given.annotated[documents] > 0]
    scores, votes = soft.scores.take(last[seen]), given.votes.take(seen)
    return scores, np.asarray(votes.values.astype(np.float64) > 0), len(documents) - len(seen)


def _hard(gold: Bools, chosen: Bools, scores: Ragged) -> dict[str, Floats]:
    """F1 and IoU of tokens: shape (P,) each; 0 where nothing is shared, also of two empty sides."""
    row, rows = scores.row_ids, len(scores)
    hits, marked, kept = (row_sums(m, row, rows) for m in (gold & chosen, gold, chosen))
    f1 = np.zeros(rows)
    some = hits > 0
    p, r = hits[some] / kept[some], hits[some] / marked[some]
    f1[some] = 2 * p * r / (p + r)
    either = marked + kept - hits
    iou = np.divide(hits, either, out=np.zeros(rows), where=either > 0)
    return {"token_f1_plau": f1, "token_iou_plau": iou}


def _said(values: Floats) -> str:
    return f"standard deviation over documents {float(np.std(values)):.4f}"


def _notes(scores: Ragged, gold: Bools, k: int, auprc: Floats) -> list[str]:
    """What ferret's rules moved on this data."""
    row, rows = scores.row_ids, len(scores)
    values, now = scores.values.astype(np.float64), float(np.mean(auprc))
    notes = [f"maps are cut at k = {k}"]
    negative = len(np.unique(row[values < 0]))
    if negative:
        then = float(np.mean(areas(scores, gold).auprc))
        notes.append(
            f"{counted(negative, 'document has', 'documents have')} negative scores, which count as 0: "
            f"AUPRC on the scores themselves is {then:.4f} instead of {now:.4f}"
        )
    few = int((row_sums(values > 0, row, rows) < np.minimum(k, scores.lengths)).sum())
    if few:
        documents = counted(few, "document has", "documents have")
        notes.append(f"{documents} fewer than {k} scores above 0; fewer tokens were kept")
    tied = tied_cuts(scores, k)
    if tied:
        notes.append(
            f"{counted(tied, 'cut')} fell between equal scores; the later tokens were taken"
        )
    bare = row_sums(gold, row, rows) == 0
    if bare.any() and not bare.all():
        then = float(np.mean(auprc[~bare]))
        notes.append(
            f"{counted(int(bare.sum()), 'document has', 'documents have')} no marked token and AUPRC "
            f"½: without them {then:.4f} instead of {now:.4f}"
        )
    return notes
