"""The demo on rows: the Wisconsin diagnostic breast cancer data, explained feature by feature.

Iris has four features, so few that all of them speak for every label and marking says little; this
table has thirty, and two labels that are not equally easy to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from db.records import Instance
from db.words import counted
from pipeline.corpus.embedded import write_rows
from pipeline.demos.rule import Ruled, brought
from pipeline.formats import rows
from pipeline.plan import PlanRequest
from pipeline.project import Project

TABLE = "breast_cancer"
RULE = "breast-cancer-rule"
ROWS = 300
MARKED = 6
SAID = (
    f"a rule, not people: the {MARKED} features whose standardised value speaks strongest for the "
    "row's label, by the class means of the training part"
)


class Tabular:
    """See `pipeline.demos.base.Kind`."""

    settings: ClassVar[str] = """\
[model]
kind = "mlp"
dropout = 0.3
weight_decay = 0.01
epochs = 60

[explain]
explainers = [
    "integrated_gradients", "gradient", "lime", "occlusion", "mutual_information",
    "learned_mask", "inference_arguments", "random",
]

[study]
workers = 3
items_per_hit = 6
gold_per_hit = 1
reward = "0.60"
minutes = 4
"""
    about: ClassVar[str] = (
        "The workers were simulated. The rows are real (Wisconsin diagnostic breast cancer data); "
        "which features are evidence was decided by a rule, not by people."
    )
    untaught: ClassVar[str] = (
        "teaching is left out: an mlp has no attention for people's marks to supervise"
    )
    share: ClassVar[float] = 0.9
    rated: ClassVar[int] = 20
    judged: ClassVar[tuple[str, ...]] = (
        "integrated_gradients",
        "lime",
        "mutual_information",
        "learned_mask",
    )
    inverse: ClassVar[bool] = False
    further: ClassVar[tuple[PlanRequest, ...]] = (
        PlanRequest("verify", "verify-demo", 20, "test", explainers=("inference_arguments",)),
    )

    def bring(self, project: Project, folder: Path, seed: int) -> str:
        """A sample of the table, with the features that the rule marks."""
        path = folder / f"{TABLE}.csv"
        write_rows(TABLE, path)
        ruled = Ruled(rows.read, strongest, SAID, seed, ROWS)
        new = brought(project, ruled, path, format_name="rows", name=RULE)
        return (
            f"imported {counted(new, 'row')} with the {MARKED} features that a rule marks in each"
        )


def strongest(instances: Sequence[Instance]) -> dict[str, list[int]]:
    """Positions of the `MARKED` features that speak strongest for an instance's label.

    A feature speaks for label c by z · (mean of c − mean of all other labels), all in standard
    deviations: how far the value is out, on the side of the label. Means are of training alone.
    """
    values = np.array([list(one.features.values()) for one in instances], dtype=np.float64)
    labels = np.array([one.label for one in instances])
    training = np.array([one.split == "train" for one in instances])
    spread = values[training].std(axis=0)
    scaled = (values - values[training].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    speaks = np.empty_like(scaled)
    for label in np.unique(labels):
        mine = labels == label
        speaks[mine] = scaled[mine] * _apart(scaled[training], mine[training])
    best = np.sort(np.argsort(-speaks, axis=1, kind="stable")[:, :MARKED], axis=1)
    return {one.id: row.tolist() for one, row in zip(instances, best, strict=True)}


def _apart(scaled: NDArray[np.float64], mine: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far the mean of a class stands from that of all others, (F,)."""
    found: NDArray[np.float64] = scaled[mine].mean(axis=0) - scaled[~mine].mean(axis=0)
    return found
