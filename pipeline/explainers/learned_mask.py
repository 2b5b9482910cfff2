"""A small network, learned beside the frozen model, says which units can go unnoticed.

Hu, Zhang & Okatani, "Visualization of Convolutional Neural Networks for Monocular Depth
Estimation", ICCV 2019: least is KL(p(x) ‖ p(x⊙M(x))) + λ · mean(M(x)), where M multiplies each
unit's embedding. Theirs masks pixels for a network of depth; ours any units for a classifier, by a
network learned from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from db.errors import DataError, UsageError
from db.records import Instance
from pipeline.explainers.base import NOTHING, Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO
from pipeline.masks.kept import kept
from pipeline.masks.learning import MaskSettings
from pipeline.masks.measures import LEARNED, OTHER, RANDOM
from pipeline.masks.of_run import MaskOfRun, learn_of_run
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel

NAME = "learned_mask"
Masks = Sequence[NDArray[np.float32] | None]


@dataclass(frozen=True)
class LearnedMask:
    """Scores are the mask: 0 (can go) to 1 (is needed), without a sign, whatever class is asked for.

    `share`: λ, the price of a unit kept; `epochs`, `rate` (of Adam) and `batch` of learning; `most`:
    from how many instances it learns at most, drawn by the seed. An absent unit is the zero
    embedding, and a mask is soft: a model may still see what is only dimmed. Details: `share kept`,
    `prediction kept` (1 or 0) and `probability kept` (of the class explained) of this mask, of its
    values in a random order ("…, random") and of another instance's mask ("…, another's").
    """

    share: float = 0.3
    epochs: int = 30
    rate: float = 3e-3
    batch: int = 64
    most: int = 2000

    name: ClassVar[str] = NAME
    baseline: ClassVar[str] = ZERO
    reduction: ClassVar[str] = NOTHING
    uses_gradient: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost(forward=(3, 4), backward=(0, 0))

    def __post_init__(self) -> None:
        try:
            self._settings(0)
        except UsageError as problem:
            raise UsageError(f"{NAME}: {problem}") from problem
        if self.most < 1:
            raise UsageError(f"{NAME}: most must be 1 or more")

    def _settings(self, seed: int) -> MaskSettings:
        return MaskSettings(self.share, self.epochs, self.rate, self.batch, seed)

    def learn(self, model: TrainedModel, instances: Sequence[Instance], seed: int) -> MaskOfRun:
        """The network, and masks of instances to lend to others."""
        try:
            return learn_of_run(model, instances, self._settings(seed), self.most)
        except DataError as problem:
            raise DataError(f"explainer {NAME} cannot learn: {problem}") from problem

    def attribute(self, shared: Shared) -> Attribution:
        """The masks; what each and its two controls keep takes a pass of the model each."""
        learned: MaskOfRun = shared.learned[self.name]
        masks = learned.masks(shared.output.embeddings.detach(), shared.batch)
        own = [*masks.cpu().numpy()]
        names, n_units = shared.batch.instance_ids, masks.shape[1]
        kinds: dict[str, Masks] = {
            LEARNED: own,
            RANDOM: [
                instance_generator(shared.seed, "random mask", name).permutation(mask)
                for name, mask in zip(names, own, strict=True)
            ],
            OTHER: [learned.of_another(name, n_units, shared.seed) for name in names],
        }
        details: list[dict[str, float]] = [{} for _ in names]
        for subject, several in kinds.items():
            for place, found in _kept(shared, subject, several):
                details[place].update(found)
        return Attribution(masks, tuple(details))


def _kept(shared: Shared, subject: str, masks: Masks) -> Iterator[tuple[int, dict[str, float]]]:
    """Place in the batch, and what is kept there, of the instances that have such a mask."""
    there = {place: mask for place, mask in enumerate(masks) if mask is not None}
    if not there:
        return
    start = shared.output.embeddings.detach()
    rows = torch.tensor(list(there), device=start.device)
    mask = torch.from_numpy(np.stack(list(there.values()))).to(start)
    with torch.no_grad():
        left = start[rows] * mask[..., None]
        hidden = shared.model(shared.batch.take(rows), embeddings=left).logits
    whole = shared.output.logits.detach()[rows]
    yield from zip(there, kept(subject, mask, whole, hidden, shared.targets[rows]), strict=True)
