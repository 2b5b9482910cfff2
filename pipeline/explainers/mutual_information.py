"""Mutual information between a feature and what the model says of a class: a global importance.

The same scores for every instance with the same target class. METHODS: a Gaussian mixture by EM on
(x_i, y_k), both standardised, components by BIC; a k-nearest-neighbour estimate (Kraskov,
Stögbauer & Grassberger 2004) stands beside in the details, because the number moves with the
settings: on iris's petals .6 to 2.3 nats, although always above the sepals'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.information.mixture import MixtureSettings
from analysis.information.mutual import mutual_information
from analysis.information.neighbours import neighbour_information
from db.errors import DataError, UsageError
from db.records import Instance
from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.models.base import FEATURES
from pipeline.models.batches import Row, collate
from pipeline.models.places import by_model, by_row
from pipeline.models.predict import logits_of
from pipeline.models.trained import TrainedModel

OUTPUTS = ("probability", "logit")
FEWEST = 10
REPLICATES = 200
"""Replicates of the interval; a rationale holds its point alone."""


@dataclass(frozen=True, eq=False)
class Information:
    """Nats, each float32 (C, F): by the mixture, and by nearest neighbours."""

    mixture: NDArray[np.float32]
    neighbours: NDArray[np.float32]


@dataclass(frozen=True)
class MutualInformation:
    """Nats, 0 or more but for sampling error, without a sign: more says more, whichever way.

    `output`: y_k is the "probability" of the class, or its "logit"; `components`: the most Gaussians
    tried, from 1; `reg_covar` is added to the variances of standardised columns; `restarts` of EM;
    `neighbours`: k. A feature that never changes, or a class whose output never does, has 0.
    Details: `nearest neighbours 1`, … for each feature. Learned from the instances that the run was
    not judged by.
    """

    output: str = "probability"
    components: int = 6
    reg_covar: float = 1e-3
    restarts: int = 3
    neighbours: int = 3

    name: ClassVar[str] = "mutual_information"
    baseline: ClassVar[str] = NOTHING
    reduction: ClassVar[str] = NOTHING
    needs: ClassVar[frozenset[str]] = frozenset({FEATURES})
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(1, 1), backward=(0, 0))

    def __post_init__(self) -> None:
        if self.output not in OUTPUTS:
            raise UsageError(
                f"mutual_information: output is {' or '.join(OUTPUTS)}, not {self.output!r}"
            )
        self._mixture(0)
        if self.neighbours < 1:
            raise UsageError("mutual_information: neighbours must be 1 or more")

    def _mixture(self, seed: int) -> MixtureSettings:
        return MixtureSettings((1, self.components), self.reg_covar, self.restarts, seed)

    def learn(self, model: TrainedModel, instances: Sequence[Instance], seed: int) -> Information:
        """Features beside the model's outputs; a `DataError` for words and below 10 rows."""
        if len(instances) < FEWEST:
            raise DataError(
                f"mutual_information takes {FEWEST} instances or more, and there are "
                f"{len(instances)} to learn from"
            )
        _check_numbers(instances[0])
        rows = model.encode(instances)
        inputs, outputs = _numbers(rows), logits_of(model, rows)
        if self.output == "probability":
            outputs = np.asarray(torch.from_numpy(outputs).softmax(-1))
        settings = self._mixture(seed)
        mixture = np.zeros((outputs.shape[1], inputs.shape[1]), np.float32)
        nearest = np.zeros_like(mixture)
        for c, f in np.ndindex(mixture.shape):
            x, y = inputs[:, f], outputs[:, c]
            found = mutual_information(x, y, settings, self.output, REPLICATES)
            beside = neighbour_information(x, y, min(self.neighbours, len(x) - 1), seed)
            mixture[c, f], nearest[c, f] = found.value or 0, beside.value or 0
        return Information(mixture, nearest)

    def attribute(self, shared: Shared) -> Attribution:
        """Each instance gets the row of its target class."""
        found: Information = shared.learned[self.name]
        rows = shared.targets.cpu().numpy()
        mixture, neighbours = (
            by_row(torch.from_numpy(values[rows]), shared.batch.to(torch.device("cpu")))
            for values in (found.mixture, found.neighbours)
        )
        return Attribution(
            mixture,
            tuple(
                {f"nearest neighbours {n}": v for n, v in enumerate(row, 1)}
                for row in neighbours.tolist()
            ),
        )


def _check_numbers(one: Instance) -> None:
    """A feature of words has no density."""
    for name, value in one.features.items():
        if isinstance(value, str):
            raise DataError(
                f"mutual_information is of numbers, and feature {name!r} holds words; leave it out, "
                "or explain by another"
            )


def _numbers(rows: Sequence[Row]) -> NDArray[Any]:
    """(N, F): the features as the model reads them, in its order, whatever that of the rows."""
    batch = collate(rows)
    return np.asarray(by_model(batch.read, batch)[..., 0], dtype=np.float64)
