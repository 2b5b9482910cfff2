"""A model as a function of how much of each token is there: 0 absent, 1 present.

Scaling a token's embedding by a_t and differentiating by a_t gives Σ_d e_td · ∂y/∂(a_t e_td): what
a path method sums over embedding dimensions anyway. So such a method can work on T numbers a text
instead of T × D, and everything linear before the recurrence is computed once for all steps of
the path.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from pipeline.models.base import Model
from pipeline.models.batches import Batch
from pipeline.models.recurrent import BiLSTM

Presence = Callable[[Tensor], Tensor]
"""Presence (n·B, T), n copies of a batch one after the other → logits (n·B, C)."""


def scaled_embeddings(model: Model, batch: Batch, embeddings: Tensor) -> Presence:
    """For any model: embeddings (B, T, D) times presence."""

    def logits(present: Tensor) -> Tensor:
        rows = torch.arange(len(batch), device=present.device).repeat(len(present) // len(batch))
        return model(batch.take(rows), embeddings=embeddings[rows] * present[..., None]).logits

    return logits


class PresentStates:
    """States (n·B, T, 2H) of a BiLSTM, given presence (n·B, T) of the tokens of B full texts.

    The input projections are taken once, and the recurrence is written out, both directions in
    one product, with a backward pass for presence alone. [On a CPU, torch's LSTM spends most of
    its time on those projections and on gradients of its weights.] Equal to the LSTM to rounding.
    """

    def __init__(self, lstm: BiLSTM, inputs: Tensor) -> None:
        there, back = lstm.forwards, lstm.backwards
        self.recurrent = torch.stack(
            [_gates(one.weight_hh_l0).T.contiguous() for one in (there, back)]
        )
        self.bias = torch.stack([_gates(one.bias_ih_l0 + one.bias_hh_l0) for one in (there, back)])
        self.projected = torch.stack(
            [
                (inputs @ _gates(there.weight_ih_l0).T).transpose(0, 1),
                (inputs.flip(1) @ _gates(back.weight_ih_l0).T).transpose(0, 1),
            ],
            dim=1,
        )

    def __call__(self, present: Tensor) -> Tensor:
        turned = torch.stack([present.T, present.flip(1).T], dim=1)
        states: Tensor = _Recurrence.apply(turned, self.projected, self.bias, self.recurrent)
        there, back = states.unbind(1)
        return torch.cat([there, back.flip(0)], dim=-1).transpose(0, 1)


def _gates(weights: Tensor) -> Tensor:
    """Rows in the order input, forget, output, cell (torch has the cell third)."""
    enter, forget, cell, leave = weights.chunk(4)
    return torch.cat([enter, forget, leave, cell])


class _Recurrence(torch.autograd.Function):
    """Both directions of an LSTM, step by step; N = n·B rows, K = 4H gates.

    present (T, 2, N); projected (T, 2, B, K); bias (2, K); recurrent (2, H, K) → (T, 2, N, H).
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: torch.autograd.function.FunctionCtx,
        present: Tensor,
        projected: Tensor,
        bias: Tensor,
        recurrent: Tensor,
    ) -> Tensor:
        length, _, rows = present.shape
        hidden = recurrent.shape[1]
        shape = (length, 2, rows, hidden)
        gates = present.new_empty(length, 2, rows, 4 * hidden)
        cells, squashed, states = (present.new_empty(shape) for _ in range(3))
        torch.addcmul(
            bias[None, :, None, None],
            projected[:, :, None],
            present.unflatten(2, (-1, projected.shape[2]))[..., None],
            out=gates.unflatten(2, (-1, projected.shape[2])),
        )
        for step in range(length):
            gate = gates[step]
            if step:
                gate.baddbmm_(states[step - 1], recurrent)
            gate[..., : 3 * hidden].sigmoid_()
            gate[..., 3 * hidden :].tanh_()
            enter, forget, leave, cell = gate.split(hidden, dim=-1)
            torch.mul(enter, cell, out=cells[step])
            if step:
                cells[step].addcmul_(forget, cells[step - 1])
            torch.tanh(cells[step], out=squashed[step])
            torch.mul(leave, squashed[step], out=states[step])
        ctx.save_for_backward(projected, recurrent, gates, cells, squashed)
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(  # type: ignore[override]
        ctx: torch.autograd.function.FunctionCtx, by_states: Tensor
    ) -> tuple[Tensor, None, None, None]:
        projected, recurrent, gates, cells, squashed = ctx.saved_tensors  # type: ignore[attr-defined]
        length, _, rows, hidden = by_states.shape
        by_present = by_states.new_empty(length, 2, rows)
        by_gate = by_states.new_empty(2, rows, 4 * hidden)
        by_cell = by_states.new_zeros(2, rows, hidden)
        for step in reversed(range(length)):
            by_state = by_states[step]
            if step < length - 1:
                by_state = torch.baddbmm(by_state, by_gate, recurrent.transpose(1, 2))
                by_cell = by_cell * gates[step + 1][..., hidden : 2 * hidden]
            enter, forget, leave, cell = gates[step].split(hidden, dim=-1)
            through = by_state * leave
            by_cell = by_cell + through.addcmul(through * squashed[step], squashed[step], value=-1)
            by_enter, by_forget, by_leave, by_cell_gate = by_gate.split(hidden, dim=-1)
            torch.mul(by_cell, cell, out=by_enter)
            torch.mul(by_cell, cells[step - 1] if step else torch.zeros_like(cell), out=by_forget)
            torch.mul(by_state, squashed[step], out=by_leave)
            torch.mul(by_cell, enter, out=by_cell_gate)
            open_gates = gates[step][..., : 3 * hidden]
            by_gate[..., : 3 * hidden].mul_(open_gates - open_gates * open_gates)
            by_cell_gate.addcmul_(by_cell_gate * cell, cell, value=-1)
            by_row = by_gate.unflatten(1, (-1, projected.shape[2])) * projected[step][:, None]
            by_present[step] = by_row.sum(-1).flatten(1)
        return by_present, None, None, None
