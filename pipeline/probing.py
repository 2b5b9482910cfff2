"""Measuring what a run predicts of instances without some of their tokens.

Probes go through the model in batches of equal length, however long the texts were before, and
are stored as they come: a probe that is stored is never measured again, whichever explainer asked
for it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from sqlalchemy import Engine

from db.ragged import Ragged
from db.records import Probe, probe_id
from db.store import probes
from pipeline.engines.base import Engine as Where
from pipeline.engines.inprocess import HERE
from pipeline.engines.spread import each
from pipeline.models.batches import TOKEN_BUDGET, Batch, Row, exact_batches
from pipeline.models.trained import TrainedModel, frozen
from pipeline.removal import removal_for
from pipeline.removal.base import Removal

AT_ONCE = 20_000
"""Probes that are laid out together: enough that lengths repeat, few enough to hold."""
KEPT_TOGETHER = 1_000
"""Probes that one transaction stores: what an interruption may cost."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """M probes: `place`, int64, shape (M,), the row each is of; `removed`: ragged bool, M rows."""

    place: NDArray[np.int64]
    removed: Ragged


@dataclass
class Prober:
    """Measures probes of one run under one operator; `known`: id → probabilities, what is stored.

    `measured` counts the probes that this object sent through the model; `where`: the engine that
    does so.
    """

    engine: Engine
    run_id: str
    model: TrainedModel
    removal: Removal
    token_budget: int = TOKEN_BUDGET
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    measured: int = 0
    where: Where = HERE

    @classmethod
    def open(
        cls, engine: Engine, run_id: str, model: TrainedModel, removal: str, where: Where = HERE
    ) -> Prober:
        """With what is stored already; an unknown operator is refused."""
        operator = removal_for(model, removal)
        known = probes.probabilities(engine, run_id, operator.name)
        return cls(engine, run_id, model, operator, known=known, where=where)

    def probe(
        self,
        rows: Sequence[Row],
        wanted: Wanted,
        on_progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Class probabilities, float32, shape (M, C), in the order wanted.

        `on_progress` gets how many of these probes are there, each time some are stored.
        """
        ids = self._ids(rows, wanted)
        missing = {name: at for at, name in enumerate(ids) if name not in self.known}
        have = len(ids) - len(missing)
        if on_progress is not None:
            on_progress(have)
        for batch in self._measure(rows, wanted, missing):
            probes.add(self.engine, batch)
            self.known.update((probe.id, probe.probabilities) for probe in batch)
            self.measured += len(batch)
            have += len(batch)
            if on_progress is not None:
                on_progress(have)
        if not ids:
            return np.empty((0, len(self.model.labels)), np.float32)
        return np.stack([self.known[name] for name in ids])

    def _ids(self, rows: Sequence[Row], wanted: Wanted) -> list[str]:
        return [
            probe_id(self.run_id, rows[place].instance_id, self.removal.name, _bools(removed))
            for place, removed in zip(wanted.place.tolist(), wanted.removed, strict=True)
        ]

    def _measure(
        self, rows: Sequence[Row], wanted: Wanted, missing: dict[str, int]
    ) -> Iterator[list[Probe]]:
        """The missing probes, some at a time, as they leave the model."""
        waiting = iter(missing.items())
        while piece := list(islice(waiting, AT_ONCE)):
            masks = [_bools(wanted.removed[at]) for _, at in piece]
            places = [int(wanted.place[at]) for _, at in piece]
            cut = [
                self.removal.remove(rows[place], mask)
                for place, mask in zip(places, masks, strict=True)
            ]
            batch: list[Probe] = []
            for found, values in probabilities(
                self.model, cut, self.removal, self.token_budget, self.where
            ):
                for at, row in zip(found, values, strict=True):
                    name, instance = piece[at][0], cut[at].instance_id
                    batch.append(
                        Probe(name, self.run_id, instance, self.removal.name, masks[at], row)
                    )
                if len(batch) >= KEPT_TOGETHER:
                    yield batch
                    batch = []
            if batch:
                yield batch


@dataclass(frozen=True, eq=False)
class Predicting:
    """The model as an engine takes it: a batch of cut rows → places, probabilities."""

    model: TrainedModel
    removal: Removal

    def __call__(self, cut: tuple[list[int], Batch]) -> tuple[list[int], NDArray[np.float32]]:
        """The places that came with the batch; class probabilities, float32, shape (b, C)."""
        places, batch = cut
        with torch.no_grad(), frozen(self.model) as module:
            there = batch.to(self.model.device)
            output = module(there, embeddings=self.removal.embed(module, there))
        return places, output.logits.softmax(-1).cpu().numpy()


def probabilities(
    model: TrainedModel,
    rows: Sequence[Row],
    removal: Removal,
    token_budget: int = TOKEN_BUDGET,
    where: Where = HERE,
) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """Places among the rows, and their class probabilities, float32, shape (b, C), by length."""
    return each(where, Predicting(model, removal), exact_batches(rows, token_budget))


def _bools(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    return np.asarray(values, np.bool_)
