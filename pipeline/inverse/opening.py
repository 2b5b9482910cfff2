"""Where a trained model is opened for inverse inference: after the first layer that reads inputs.

The layer is found by a pass, and what follows is the model itself with that layer's output put in
its place. Pictures in grey and rows of 0 and 1 can be asked of. D: pixels, or features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from db.errors import UsageError
from db.records import Instance
from pipeline.inverse.checks import binary
from pipeline.inverse.first_layer import First, Standard
from pipeline.models.base import Model
from pipeline.models.batches import Row, collate
from pipeline.models.features import Features
from pipeline.models.pixels import Pixels
from pipeline.models.trained import TrainedModel
from pipeline.models.vocabulary import PRESENT

HALF = 128
"""From this grey value, of 0 to 255, a pixel counts as on."""


@dataclass(frozen=True, eq=False)
class Opening:
    """See `class_image`: `first`, `rest`, the `shape` of one input, how it is read; `side`: rows
    and columns of the square that an input is shown as."""

    first: First
    rest: Callable[[Tensor], Tensor]
    shape: tuple[int, ...]
    standard: Standard
    side: int


def opened(model: TrainedModel) -> Opening:
    """A UsageError where the model reads no grey pictures, nor rows that make a square.

    To be used while the model is `frozen`.
    """
    shape, standard, side = _read(model)
    module = model.module
    first, width = _first(model)
    if width != int(np.prod(shape)):
        raise UsageError(
            f"the first layer of {model.settings.kind} reads {width} numbers, and an input has "
            f"{int(np.prod(shape))}; inverse inference needs a layer that reads it whole"
        )
    moved = Standard(*(part.to(first.weight) for part in standard))
    return Opening(first, lambda drawn: _rest(module, first, model, drawn), shape, moved, side)


def _read(model: TrainedModel) -> tuple[tuple[int, ...], Standard, int]:
    """Shape, standardisation and side, out of the model's encoding."""
    encoding = model.encoding
    if isinstance(encoding, Pixels) and encoding.grey:
        side = encoding.image_size
        mean, spread = (torch.tensor(v)[:, None, None] for v in (encoding.mean, encoding.spread))
        return (1, side, side), Standard(mean, spread), side
    if isinstance(encoding, Features) and all(
        _is_number(known) for known in encoding.read.values()
    ):
        scales = torch.tensor(list(encoding.read.values()), dtype=torch.float64)
        side = round(len(scales) ** 0.5)
        if side**2 == len(scales):
            return (len(scales),), Standard(*scales.T), side
    raise UsageError(
        "inverse inference shows a picture of each class: it takes a model of grey pictures, or of "
        "rows of 0 and 1 that make a square, row by row; this run's model reads something else"
    )


def _is_number(known: Sequence[object]) -> bool:
    return bool(known) and not isinstance(known[0], str)


def _first(model: TrainedModel) -> tuple[First, int]:
    """The layer with weights that a pass reaches first; how many numbers it reads of an input."""
    reached: list[tuple[First, int]] = []

    def note(layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            reached.append((layer, given[0].numel()))

    module = model.module
    layers = module.modules() if isinstance(module, nn.Module) else ()
    hooks = [one.register_forward_pre_hook(note) for one in layers]
    try:
        with torch.no_grad():
            _pass(module, model, 1)
    finally:
        for hook in hooks:
            hook.remove()
    if not reached:
        raise UsageError("inverse inference starts at a Linear or Conv2d layer, and there is none")
    return reached[0]


def _rest(module: Model, first: First, model: TrainedModel, drawn: Tensor) -> Tensor:
    """(S, C) logits from what the first layer is said to have made, (S, …)."""
    with _replaced(first, drawn):
        return _pass(module, model, len(drawn))


@contextmanager
def _replaced(first: First, drawn: Tensor) -> Iterator[None]:
    hook = first.register_forward_hook(lambda _layer, _given, _made: drawn)
    try:
        yield
    finally:
        hook.remove()


def _pass(module: Model, model: TrainedModel, n: int) -> Tensor:
    """Logits of n inputs at the mean of training."""
    encoding = model.encoding
    units = np.prod(encoding.shape, dtype=int) if encoding.shape else len(_names(model))
    numbers = encoding.patch**2 if isinstance(encoding, Pixels) else 1
    row = Row("", np.full(units, PRESENT, dtype=np.int64), int(units), 0)
    batch = collate([row] * n).to(model.device)
    weight = next(module.parameters())
    logits: Tensor = module(batch, embeddings=weight.new_zeros(n, int(units), numbers)).logits
    return logits


def _names(model: TrainedModel) -> tuple[str, ...]:
    return tuple(model.encoding.read) if isinstance(model.encoding, Features) else ()


def inputs_of(model: TrainedModel, instances: Sequence[Instance]) -> Tensor:
    """float32 (N, D) of 0 and 1: pictures are cut at half ink, rows have to be 0 and 1 already."""
    if isinstance(model.encoding, Pixels):
        side = (model.encoding.grid, model.encoding.patch)
        values = [model.encoding.units(one).values for one in instances]
        found = np.stack([v for v in values if v is not None]) >= HALF
        laid = found.reshape(-1, side[0], *side, side[1]).swapaxes(2, 3)
        return torch.from_numpy(laid.reshape(len(laid), -1).astype(np.float32))
    names = _names(model)
    made = torch.tensor([[float(one.features[name]) for name in names] for one in instances])
    binary(made)
    return made
