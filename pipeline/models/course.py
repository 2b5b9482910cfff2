"""A training between two epochs: everything the next one starts from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from pipeline.models.metrics import Metrics
from pipeline.models.trained import TrainedModel
from pipeline.objectives.base import Objective
from pipeline.objectives.remembering import Remembering

Terms = Sequence[tuple[Objective, Callable[[int], float]]]
"""Objectives that are loaded, and their weights λ in each epoch."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training part: means over its instances, then the validation part.

    `terms` holds every term of the loss before weighting, and what objectives log besides.
    """

    number: int
    loss: float
    terms: Mapping[str, float]
    validation: Metrics


class Course:
    """Training between two epochs: everything the next one starts from.

    `history`: the epochs so far; `best`: the best of them; `weights`: those after the best;
    `further`: the terms beside cross-entropy, some of which remember.
    """

    def __init__(self, model: TrainedModel, seed: int, further: Terms = ()) -> None:
        settings = model.settings
        self.model = model
        self.further = further
        self.optimiser = torch.optim.AdamW(
            model.module.parameter_groups(settings.weight_decay),
            lr=settings.learning_rate,
            amsgrad=True,
        )
        self.shuffles = torch.Generator().manual_seed(seed)
        self.history: list[Epoch] = []
        self.best: Epoch | None = None
        self.weights: dict[str, torch.Tensor] = {}

    @property
    def memories(self) -> dict[str, Remembering]:
        """The terms that remember, by name."""
        return {one.name: one for one, _ in self.further if isinstance(one, Remembering)}

    @property
    def done(self) -> bool:
        """Whether all epochs are over, or `patience` of them brought nothing better."""
        number, settings = len(self.history), self.model.settings
        best = self.best.number if self.best else 0
        return number >= settings.epochs or (number > 0 and number - best >= settings.patience)

    def add(self, epoch: Epoch) -> None:
        """Note an epoch, and keep the weights as they are now if it is the best."""
        self.history.append(epoch)
        if self.best is None or _better(epoch.validation, self.best.validation):
            self.best = epoch
            state = self.model.module.state_dict()
            self.weights = {name: value.clone() for name, value in state.items()}

    def state(self) -> dict[str, Any]:
        """The course as tensors and plain values, random states included."""
        device = self.model.device
        return {
            "history": [asdict(epoch) for epoch in self.history],
            "best": self.best.number if self.best else 0,
            "best_weights": self.weights,
            "weights": self.model.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "shuffles": self.shuffles.get_state(),
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
            "memories": {name: one.state() for name, one in self.memories.items()},
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on as `state` says; torch's random state too is then what it was."""
        device = self.model.device
        self.history = [
            Epoch(**{**one, "validation": Metrics(**one["validation"])}) for one in state["history"]
        ]
        self.best = self.history[state["best"] - 1]
        self.weights = {name: value.to(device) for name, value in state["best_weights"].items()}
        self.model.module.load_state_dict(state["weights"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.shuffles.set_state(state["shuffles"])
        for name, one in self.memories.items():
            one.resume(state["memories"][name])
        torch.set_rng_state(state["torch"])
        if device.type == "cuda" and state["cuda"] is not None:
            torch.cuda.set_rng_state(state["cuda"], device)


def _better(new: Metrics, old: Metrics) -> bool:
    """A higher AUC; where AUC cannot tell (a small part soon reaches 1, and one of a single label
    has none), a lower loss."""
    if math.isnan(new.auc) or math.isnan(old.auc):
        return new.loss < old.loss
    return (new.auc, -new.loss) > (old.auc, -old.loss)
