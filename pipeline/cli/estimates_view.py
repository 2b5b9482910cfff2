"""Estimates as rows of terminal tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from analysis.trial_metrics import NORMALISED, metrics_of
from db.records import Estimate

if TYPE_CHECKING:
    from analysis.aggregation.base import Aggregation
    from analysis.trials import TrialTable

Table = tuple[list[str], list[list[str]]]

ALIGNMENT = (
    ("Where people marked, and in which order (intervals over instances)",
     ("token_f1", "iou_f1", "auroc")),
    ("The same, further scores", ("token_precision", "token_recall", "average_precision")),
    ("Against the share of workers who marked a token", ("pearson", "spearman", "kendall")),
    ("The same, as sets and as shares (divergence: lower is better)",
     ("topk_overlap", "js_divergence")),
    ("From chance (0) to people (1)", ("token_f1_normalised", "iou_f1_normalised")),
)  # fmt: skip
PICTURES = (
    ("Where people marked, and the highest place (intervals over instances)",
     ("pointing_game", "pointing_game_15px", "energy_inside")),
    ("The highest pixels, as many as people marked", ("region_iou", "rank_accuracy")),
    ("In which order", ("auroc", "average_precision", "spearman")),
    ("From chance (0) to people (1)",
     ("pointing_game_normalised", "energy_inside_normalised", "region_iou_normalised")),
)  # fmt: skip
TEACHING = {
    "task": "The task",
    "alignment": "Where the model looks, against people's marks",
    "faithfulness": "What the prediction loses without its rationale, and with it alone (AOPC)",
    "share": "The same, normalised by what all units are worth: lost without, kept with it alone",
    "calibration": "How far probabilities can be believed (lower is better)",
    "diagnostic": "Attention by itself (neither end is better)",
    "": "Further",
}
UNDEFINED = "—"
ABBREVIATIONS = {"f1": "F1", "auc": "AUC", "auroc": "AUROC", "auprc": "AUPRC", "iou": "IoU",
                 "js": "JS", "aopc": "AOPC", "brier": "Brier", "ece": "ECE", "lime": "LIME",
                 "shap": "SHAP", "cam": "CAM", "rise": "RISE"}  # fmt: skip
FRAME = {"people": -2, "oracle": -1, "random": 1, "constant": 2}
"""What stands above the explainers, and below them."""


def number(value: float | None) -> str:
    """Three decimals, a dash where undefined; a rounded zero carries no sign."""
    return UNDEFINED if value is None else f"{value:z.3f}"


def interval(estimate: Estimate) -> str:
    """The interval in brackets, a dash where undefined."""
    if estimate.low is None or estimate.high is None:
        return UNDEFINED
    return f"[{estimate.low:z.3f}, {estimate.high:z.3f}]"


def interval_rows(estimates: Sequence[Estimate]) -> Table:
    """One row an estimate: what, about what, over what, value, standard error, interval."""
    columns = ["", "about", "over", "value", "SE", "interval"]
    rows = [
        [words(e.name), e.subject, _over(e), number(e.value), number(e.se), interval(e)]
        for e in estimates
    ]
    return columns, rows


def estimate_notes(estimates: Sequence[Estimate]) -> list[str]:
    """What the estimates say of themselves, each sentence once."""
    return list(dict.fromkeys(f"{words(e.name)}: {e.note}" for e in estimates if e.note))


def words(name: str) -> str:
    """A metric's name as it is read: abbreviations in capitals, no underscores."""
    return " ".join(ABBREVIATIONS.get(part, part) for part in name.split("_"))


def consensus_rows(result: Aggregation) -> Table:
    """How many units got which answer, ties beside."""
    counts = Counter("tie" if label is None else str(label) for label in result.consensus)
    total = max(len(result.units), 1)
    rows = [[label, str(n), f"{n / total:.1%}"] for label, n in sorted(counts.items())]
    return ["consensus", "units", "share"], rows


def alignment_tables(
    estimates: Sequence[Estimate], noun: str = "token"
) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, columns and rows: people and oracle, explainers, floors; intervals over instances.

    `noun`: what a unit is called, "token", "feature" or "pixel".
    """
    found = {(e.subject, e.name): e for e in estimates if e.over in (None, "units")}
    subjects = sorted(dict.fromkeys(s for s, _ in found), key=lambda s: FRAME.get(s, 0))
    tables = []
    for title, names in PICTURES if noun == "pixel" else ALIGNMENT:
        rows = [
            [words(s), *(with_interval(found.get((s, n))) for n in names)]
            for s in subjects
            if any((s, n) in found for n in names)
        ]
        headings = [words(name).replace("token", noun) for name in names]
        tables.append((title.replace("token", noun), ["", *headings], rows))
    return tables


def teaching_tables(
    table: TrialTable, objectives: Sequence[str], noun: str = "token"
) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, columns and rows: one row for each of the objectives, intervals over seeds and instances.

    Where chance and people were scored, a row each stands below. A table of nothing is left out.
    `noun`: what a unit is called, "token", "patch" or "feature".
    """
    found = {(mean.subject, mean.name): mean for mean in (*table.means, *table.beside)}
    beside = list(dict.fromkeys(mean.subject for mean in table.beside))
    tables = []
    for group, names in _teaching_groups(mean.name for mean in table.means).items():
        others = [o for o in beside if any((o, name) in found for name in names)]
        rows = [
            [o, *(with_interval(found.get((o, n))) for n in names)] for o in (*objectives, *others)
        ]
        headings = [words(n).replace("token", noun) for n in names]
        if group in ("faithfulness", "share"):  # the title says the rest
            headings = [h.replace(" AOPC", "").replace(" normalised", "") for h in headings]
        if any(cell != UNDEFINED for row in rows for cell in row[1:]):
            tables.append((TEACHING[group], ["objective", *headings], rows))
    return tables


def _teaching_groups(names: Iterable[str]) -> dict[str, list[str]]:
    """Table → the metrics it shows, in the order of the tables; those without are left out."""
    groups: dict[str, list[str]] = {group: [] for group in TEACHING}
    given = list(dict.fromkeys(names))
    for metric in metrics_of(given):
        share = metric.kind == "faithfulness" and NORMALISED in metric.name
        groups["share" if share else metric.kind].append(metric.name)
    listed = [name for members in groups.values() for name in members]
    groups[""] = [name for name in given if name not in listed]
    return {group: members for group, members in groups.items() if members}


def with_interval(estimate: Estimate | None) -> str:
    """Value and interval in one short cell, a dash where undefined."""
    if estimate is None or estimate.value is None:
        return UNDEFINED
    if estimate.low is None or estimate.high is None:
        return number(estimate.value)
    return f"{estimate.value:z.3f} [{_short(estimate.low)}, {_short(estimate.high)}]"


def _short(value: float) -> str:
    """Two decimals, without the zero that every share begins with."""
    text = f"{value:z.2f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def _over(estimate: Estimate) -> str:
    kind = estimate.over or ""
    return "jackknife" if "jackknife" in estimate.method else kind
