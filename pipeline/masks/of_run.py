"""A mask network for one trained model, learned from instances, with masks to lend to others.

Instances of equal length go through the model together, since nothing is padded there. Shapes: B
instances, T units, D embedding dimensions, C classes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from db.errors import DataError
from db.ragged import Ragged
from db.records import Instance
from pipeline.masks.learning import MaskSettings, Part, learn_from_parts
from pipeline.masks.units import fitting
from pipeline.models.base import Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, Row, collate
from pipeline.models.places import by_model, by_row
from pipeline.models.predict import logits_of, passed
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel, frozen

LENT = 256
"""Masks of so many instances, drawn by the seed, are kept to be lent."""


@dataclass(frozen=True, eq=False)
class MaskOfRun:
    """`network`: embeddings (B, T, D) in the order of the model → logits (B, T, 1); `lent`: float32 masks of the instances
    `lenders`, sorted by id."""

    network: nn.Module
    lenders: tuple[str, ...]
    lent: Ragged

    def masks(self, embeddings: Tensor, batch: Batch | None = None) -> Tensor:
        """(B, T), 0 to 1; of rows in an order of their own with their batch."""
        with torch.no_grad():
            return _masked(self.network, embeddings, batch)

    def of_another(self, instance_id: str, n_units: int, seed: int) -> NDArray[np.float32] | None:
        """Another's mask, (T,), drawn among those nearest in length; None where there is no other.

        By position: 0 beyond the lender's end, cut off at the borrower's.
        """
        free = np.array([name != instance_id for name in self.lenders], dtype=bool)
        if not free.any():
            return None
        apart = np.abs(self.lent.lengths - n_units)
        nearest = np.flatnonzero(free & (apart == apart[free].min()))
        rng = instance_generator(seed, "another's mask", instance_id)
        own = self.lent[int(rng.choice(nearest))][:n_units].astype(np.float32)
        return np.pad(own, (0, n_units - len(own)))


def learn_of_run(
    model: TrainedModel, instances: Sequence[Instance], settings: MaskSettings, most: int
) -> MaskOfRun:
    """Learned from at most `most` instances, drawn by the seed, in whatever order they come.

    A DataError without any, or where the model's output of one is no finite number.
    """
    if not instances:
        raise DataError(
            "there are no instances to learn a mask from beside those that the run was tested on"
        )
    by_id = sorted(instances, key=lambda one: one.id)
    order = np.random.default_rng(settings.seed).permutation(len(by_id))
    rows = model.encode([by_id[at] for at in np.sort(order[:most])])
    whole = _finite(torch.from_numpy(logits_of(model, rows)), rows).to(model.device)
    network = _fresh(model, rows[0], settings.seed)
    with frozen(model) as module, torch.enable_grad():
        work = _Learning(module, model.device, rows, whole, settings.batch)
        learn_from_parts(network, work.parts, settings=settings)
    network.requires_grad_(False)
    lenders = [rows[at] for at in np.sort(order[order < len(rows)][:LENT])]
    names = tuple(row.instance_id for row in lenders)
    return MaskOfRun(network, names, _masks(model, network, lenders))


@dataclass(frozen=True, eq=False)
class _Learning:
    """`whole`: logits (n, C) of the `rows`; `batch`: instances of a part at most."""

    module: Model
    device: torch.device
    rows: Sequence[Row]
    whole: Tensor
    batch: int

    def parts(self, generator: torch.Generator) -> Iterator[Part]:
        """Every row once, of equal length and at most `TOKEN_BUDGET` units, mixed anew."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place in torch.randperm(len(self.rows), generator=generator).tolist():
            groups[self.rows[place].first, self.rows[place].second].append(place)
        several = []
        for (first, second), places in groups.items():
            size = max(1, min(self.batch, TOKEN_BUDGET // (first + second)))
            several += [places[at : at + size] for at in range(0, len(places), size)]
        for number in torch.randperm(len(several), generator=generator).tolist():
            yield self._part(several[number])

    def _part(self, places: list[int]) -> Part:
        batch = collate([self.rows[place] for place in places]).to(self.device)

        def predict(embeddings: Tensor) -> Tensor:
            return self.module(batch, embeddings=by_row(embeddings, batch)).logits

        with torch.no_grad():
            inputs = by_model(self.module.embed(batch), batch)
        return Part(inputs, predict, self.whole[places])


def _fresh(model: TrainedModel, row: Row, seed: int) -> nn.Module:
    """The network before learning; torch's random state is left as it was."""
    with torch.no_grad():
        embeddings = model.module.embed(collate([row]).to(model.device))
    with torch.random.fork_rng([model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(seed)
        return fitting(model, embeddings)


def _masks(model: TrainedModel, network: nn.Module, rows: Sequence[Row]) -> Ragged:
    """float32 masks in the order of the rows."""
    found = passed(model, rows, lambda module, batch: _masked(network, module.embed(batch), batch))
    return Ragged.from_rows(one.float().numpy() for one in found)


def _masked(network: nn.Module, embeddings: Tensor, batch: Batch | None) -> Tensor:
    """(B, T): the mask of each unit, in the order of the rows."""
    ordered = embeddings if batch is None else by_model(embeddings, batch)
    found: Tensor = network(ordered).sigmoid()[..., 0]
    return found if batch is None else by_row(found, batch)


def _finite(logits: Tensor, rows: Sequence[Row]) -> Tensor:
    """(n, C), refused where one is no number: the network would learn to be none either."""
    bad = torch.nonzero(~logits.isfinite().all(dim=1)).flatten().tolist()
    if bad:
        raise DataError(
            f"the model's output of instance {rows[bad[0]].instance_id} is no finite number; check "
            "the run's training"
        )
    return logits
