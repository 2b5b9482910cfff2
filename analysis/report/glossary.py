"""What the names of estimates mean: a title, the question a number answers, its source.

A name that is not here is shown as its own words, without a question or a source.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.report.method_names import method
from analysis.report.nouns import worded
from analysis.report.teaching import Direction
from analysis.report.wording import capital, plain
from analysis.trial_metrics import METRICS as OF_RUNS


class Term(NamedTuple):
    """A number in words: its title, what it asks, who described it, and which end is better."""

    title: str
    asks: str = ""
    source: str = ""
    better: Direction = "higher"


ERASER = "DeYoung et al. 2020 (ERASER)"
_ALPHA = "Krippendorff, Content Analysis, 2004"

METRICS: dict[str, Term] = {
    "alpha": Term("Krippendorff's alpha", "How far above chance do answers agree?", _ALPHA),
    "token_alpha": Term(
        "Krippendorff's alpha over tokens",
        "How far above chance do workers mark the same tokens?",
        _ALPHA,
    ),
    "document_alpha": Term(
        "Krippendorff's alpha, mean per document",
        "How far above chance are marks within one text?",
        _ALPHA,
    ),
    "unitizing_alpha": Term(
        "Unitizing alpha",
        "Do workers mark the same stretches, with the same ends?",
        "Krippendorff et al. 2016",
    ),
    "percent_agreement": Term(
        "Percent agreement", "How often do two workers answer alike, chance included?"
    ),
    "ac1": Term("Gwet's AC1", "Agreement above chance, if chance is rare?", "Gwet 2008"),
    "ac2": Term("Gwet's AC2", "The same, with partial credit for near answers?", "Gwet 2008"),
    "fleiss": Term("Fleiss' kappa", "Agreement above chance, complete data?", "Fleiss 1971"),
    "cohen": Term("Cohen's kappa", "Do these two workers agree above chance?", "Cohen 1960"),
    "icc": Term("Intraclass correlation", "Do scales order units alike?", "Shrout & Fleiss 1979"),
    "pairwise_f1": Term(
        "Pairwise F1", "How much do the marks of two workers overlap?", "Hripcsak & Rothschild 2005"
    ),
    "pairwise_iou": Term("Pairwise IoU", "Which share of what either marked did both mark?"),
    "pairwise_auc": Term(
        "Pairwise AUROC", "Does a token that one worker marked come first for another?"
    ),
    "prevalence": Term("Prevalence", "How common is this answer?", "", "neither"),
    "consensus_tokens": Term(
        "Consensus tokens", "Marked by all workers, mean per text", "", "neither"
    ),
    "union_tokens": Term("Union tokens", "Marked by any worker, mean per text", "", "neither"),
    "gamma": Term("Gamma", "Do spans and their labels align?", "Mathet et al. 2015"),
    "document_gamma": Term(
        "Gamma, mean per document", "Do spans align within one text?", "Mathet et al. 2015"
    ),
    "mean_overlap": Term(
        "Mean overlap", "How much do the sets of two workers share, chance included?"
    ),
    "pair_agreement": Term(
        "Share of pairs that agree",
        "When one worker gives this label, how often does another give it too?",
        "Spitzer & Fleiss 1974",
    ),
    "span_length": Term("Span length", "Tokens in a marked stretch, mean", "", "neither"),
    "span_count": Term("Span count", "Marked stretches per worker and text, mean", "", "neither"),
    "mean_rating": Term("Mean rating", "How highly were these rationales rated?"),
    "accuracy": Term("Accuracy", "How often is the answer right?"),
    "task_f1": Term("Task F1", "How well does the model classify?"),
    "f1": Term("F1", "How well does the model classify?"),
    "task_auc": Term("Task AUROC", "How well does the model rank classes?"),
    "precision": Term("Precision"),
    "recall": Term("Recall"),
    "token_precision": Term(
        "Token precision", "Which share of the model's tokens did people mark?", ERASER
    ),
    "token_recall": Term(
        "Token recall", "Which share of people's tokens does the model name?", ERASER
    ),
    "token_f1": Term("Token F1", "Do the model's top tokens and people's marks overlap?", ERASER),
    "token_iou": Term("Token IoU", "Shared tokens as a share of all tokens named?", ERASER),
    "iou_f1": Term("IoU F1", "Do whole spans match (overlap of at least one half)?", ERASER),
    "average_precision": Term(
        "Average precision", "Do marked tokens come first in the model's ranking?", ERASER
    ),
    "auprc": Term("Average precision", "Do marked tokens come first in the ranking?", ERASER),
    "auroc": Term(
        "AUROC", "Does a marked token score above an unmarked one?", "Hanley & McNeil 1982"
    ),
    "auc": Term("AUROC", "Does the right one score above the wrong one?", "Hanley & McNeil 1982"),
    "pearson": Term("Pearson correlation", "Do scores rise and fall together?"),
    "spearman": Term("Spearman correlation", "Do scores rank tokens alike?", "Spearman 1904"),
    "kendall": Term(
        "Kendall's tau-b", "Do pairs of tokens stand in the same order?", "Kendall 1945"
    ),
    "topk_overlap": Term("Top-k overlap", "Which share of the top k tokens is the same?"),
    "js_divergence": Term(
        "Jensen–Shannon divergence", "How far apart are the two maps?", "Lin 1991", "lower"
    ),
    "pointing_game": Term(
        "Pointing game", "Is the map's highest place marked?", "Zhang et al. 2016"
    ),
    "pointing_game_15px": Term(
        "Pointing game, 15 pixels", "Is it marked, or within 15 pixels?", "Zhang et al. 2016"
    ),
    "energy_inside": Term(
        "Energy inside", "Which share of the map's positive scores is marked?", "Wang et al. 2020"
    ),
    "region_iou": Term("Region IoU", "Do the highest pixels and the marked ones overlap?"),
    "rank_accuracy": Term(
        "Rank accuracy", "Which share of the highest pixels is marked?", "Arras et al. 2022"
    ),
    "comprehensiveness": Term(
        "Comprehensiveness", "How far does the prediction fall without these tokens?", ERASER
    ),
    "sufficiency": Term(
        "Sufficiency", "How far does it fall with these tokens alone?", ERASER, "lower"
    ),
    "sharpness": Term(
        "Sharpness",
        "How far the outputs move when the weights do, where they move most. No value is wrong by "
        "itself; it sets the limit below.",
        "Karakida et al. 2019",
        "neither",
    ),
    "learning_rate_limit": Term(
        "Learning rate, limit", "Where does plain descent diverge?", "LeCun et al. 1998", "neither"
    ),
    "learning_rate": Term("Learning rate", "", "", "neither"),
    "class_distance": Term(
        "Class distance", "How far apart do the classes lie, over how far members scatter?"
    ),
    "feature_correlation": Term(
        "Feature correlation",
        "How much do features repeat each other?",
        "Cogswell et al. 2016",
        "lower",
    ),
    "gap_accuracy": Term(
        "Accuracy gap", "Is it right more often on what it learned from?", "", "lower"
    ),
    "gap_macro_f1": Term("Macro F1 gap", "Is it higher on what it learned from?", "", "lower"),
    "gap_auc": Term("AUROC gap", "Is it higher on what it learned from?", "", "lower"),
    "gap_loss": Term("Loss gap", "Is it lower on what it learned from?", "Welch 1947", "neither"),
    "entropy": Term("Entropy of attention", "How spread out is attention?", "", "neither"),
}

METRICS |= {
    key: Term(one.title, one.asks, one.source, one.direction)
    for one in OF_RUNS
    if (key := one.name.lower().replace(" ", "_")) not in METRICS
}

BESIDE = ("prevalence", "consensus_tokens", "union_tokens", "span_length", "span_count")
"""Names that are no agreement, but without which none can be read."""

NAMES: dict[str, str] = {
    "people": "People",
    "random": "Random marks",
    "constant": "Constant map",
    "oracle": "Best possible",
    "centre": "Centre of the picture",
}
"""Subjects that are no explainer."""

PROPER: dict[str, str] = {
    "lime": "LIME",
    "grad_cam": "Grad-CAM",
    "rise": "RISE",
    "deeplift": "DeepLIFT",
    "gradient_shap": "gradient SHAP",
    "kernel_shap": "kernel SHAP",
    "input_x_gradient": "input × gradient",
    "attention_x_gradient": "attention × gradient",
    "attention_at": "attention AT",
    "attention_iat": "attention iAT",
    "attention_rp": "attention RP",
    "attention_vat": "attention VAT",
}
"""Names that are written in a way of their own."""

SOURCES: dict[str, str] = {
    "attention": "Bahdanau et al. 2015",
    "attention_gradient": "Jain & Wallace 2019",
    "gradient": "Simonyan et al. 2014",
    "saliency": "Simonyan et al. 2014",
    "input_x_gradient": "Shrikumar et al. 2016",
    "integrated_gradients": "Sundararajan et al. 2017",
    "deeplift": "Shrikumar et al. 2017",
    "gradient_shap": "Lundberg & Lee 2017",
    "kernel_shap": "Lundberg & Lee 2017",
    "occlusion": "Zeiler & Fergus 2014",
    "lime": "Ribeiro et al. 2016",
    "grad_cam": "Selvaraju et al. 2017",
    "rise": "Petsiuk et al. 2018",
    "attention_supervision": "Mathew et al. 2021 (HateXplain)",
    "saliency_learning": "Ghaeini et al. 2019",
    "right_reasons": "Ross et al. 2017",
    "attention_at": "Kitada & Iyatomi 2021",
    "attention_iat": "Kitada & Iyatomi 2021",
}
"""Where explainers and objectives come from; coefficients and aggregation: `method_names`."""


def term(name: str) -> Term:
    """What a metric's name means: by the whole name, else by the longest known part of it.

    In the nouns of the data, see `speaking_of`.
    """
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if key in METRICS:
        return _worded(METRICS[key])
    parts = [known for known in METRICS if f"_{known}_" in f"_{key}_"]
    if not parts:
        return Term(capital(plain(name)))
    known = max(parts, key=len)
    rest = plain(f"_{key}_".replace(f"_{known}_", "_", 1)).strip()
    found = _worded(METRICS[known])
    return found._replace(title=f"{found.title}, {rest}")


def _worded(known: Term) -> Term:
    return known._replace(title=worded(known.title), asks=worded(known.asks))


def inline(name: str) -> str:
    """The name of an explainer, objective or method within a sentence."""
    known = method(name)
    return PROPER.get(name) or (known.inline if known else plain(name))


def subject(name: str) -> str:
    """The name of an explainer, floor, ceiling or objective as it stands in a table."""
    return NAMES.get(name) or capital(inline(name))


def source(name: str) -> str:
    """Who described an explainer, objective or method; empty where that is not known here."""
    key = name.lower().replace("-", "_").replace(" ", "_")
    known = method(name) or method(key)
    return SOURCES.get(key) or (known.source if known else "")
