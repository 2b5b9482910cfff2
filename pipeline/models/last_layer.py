"""The last linear layer of a pretrained model, found by a pass: what it reads is a row's summary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.models.pretrained_folder import silent


def last_layer_of(model: Any) -> str | None:
    """The name of the `nn.Linear` whose output is the logits; None where no such layer makes them.

    `model`: of the library, for sequence classification. Weights and seeds stay as they are.
    """
    width = model.get_input_embeddings().embedding_dim
    line = torch.randn(2, 4, width, generator=torch.Generator().manual_seed(0))
    linear = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    training = model.training
    model.eval()
    try:
        with torch.no_grad(), silent(), ExitStack() as stack:
            calls = {name: stack.enter_context(heard(model, name)) for name in linear}
            mask = torch.ones(2, 4, dtype=torch.int64)
            logits = model(inputs_embeds=line, attention_mask=mask).logits
    finally:
        model.train(training)
    made = [one for one in linear if _made(model.get_submodule(one), calls[one], logits)]
    return made[-1] if made else None


@contextmanager
def heard(model: nn.Module, name: str | None) -> Iterator[list[Tensor]]:
    """What the layer of that name is given by each pass in this context; nothing without a name."""
    found: list[Tensor] = []
    if name is None:
        yield found
        return
    layer = model.get_submodule(name)
    hook = layer.register_forward_hook(lambda _module, given, _output: found.append(given[0]))
    try:
        yield found
    finally:
        hook.remove()


def _made(layer: nn.Module, given: list[Tensor], logits: Tensor) -> bool:
    """Whether the layer makes the logits of what it is given: one vector for each row."""
    if not given or given[-1].dim() != 2 or len(given[-1]) != len(logits):
        return False
    with torch.no_grad():
        again = layer(given[-1])
    return again.shape == logits.shape and bool(torch.equal(again, logits))
