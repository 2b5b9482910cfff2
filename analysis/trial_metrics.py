"""What is measured of a trained run: every metric with its kind, its better end and its words.

The one list that the terminal, the report and the intervals of a teaching experiment go by. How a
metric is computed stands elsewhere: `analysis.trial_statistics` has those that follow from
predictions, `pipeline.teaching.measures` those that take the run itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["task", "calibration", "alignment", "faithfulness", "diagnostic"]
Direction = Literal["higher", "lower", "neither"]

NORMALISED = "_normalised"
"""What the name of a score between chance and people ends with."""
CHANCE = "_chance"
PEOPLE = "_people"
"""What names end with that are no score of the run: what the constant map, or another worker, gets
on the same instance."""


@dataclass(frozen=True)
class Metric:
    """`name`: as estimates carry it; `title` and `asks`: its words, `asks` one sentence; `range_of`:
    the values that it can have; `by_removal`: the name goes on with the removal operator."""

    name: str
    kind: Kind
    direction: Direction
    title: str
    asks: str
    range_of: str = "0 to 1"
    source: str = ""
    by_removal: bool = False

    @property
    def scale(self) -> str:
        """Range and better end, as an Estimate states them."""
        end = (
            "neither end is better"
            if self.direction == "neither"
            else f"{self.direction} is better"
        )
        return f"{self.range_of}, {end}"


ERASER = "DeYoung et al. 2020 (ERASER)"
CARTON = "Carton et al. 2020"

METRICS = (
    Metric("macro F1", "task", "higher", "Macro F1", "How well does the model classify?"),
    Metric("task AUC", "task", "higher", "Task AUROC", "How well does the model rank classes?"),
    Metric(
        "brier",
        "calibration",
        "lower",
        "Brier score",
        "How far are probabilities from what is true, squared and summed over classes?",
        "0 to 2",
        "Brier 1950",
    ),
    Metric(
        "log loss",
        "calibration",
        "lower",
        "Log loss",
        "How surprised is the model by the true class (nats)?",
        "0 and above",
        "Good 1952",
    ),
    Metric(
        "ECE",
        "calibration",
        "lower",
        "Expected calibration error",
        "How far is the share that is right from the probability given?",
        "0 to 1",
        "Guo et al. 2017",
    ),
    Metric(
        "auroc",
        "alignment",
        "higher",
        "AUROC",
        "Does a marked token score above an unmarked one?",
        "0 to 1, 0.5 is chance",
        "Hanley & McNeil 1982",
    ),
    Metric(
        "token_f1",
        "alignment",
        "higher",
        "Token F1",
        "Do the model's top tokens and people's marks overlap?",
        source=ERASER,
    ),
    Metric(
        "token_f1_normalised",
        "alignment",
        "higher",
        "Token F1 from chance to people",
        "How much of the way from the constant map to another person is the model?",
        "0 is the constant map, 1 is people, not clipped",
    ),
    Metric(
        "comprehensiveness_aopc",
        "faithfulness",
        "higher",
        "Comprehensiveness (AOPC)",
        "How far does the prediction fall without these tokens, mean over five shares?",
        "−1 to 1",
        ERASER,
        by_removal=True,
    ),
    Metric(
        "sufficiency_aopc",
        "faithfulness",
        "lower",
        "Sufficiency (AOPC)",
        "How far does it fall with these tokens alone, mean over five shares?",
        "−1 to 1",
        ERASER,
        by_removal=True,
    ),
    Metric(
        "comprehensiveness_normalised_aopc",
        "faithfulness",
        "higher",
        "Comprehensiveness, normalised (AOPC)",
        "Which share of what all tokens are worth is lost without these?",
        "1 as the whole text, 0 as none",
        CARTON,
        by_removal=True,
    ),
    Metric(
        "sufficiency_normalised_aopc",
        "faithfulness",
        "higher",
        "Sufficiency, normalised (AOPC)",
        "Which share of what all tokens are worth is kept with these alone?",
        "1 as the whole text, 0 as none",
        CARTON,
        by_removal=True,
    ),
    Metric(
        "attention_gradient_kendall",
        "diagnostic",
        "neither",
        "Attention and gradients, Kendall's tau-b",
        "Do attention and gradients order tokens alike (which is not agreement with people)?",
        "−1 to 1, 0 is chance",
        "Jain & Wallace 2019",
    ),
    Metric(
        "attention_entropy",
        "diagnostic",
        "neither",
        "Entropy of attention",
        "How spread out is attention, from one token (0) to all alike (1)?",
        source="Jain & Wallace 2019",
    ),
)


def metrics_of(names: Iterable[str]) -> list[Metric]:
    """The metrics that these names are, in the order of `METRICS`, each under its full name.

    Names that are no metric (those of chance and people among them) are left out.
    """
    given = list(dict.fromkeys(names))
    return [replace(metric, name=name) for metric in METRICS for name in given if _is(metric, name)]


def scale_of(name: str) -> str:
    """Range and better end of a metric by its full name; a share, where it is not known here."""
    found = metrics_of([name])
    return found[0].scale if found else "0 to 1, higher is better"


def _is(metric: Metric, name: str) -> bool:
    return name == metric.name or (metric.by_removal and name.startswith(f"{metric.name}_"))
