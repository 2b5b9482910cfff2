"""A bidirectional LSTM over texts of different lengths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from pipeline.models.encoder import inside


class BiLSTM(nn.Module):
    """Two LSTMs, one of which reads each text from its own end.

    Equal to a packed bidirectional `nn.LSTM` to rounding (the tests hold it against one), but
    without packing, which on a CPU leaves torch's fused kernel and costs two to three times the
    time: forwards, padding comes after the text and cannot reach it; backwards, each row is
    reversed within its own length, so that padding comes last there too.
    """

    def __init__(self, input_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.width = 2 * hidden_dim
        self.forwards = nn.LSTM(input_dim, hidden_dim, batch_first=True)
        self.backwards = nn.LSTM(input_dim, hidden_dim, batch_first=True)

    def forward(self, inputs: Tensor, lengths: Tensor, exact: bool) -> Tensor:
        """States (B, T, 2H) of `inputs` (B, T, D), zero beyond a row's length, int64 (B,).

        `exact` says that every row is full.
        """
        there, _ = self.forwards(inputs)
        back, _ = self.backwards(reverse(inputs, lengths, exact))
        states = torch.cat([there, reverse(back, lengths, exact)], dim=-1)
        if exact:
            return states
        return states * inside(inputs, lengths)

    def summary(self, states: Tensor, lengths: Tensor) -> Tensor:
        """(B, 2H): see `last_states`."""
        return last_states(states, lengths)


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
