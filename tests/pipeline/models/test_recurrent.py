"""LSTM and GRU without packing equal torch's own, packed, and so do their second derivatives."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from pipeline.models.recurrent import Bidirectional, BiGRU, BiLSTM, last_states, second_derivatives

LENGTHS = torch.tensor([7, 3, 1, 5])


@pytest.fixture(params=[BiLSTM, BiGRU])
def ours(request: pytest.FixtureRequest) -> Bidirectional:
    torch.manual_seed(0)
    return request.param(4, 3)


@pytest.fixture
def torchs(ours: Bidirectional) -> nn.LSTM | nn.GRU:
    """Torch's own, bidirectional, with the same weights."""
    lstm = ours.core(4, 3, batch_first=True, bidirectional=True)
    weights = ours.state_dict()
    lstm.load_state_dict(
        {name.removeprefix("forwards."): w for name, w in weights.items() if "forwards" in name}
        | {
            name.removeprefix("backwards.") + "_reverse": w
            for name, w in weights.items()
            if "backwards" in name
        }
    )
    return lstm


def packed(lstm: nn.LSTM | nn.GRU, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    sequences = pack_padded_sequence(inputs, LENGTHS, batch_first=True, enforce_sorted=False)
    states, last = lstm(sequences)
    last = last[0] if isinstance(lstm, nn.LSTM) else last
    return pad_packed_sequence(states, batch_first=True)[0], torch.cat([last[0], last[1]], dim=-1)


def test_states_and_last_states_equal_a_packed_network(
    ours: Bidirectional, torchs: nn.LSTM | nn.GRU
) -> None:
    inputs = torch.randn(4, 7, 4)
    expected, expected_last = packed(torchs, inputs)
    states = ours(inputs, LENGTHS, exact=False)
    torch.testing.assert_close(states, expected)
    torch.testing.assert_close(last_states(states, LENGTHS), expected_last)


def test_gradients_equal_a_packed_network_and_are_exactly_0_at_padding(
    ours: Bidirectional, torchs: nn.LSTM | nn.GRU
) -> None:
    mine = torch.randn(4, 7, 4, requires_grad=True)
    theirs = mine.detach().clone().requires_grad_()
    weights = torch.randn(4, 7, 6)
    (ours(mine, LENGTHS, exact=False) * weights).sum().backward()
    (packed(torchs, theirs)[0] * weights).sum().backward()
    torch.testing.assert_close(mine.grad, theirs.grad)
    padding = torch.arange(7) >= LENGTHS[:, None]
    assert (mine.grad[padding] == 0).all()


def test_full_rows_take_the_short_way_to_the_same_states(ours: Bidirectional) -> None:
    inputs = torch.randn(2, 5, 4)
    lengths = torch.tensor([5, 5])
    exact, masked = ours(inputs, lengths, exact=True), ours(inputs, lengths, exact=False)
    torch.testing.assert_close(exact, masked)


def test_the_last_state_of_an_empty_text_is_0(ours: Bidirectional) -> None:
    lengths = torch.tensor([0, 2])
    states = ours(torch.randn(2, 2, 4), lengths, exact=False)
    last = last_states(states, lengths)
    assert (last[0] == 0).all()
    assert (last[1] != 0).any()


def penalised(model: nn.Module, inputs: torch.Tensor, run: object) -> list[torch.Tensor]:
    """Derivatives by all weights of a loss that holds the derivatives by the inputs."""
    inputs = inputs.clone().requires_grad_()
    states = run(inputs)
    (slope,) = torch.autograd.grad(states.sin().sum(), inputs, create_graph=True)
    loss = states.square().sum() + (slope * inputs).sum(-1).square().sum()
    return list(torch.autograd.grad(loss, [inputs, *model.parameters()]))


def test_second_derivatives_equal_a_packed_network(
    ours: Bidirectional, torchs: nn.LSTM | nn.GRU
) -> None:
    inputs = torch.randn(4, 7, 4)
    with second_derivatives(torch.device("cpu")):
        mine = penalised(ours, inputs, lambda given: ours(given, LENGTHS, exact=False))
    theirs = penalised(torchs, inputs, lambda given: packed(torchs, given)[0])
    assert len(mine) == len(theirs) == 9
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_only_where_it_is_asked_for_is_an_lstm_read_step_by_step() -> None:
    lstm, inputs, cpu = BiLSTM(4, 3), torch.randn(2, 5, 4), torch.device("cpu")
    full = torch.tensor([5, 5])

    def made_by() -> set[str]:
        """Names of what the states were made by, some steps back."""
        found, left = set(), [lstm(inputs, full, exact=True).grad_fn]
        while left:
            one = left.pop()
            if one is not None and one.name() not in found:
                found.add(one.name())
                left += [further for further, _ in one.next_functions]
        return found

    assert "_StatesBackward" not in made_by()
    with second_derivatives(cpu, needed=False):
        assert "_StatesBackward" not in made_by()
    with second_derivatives(cpu):
        assert "_StatesBackward" in made_by()
    assert "_StatesBackward" not in made_by()
