"""The features behind the logits: what goes into the last linear layer of a model.

The layer is found by a pass: it is the `nn.Linear` whose output is the logits, whatever the model
calls it and in whichever order it has the classes. Shapes: B instances, J features, C classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from db.errors import UsageError
from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch


@dataclass(frozen=True, eq=False)
class Penultimate:
    """One pass: `features` a (B, J), `weights` of the last layer (C, J), the pass itself."""

    features: Tensor
    weights: Tensor
    output: Output


class Heard(NamedTuple):
    """What went through a layer: (L, J) and (L, C), L lines, more than B where texts are cut."""

    layer: nn.Linear
    given: Tensor
    made: Tensor


def penultimate(model: Model, batch: Batch, embeddings: Tensor | None = None) -> Penultimate:
    """A pass and what its logits were made of; gradients flow where they are asked for.

    A long text that a model reads in parts, taking the mean of their logits, has the mean of their
    features: the layer is linear. UsageError where the logits are not made by a linear layer: there
    are then no features that could be argued with.
    """
    with _hearing(model) as calls:
        output = model(batch, embeddings=embeddings)
    heard = _joined(calls)
    for one in heard:
        found = _fitting(one, output)
        if found is not None:
            return found
    if len(batch) > 1 and any(len(one.given) > len(batch) for one in heard):
        return _one_by_one(model, batch, output)
    raise UsageError(
        "the logits of this model are not the output of one linear layer, so there are no features "
        "to argue with; explain by another method than inference_arguments"
    )


Calls = list[Heard]


@contextmanager
def _hearing(model: Model) -> Iterator[Calls]:
    """Every call of a linear layer in a pass, in order."""
    calls: Calls = []

    def note(layer: nn.Module, given: tuple[Tensor, ...], made: Tensor) -> None:
        if isinstance(layer, nn.Linear) and made.ndim == 2:
            calls.append(Heard(layer, given[0], made))

    modules = model.modules() if isinstance(model, nn.Module) else ()
    hooks = [one.register_forward_hook(note) for one in modules if isinstance(one, nn.Linear)]
    try:
        yield calls
    finally:
        for hook in hooks:
            hook.remove()


def _joined(calls: Calls) -> list[Heard]:
    """One for each layer, the last called first; its calls end to end."""
    by_layer: dict[nn.Linear, Calls] = {}
    for call in reversed(calls):
        by_layer.setdefault(call.layer, []).insert(0, call)
    return [
        Heard(layer, torch.cat([c.given for c in some]), torch.cat([c.made for c in some]))
        for layer, some in by_layer.items()
    ]


def _fitting(heard: Heard, output: Output) -> Penultimate | None:
    """The layer's features where the logits are its output, but for the order of the classes."""
    given, made, logits = heard.given, heard.made, output.logits
    if len(logits) == 1 and len(made) > 1:
        given, made = given.mean(0, keepdim=True), made.mean(0, keepdim=True)
    if made.shape != logits.shape:
        return None
    with torch.no_grad():
        gaps = (made[:, :, None] - logits[:, None]).abs().amax(0)
        order = gaps.argmin(0) if bool(gaps.diagonal().max() > 0) else torch.arange(len(gaps))
        fits = torch.allclose(made[:, order], logits, rtol=1e-4, atol=1e-5, equal_nan=True)
    return Penultimate(given, heard.layer.weight[order], output) if fits else None


def _one_by_one(model: Model, batch: Batch, output: Output) -> Penultimate:
    """Each instance in a pass of its own: whose the lines are is then plain."""
    start = output.embeddings
    found = []
    for place in range(len(batch)):
        row = torch.tensor([place], device=start.device)
        found.append(penultimate(model, batch.take(row), start[row]))
    return Penultimate(torch.cat([one.features for one in found]), found[0].weights, output)
