"""Bidirectional recurrent networks over texts of different lengths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar

import torch
from torch import Tensor, nn

from pipeline.models.encoder import inside
from pipeline.models.twice import twice_differentiable

_TWICE: ContextVar[bool] = ContextVar("twice", default=False)


class Bidirectional(nn.Module):
    """Two recurrent networks, one of which reads each text from its own end.

    Equal to a packed bidirectional `core` to rounding (the tests hold it against one), but
    without packing, which on a CPU leaves torch's fused kernel and costs two to three times the
    time: forwards, padding comes after the text and cannot reach it; backwards, each row is
    reversed within its own length, so that padding comes last there too.
    """

    core: ClassVar[type[nn.LSTM | nn.GRU]]

    def __init__(self, input_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.width = 2 * hidden_dim
        self.forwards = self.core(input_dim, hidden_dim, batch_first=True)
        self.backwards = self.core(input_dim, hidden_dim, batch_first=True)

    def forward(self, inputs: Tensor, lengths: Tensor, exact: bool) -> Tensor:
        """States (B, T, 2H) of `inputs` (B, T, D), zero beyond a row's length, int64 (B,).

        `exact` says that every row is full.
        """
        there = read(self.forwards, inputs)
        back = read(self.backwards, reverse(inputs, lengths, exact))
        states = torch.cat([there, reverse(back, lengths, exact)], dim=-1)
        if exact:
            return states
        return states * inside(inputs, lengths)

    def summary(self, states: Tensor, lengths: Tensor) -> Tensor:
        """(B, 2H): see `last_states`."""
        return last_states(states, lengths)


class BiLSTM(Bidirectional):
    """Long short-term memory (Hochreiter & Schmidhuber, Neural Computation 9, 1997)."""

    core = nn.LSTM


class BiGRU(Bidirectional):
    """Gated recurrent units (Cho et al., EMNLP 2014): three gates where an LSTM has four.

    On a CPU torch takes them step by step in either case, so that they are slower than an LSTM to
    differentiate once, and quicker to differentiate twice.
    """

    core = nn.GRU


def read(core: nn.LSTM | nn.GRU, inputs: Tensor) -> Tensor:
    """States (B, T, H) of one direction; by `twice_differentiable` where that is asked for."""
    if isinstance(core, nn.LSTM) and _TWICE.get() and inputs.device.type == "cpu":
        return twice_differentiable(inputs, core.parameters())
    states: Tensor = core(inputs)[0]
    return states


def reverse(values: Tensor, lengths: Tensor, exact: bool) -> Tensor:
    """Each row (T, D) of `values` back to front within its own length; padding stays behind."""
    if exact:
        return values.flip(1)
    positions = torch.arange(values.shape[1], device=values.device)
    mirrored = lengths[:, None] - 1 - positions
    source = torch.where(mirrored < 0, positions, mirrored)
    return values.gather(1, source[..., None].expand_as(values))


def last_states(states: Tensor, lengths: Tensor) -> Tensor:
    """(B, 2H): what each direction knows having read all of the text; zero for an empty text."""
    hidden = states.shape[-1] // 2
    rows = torch.arange(len(states), device=states.device)
    there = states[rows, (lengths - 1).clamp(min=0), :hidden]
    back = states[:, 0, hidden:]
    return torch.cat([there, back], dim=-1)


@contextmanager
def without_cudnn(device: torch.device, needed: bool = True) -> Iterator[None]:
    """cuDNN's recurrent kernels have no backward in evaluation mode, and no second derivative.

    Where those are needed on a GPU, torch's own kernels run instead. On a CPU nothing changes.
    """
    if not needed or device.type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(enabled=False):
        yield


@contextmanager
def second_derivatives(device: torch.device, needed: bool = True) -> Iterator[None]:
    """Where gradients are differentiated again: on a GPU `without_cudnn`, on a CPU an LSTM whose
    gradient is quick to differentiate. Results are the same, to rounding.
    """
    token = _TWICE.set(needed)
    try:
        with without_cudnn(device, needed):
            yield
    finally:
        _TWICE.reset(token)
