"""Inference arguments: which penultimate features spoke for the answer, and what made them.

After Kuwajima, Tanaka & Okutomi (2019), who call features by names that people gave. Ours are named
by the units that activate them most, which the study `verify` then puts before people.

    c_j = a_j · w_{y,j},   score_t = Σ_d e_td · ∂(Σ_{j in the top m} c_j)/∂e_td
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from db.errors import DataError, UsageError
from db.records import Instance
from pipeline.arguments import sides
from pipeline.arguments.activating import activating
from pipeline.arguments.contributions import Top, contributions, top_features
from pipeline.arguments.kept import FILE, NAME, KeptNames, read, written
from pipeline.arguments.naming import name_features
from pipeline.arguments.penultimate import Penultimate, penultimate
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO
from pipeline.models.trained import TrainedModel


@dataclass(frozen=True)
class InferenceArguments:
    """Signed, any size: what of the top features' contributions to the logit each unit accounts
    for, to first order. 0 everywhere where no feature speaks for the answer.

    `m`: how many features argue, at most. `names`: how many words a feature is called by;
    `at_least`: a word has to occur so often to be a name; `instances`: features are named over so
    many, drawn by the seed. Details, strongest first: `feature 1`, …, counted from 0, its
    `activation 1` and its `contribution 1` to the logit. Features that nothing is a name for are
    passed over; asked of a model without having learned, all may argue.
    """

    m: int = 3
    names: int = 3
    at_least: int = 2
    instances: int = 500

    name: ClassVar[str] = NAME
    baseline: ClassVar[str] = ZERO
    reduction: ClassVar[str] = "sum over embedding dimensions, through the top features"
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(2, 2), backward=(1, 1))
    file: ClassVar[str] = FILE

    def __post_init__(self) -> None:
        if min(self.m, self.names, self.at_least, self.instances) < 1:
            raise UsageError(f"{NAME}: m, names, at_least and instances must be 1 or more")

    def learn(self, model: TrainedModel, instances: Sequence[Instance], seed: int) -> KeptNames:
        """What every side of a feature is called; a `DataError` where there is nothing to learn."""
        if not instances:
            raise DataError(f"{NAME} has no instances to name features by")
        drawn: Sequence[Instance] = instances
        if len(instances) > self.instances:
            places = np.random.default_rng(seed).permutation(len(instances))[: self.instances]
            drawn = [instances[place] for place in sorted(places.tolist())]
        found = activating(model, drawn)
        changes = sides.of_changes(found.changes)
        named = name_features(found.names, changes, self.names, self.at_least)
        return KeptNames(named, self._naming())

    def written(self, learned: KeptNames) -> str:
        """See `Keeping`."""
        return written(learned)

    def read(self, path: Path) -> KeptNames | None:
        """See `Keeping`: None where the file was learned with other options."""
        found = read(path)
        return found if found.options == self._naming() else None

    def _naming(self) -> Mapping[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "m"}

    def attribute(self, shared: Shared) -> Attribution:
        """Contributions, the top m of each instance, and their derivative by the embeddings."""
        embeddings = shared.output.embeddings.detach().requires_grad_(True)
        with torch.enable_grad():
            found = penultimate(shared.model, shared.batch, embeddings)
            top = self._top(found, shared)
            chosen = torch.zeros_like(found.features)
            features = torch.from_numpy(top.features.values % chosen.shape[1]).to(chosen.device)
            rows = torch.from_numpy(top.features.row_ids).to(chosen.device)
            chosen[rows, features] = found.weights[shared.targets[rows], features]
            total = (found.features * chosen).sum()
            (gradient,) = torch.autograd.grad(total, embeddings)
        scores = (embeddings * gradient).sum(-1).detach()
        return Attribution(scores, self._details(top, found))

    def _top(self, found: Penultimate, shared: Shared) -> Top:
        """Of 2J sides; see `sides`."""
        activations = found.features.detach().cpu().numpy()
        weights = found.weights.detach().cpu().numpy()
        added = contributions(
            sides.of_activations(activations),
            sides.of_weights(weights),
            shared.targets.cpu().numpy(),
        )
        learned: KeptNames | None = shared.learned.get(self.name)
        return top_features(added, self.m, None if learned is None else learned.names.named)

    def _details(self, top: Top, found: Penultimate) -> tuple[Mapping[str, float], ...]:
        activations, n = found.features.detach().cpu().numpy(), found.features.shape[1]
        return tuple(
            {
                name: float(value)
                for at, (side, added) in enumerate(zip(features, values, strict=True), 1)
                for name, value in (
                    (f"feature {at}", side % n),
                    (f"activation {at}", row[side % n]),
                    (f"contribution {at}", added),
                )
            }
            for row, features, values in zip(
                activations, top.features, top.contributions, strict=True
            )
        )
