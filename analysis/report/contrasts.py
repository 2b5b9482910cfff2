"""What a report shows of single instances: a model's rationale beside that of people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.records import Instance


@dataclass(frozen=True, eq=False)
class Contrast:
    """One instance with the scores of a model and of people, one score per unit of `instance`.

    A unit is a token, a feature of a row, or a cell of a picture, which `shape` = (rows, cols)
    divides. `model_scores`: float32, shape (T,), any scale, positive for the predicted class; NaN
    where undefined. `people_scores`: float32, shape (T,), in [0, 1], the share of workers who marked
    the unit (of a cell: the mean share of its pixels). `difference` is the one number by which the instance was chosen. `prediction` and
    `probability` are the model's, `label` the data's, `people_label` the consensus of the crowd.
    """

    instance: Instance
    explainer: str
    model_scores: NDArray[np.float32]
    people_scores: NDArray[np.float32]
    n_workers: int
    prediction: str
    probability: float | None = None
    difference: float | None = None
    label: str | None = None
    people_label: str | None = None
    shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        units = math.prod(self.shape) if self.shape else self.instance.n_units
        for who, scores in (("model", self.model_scores), ("people", self.people_scores)):
            if scores.shape != (units,):
                raise DataError(
                    f"instance {self.instance.id}: {who} scores have the shape {scores.shape}, "
                    f"but the instance has {units} {self.noun}s"
                )

    @property
    def noun(self) -> str:
        """What a unit is called."""
        return {"row": "feature", "image": "cell"}.get(self.instance.kind, "token")


@dataclass(frozen=True)
class Contrasts:
    """The instances where model and people differ most, in the order in which they are shown.

    `measure` names the difference ("token F1 with the majority's marks"); `selection` is a sentence
    on how the instances were chosen, `considered` how many they were chosen from; `text_names` are
    the names of the two texts of a pair.
    """

    pairs: tuple[Contrast, ...]
    measure: str
    selection: str = ""
    considered: int | None = None
    text_names: tuple[str, str] = ("First text", "Second text")
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
