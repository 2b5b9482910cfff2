"""Attention of a transformer that computes it by itself, read and moved where it is dropped out.

Architectures that do not go through the library's table (MPNet, DeBERTa) still hand their weights
to a module of dropout before they are used. What that module is given is read, held fixed or moved:
s + o before a softmax is p · exp(o), divided by the sum, after it. The library gives weights too
(`output_attentions`), but after dropout, where a weight of 0 says nothing; they find the modules.
Shapes: W lines, L positions, A heads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.models.watched_attention import current, is_fixed

CLOSE = 1e-5


def dropouts_of(model: nn.Module, given: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Names of the modules that are given the weights of each layer, first layer first.

    `model` is in evaluation, where dropout changes nothing; `given`: what it is called with, as
    `attention_mask` int64 (W, L). Empty where the library gives no weights of a layer, or not one
    from every position to every other, or others than those that a module is given.
    """
    seen: list[tuple[str, Tensor]] = []
    with ExitStack() as hooks, torch.no_grad():
        for name, part in model.named_modules():
            if "dropout" in type(part).__name__.lower():
                hook = part.register_forward_pre_hook(
                    lambda _module, values, name=name: seen.append((name, values[0]))
                )
                hooks.callback(hook.remove)
        try:
            layers = model(**given, output_attentions=True).attentions or ()
        except (AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError):
            return ()  # a model that cannot give them
    real = given["attention_mask"]
    found = [_holder(one, seen) if _between_positions(one, real) else "" for one in layers]
    return tuple(name for name in found if name) if all(found) else ()


def _between_positions(weights: Any, real: Tensor) -> bool:
    """Whether these are (W, A, L, L), rows summing to 1; those of pieces are 0 at padding."""
    n = real.shape[1]
    if not (isinstance(weights, Tensor) and weights.dim() == 4 and weights.shape[2:] == (n, n)):
        return False
    beyond = 1 - (weights * real[:, None, None]).sum(-1)
    return bool((beyond * real[:, None]).abs().max() < CLOSE)


def _holder(weights: Tensor, seen: Sequence[tuple[str, Tensor]]) -> str:
    """The first module that was given these weights; "" where none was."""
    same = (
        n for n, v in seen if v.shape == weights.shape and torch.allclose(v, weights, atol=CLOSE)
    )
    return next(same, "")


@contextmanager
def watched_dropouts(model: nn.Module, names: Sequence[str]) -> Iterator[None]:
    """Passes of `model` in this context show the weights of these modules to whoever watches."""
    with ExitStack() as hooks:
        for name in dict.fromkeys(names):
            hooks.callback(model.get_submodule(name).register_forward_pre_hook(_shown).remove)
        yield


def _shown(_module: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """A layer's weights as they are watched, and what else the module is given."""
    watch, weights = current(), given[0]
    last = watch.enter()
    if last and watch.offset is not None:
        weights = moved(weights, watch.offset[:, None, None])
    weights = weights.detach() if is_fixed() else weights
    watch.show(weights, last)
    return (weights, *given[1:])


def moved(weights: Tensor, offset: Tensor) -> Tensor:
    """(W, A, L, L): softmax(s + offset), `weights` being softmax(s); 0 stays 0."""
    factors = (offset - offset.amax(-1, keepdim=True).detach()).exp()
    found = weights * factors
    return found / found.sum(-1, keepdim=True)
