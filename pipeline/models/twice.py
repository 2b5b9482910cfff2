"""An LSTM whose gradient is as quick to differentiate as the LSTM itself.

    a_t = x_t + U h_{t−1};  i, f, o = σ(a),  g = tanh(a);  c_t = f c_{t−1} + i g;  h_t = o tanh(c_t)

with x_t the projected input (Hochreiter & Schmidhuber, Neural Computation 9, 1997, and torch's
`nn.LSTM`, whose weights it reads). Torch's fused kernel has no second derivative on a CPU: asked for
one, torch takes the first apart into small operations. Here both are written down. To first order
the cell is linear in a change of what it reads (dots are changes, m, m_o and n follow from the pass):

    ȧ_t = ẋ_t + U ḣ_{t−1},  ċ_t = f ċ_{t−1} + Σ m ȧ,  ḣ_t = m_o ȧ_o + n ċ_t           (`_onwards`)

The gradient is that map backwards (`_back`). The gradient of the gradient takes it onwards once, and
back once, with what the change does to m, m_o, n and f as sources (Pearlmutter, Neural Computation 6,
1994). A third derivative is a `KonkyoError`. Time comes first in all tensors, and gates come in torch's
order i, f, g, o.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from db.errors import KonkyoError


def twice_differentiable(inputs: Tensor, weights: Iterable[Tensor]) -> Tensor:
    """States (B, T, H) of `inputs` (B, T, D), those of an `nn.LSTM` to rounding.

    `weights`: its parameters in its order (one layer, one direction, with biases). Always in their
    precision, within automatic mixed precision too.
    """
    projection, recurrent, first_bias, second_bias = weights
    with torch.autocast(inputs.device.type, enabled=False):
        bias = first_bias + second_bias
        read = inputs.transpose(0, 1).to(bias.dtype)
        projected = nn.functional.linear(read, projection, bias)
        states: Tensor = _States.apply(projected, recurrent)  # type: ignore[no-untyped-call]
    return states.transpose(0, 1)


class _Pass(NamedTuple):
    """What a pass leaves: `gates` (T, B, 4, H); `cells`, and their tanh `seen`, (T, B, H)."""

    gates: Tensor
    cells: Tensor
    seen: Tensor


class _Cell(NamedTuple):
    """The linear map of each step: `m` (T, B, 3, H) of i, f and g; `m_o`, `n`, `f` (T, B, H)."""

    m: Tensor
    m_o: Tensor
    n: Tensor
    f: Tensor


class _Adjoint(NamedTuple):
    """Derivatives by a_t, (T, B, 4, H), and by h_t and c_t, (T, B, H)."""

    a: Tensor
    h: Tensor
    c: Tensor


class _States(torch.autograd.Function):
    """(x, U) → h."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, recurrent: Tensor) -> Tensor:
        states, left = _read(x, recurrent)
        ctx.save_for_backward(x, recurrent, states, *left)
        return states

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, Tensor]:
        x, recurrent, states, *left = ctx.saved_tensors
        by_x: Tensor = _Gradient.apply(  # type: ignore[no-untyped-call]
            slopes[0], x, recurrent, states.detach(), *left
        )
        return by_x, by_x[1:].flatten(0, 1).t() @ states[:-1].flatten(0, 1)


class _Gradient(torch.autograd.Function):
    """(slope by h, x, U) → slope by x. What the pass left is given along, and held to be fixed."""

    @staticmethod
    def forward(
        ctx: Any, slope: Tensor, x: Tensor, recurrent: Tensor, states: Tensor, *left: Tensor
    ) -> Tensor:
        found = _back(_linear(_Pass(*left)), recurrent, slope)
        ctx.save_for_backward(recurrent, states, *left, *found)
        return found.a.flatten(2)

    @staticmethod
    def backward(ctx: Any, change: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():  # torch's `once_differentiable` lets some through, wrong
            raise KonkyoError(
                "an LSTM on the CPU is differentiated twice at most; take the kind bigru_attention"
            )
        recurrent, states, *rest = ctx.saved_tensors
        left, first = _Pass(*rest[:3]), _Adjoint(*rest[3:])
        cell = _linear(left)
        da, dh, dc = _onwards(cell, recurrent, change)
        source_a, source_c = _sources(left, first, da, dc)
        by_x = _back(cell, recurrent, None, source_a, source_c).a.flatten(2)
        by_recurrent = by_x[1:].flatten(0, 1).t() @ states[:-1].flatten(0, 1)
        by_recurrent += first.a[1:].flatten(0, 1).flatten(1).t() @ dh[:-1].flatten(0, 1)
        return dh, by_x, by_recurrent, None, None, None, None


def _read(x: Tensor, recurrent: Tensor) -> tuple[Tensor, _Pass]:
    """The pass: states (T, B, H), from a state and a cell of 0."""
    steps, rows, size = len(x), x.shape[1], recurrent.shape[1]
    gates = x.new_empty(x.shape)
    states, cells, seen = (x.new_empty(steps, rows, size) for _ in range(3))
    h = c = x.new_zeros(rows, size)
    turned = recurrent.t()
    parts = (part.unbind(0) for part in (x, gates, cells, seen, states))
    for x_t, a, c_t, seen_t, h_t in zip(*parts, strict=True):
        torch.addmm(x_t, h, turned, out=a)
        i, f, g, o = a.chunk(4, dim=-1)
        a[:, : 2 * size].sigmoid_()
        g.tanh_()
        o.sigmoid_()
        torch.mul(f, c, out=c_t).addcmul_(i, g)
        torch.tanh(c_t, out=seen_t)
        h, c = torch.mul(o, seen_t, out=h_t), c_t
    return states, _Pass(gates.view(steps, rows, 4, size), cells, seen)


def _before(values: Tensor) -> Tensor:
    """The values of the step before; 0 before the first."""
    return torch.cat([torch.zeros_like(values[:1]), values[:-1]])


def _after(values: Tensor) -> Tensor:
    """The values of the step after; 0 after the last."""
    return torch.cat([values[1:], torch.zeros_like(values[:1])])


def _linear(left: _Pass) -> _Cell:
    """The derivatives of a step where the pass was."""
    i, f, g, o = left.gates.unbind(2)
    m = torch.stack(
        [g * i * (1 - i), _before(left.cells) * f * (1 - f), i * (1 - g.square())], dim=2
    )
    return _Cell(m, left.seen * o * (1 - o), o * (1 - left.seen.square()), f.contiguous())


def _back(
    cell: _Cell,
    recurrent: Tensor,
    by_h: Tensor | None,
    by_a: Tensor | None = None,
    by_c: Tensor | None = None,
) -> _Adjoint:
    """The linear map transposed, from the last step to the first; `by_…` are added where given."""
    steps, rows, size = cell.n.shape
    by_h = torch.zeros_like(cell.n) if by_h is None else by_h
    found = _Adjoint(
        cell.m.new_zeros(steps, rows, 4, size) if by_a is None else by_a.clone(),
        torch.empty_like(cell.n),
        torch.zeros_like(cell.n) if by_c is None else by_c.clone(),
    )
    a_after = cell.m.new_zeros(rows, 4 * size)
    c_after = f_after = cell.n.new_zeros(rows, size)
    parts = (part.unbind(0) for part in (*cell, by_h, *found))
    for m, m_o, n, f, by, a, h, c in reversed(list(zip(*parts, strict=True))):
        torch.addmm(by, a_after, recurrent, out=h)
        c.addcmul_(n, h).addcmul_(f_after, c_after)
        a[:, :3].addcmul_(m, c[:, None])
        a[:, 3].addcmul_(m_o, h)
        a_after, c_after, f_after = a.flatten(1), c, f
    return found


def _onwards(cell: _Cell, recurrent: Tensor, change: Tensor) -> _Adjoint:
    """What a change of x, (T, B, 4H), changes: a, h and c."""
    steps, rows, size = cell.n.shape
    found = _Adjoint(
        cell.m.new_empty(steps, rows, 4, size),
        torch.empty_like(cell.n),
        torch.empty_like(cell.n),
    )
    h_before = c_before = cell.n.new_zeros(rows, size)
    turned = recurrent.t()
    parts = (part.unbind(0) for part in (*cell, change, *found))
    for m, m_o, n, f, x, a, h, c in zip(*parts, strict=True):
        torch.addmm(x, h_before, turned, out=a.view(rows, -1))
        torch.sum(m * a[:, :3], dim=1, out=c).addcmul_(f, c_before)
        torch.mul(m_o, a[:, 3], out=h).addcmul_(n, c)
        h_before, c_before = h, c
    return found


def _sources(left: _Pass, first: _Adjoint, da: Tensor, dc: Tensor) -> tuple[Tensor, Tensor]:
    """Where the change alters the linear map itself: derivatives by a, (T, B, 4, H), and by c.

    `first` is the gradient, `da` and `dc` the change of a and c. Of a gate σ, σ'' = σ'(1 − 2σ); of
    tanh, −2 tanh (1 − tanh²).
    """
    i, f, g, o = left.gates.unbind(2)
    si, sf, sg, so = i * (1 - i), f * (1 - f), 1 - g.square(), o * (1 - o)
    st = 1 - left.seen.square()
    by_a = first.a * da
    by_a *= torch.stack([1 - 2 * i, 1 - 2 * f, -2 * g, 1 - 2 * o], dim=2)
    by_a[:, :, 0] += si * first.c * sg * da[:, :, 2]
    by_a[:, :, 1] += sf * first.c * _before(dc)
    by_a[:, :, 2] += sg * first.c * si * da[:, :, 0]
    by_a[:, :, 3] += so * first.h * st * dc
    by_c = st * first.h * (so * da[:, :, 3] - 2 * o * left.seen * dc)
    return by_a, by_c + _after(first.c * sf * da[:, :, 1])
