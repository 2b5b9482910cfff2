"""ERASER's scorer (DeYoung et al., ACL 2020), defects included, to the last digit.

What it counts otherwise than our own scores is listed in docs/compat.md, and in the notes where it
moved a number. It has no intervals.
"""

from __future__ import annotations

from analysis.alignment.compat.base import (
    RATIO_SCALE,
    UNIT_SCALE,
    CompatInput,
    CompatResult,
    CompatScore,
    SpanTable,
    about,
    scored,
)
from analysis.alignment.compat.defects import hard_notes, soft_notes
from analysis.alignment.compat.hard import Both, exact, overlapping, tokens
from analysis.alignment.compat.soft import soft_scores
from analysis.alignment.compat.task import task_scores
from db.errors import UsageError

METHOD = "ERASER's scorer"
OURS = {"p": "token_precision", "r": "token_recall", "f1": "token_f1"}
SKIPPED = (
    "hard predictions were passed over: the first rationale of the file has none, and the "
    "reference looks at no other"
)


def score(given: CompatInput, k: int | None = None) -> CompatResult:
    """All that the scorer prints. `k` is refused: it scores the predictions that the file has."""
    if k is not None:
        raise UsageError("eraser scores the predictions of the file; leave --k out")
    scores, notes = list[CompatScore](), list[str]()
    if given.hard is not None and given.hard_skipped:
        notes.append(SKIPPED)
    elif given.hard is not None:
        scores += hard_scores(given.truth, given.hard)
        notes += hard_notes(given, given.truth, given.hard)
    if given.soft is not None:
        scores += soft_scores(given.soft, "token_soft_metrics.", ours=True)
        notes += soft_notes(given.soft)
    if given.sentences is not None:
        scores += soft_scores(given.sentences, "sentence_soft_metrics.", ours=False)
    if given.classes is not None:
        scores += task_scores(given.classes)
    return CompatResult(about(scores, given.subject, METHOD), tuple(notes))


def hard_scores(truth: SpanTable, predicted: SpanTable) -> list[CompatScore]:
    """Spans by overlap, spans that are the same, and tokens."""
    overlap = overlapping(truth, predicted)
    found = _both("iou_scores[0.5].", ("micro", "macro"), overlap, {}, RATIO_SCALE)
    names = ("instance_micro", "instance_macro")
    found += _both("rationale_prf.", names, exact(truth, predicted), {}, UNIT_SCALE)
    spread_out = exact(tokens(truth), tokens(predicted))
    return found + _both("token_prf.", names, spread_out, OURS, UNIT_SCALE)


def _both(
    before: str, names: tuple[str, str], both: Both, ours: dict[str, str], scale: str
) -> list[CompatScore]:
    why = "the reference stops: one side has no span to count"
    return [
        scored(
            f"{before}{name}.{part}",
            getattr(values, part),
            _ours(before, name, part, ours),
            scale=scale,
            why=why,
        )
        for name, values in zip(names, both, strict=True)
        for part in ("p", "r", "f1")
    ]


def _ours(before: str, name: str, part: str, ours: dict[str, str]) -> str:
    """Our nearest score: means over instances, and IoU F1."""
    if before.startswith("iou") and name == "macro" and part == "f1":
        return "iou_f1"
    return ours.get(part, "") if name.endswith("macro") else ""
