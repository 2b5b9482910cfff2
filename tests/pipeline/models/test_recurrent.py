"""The BiLSTM without packing equals torch's own, packed."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from pipeline.models.recurrent import BiLSTM, last_states

LENGTHS = torch.tensor([7, 3, 1, 5])


@pytest.fixture
def ours() -> BiLSTM:
    torch.manual_seed(0)
    return BiLSTM(4, 3)


@pytest.fixture
def torchs(ours: BiLSTM) -> nn.LSTM:
    """A bidirectional LSTM with the same weights."""
    lstm = nn.LSTM(4, 3, batch_first=True, bidirectional=True)
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


def packed(lstm: nn.LSTM, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    sequences = pack_padded_sequence(inputs, LENGTHS, batch_first=True, enforce_sorted=False)
    states, (last, _) = lstm(sequences)
    return pad_packed_sequence(states, batch_first=True)[0], torch.cat([last[0], last[1]], dim=-1)


def test_states_and_last_states_equal_a_packed_lstm(ours: BiLSTM, torchs: nn.LSTM) -> None:
    inputs = torch.randn(4, 7, 4)
    expected, expected_last = packed(torchs, inputs)
    states = ours(inputs, LENGTHS, exact=False)
    torch.testing.assert_close(states, expected)
    torch.testing.assert_close(last_states(states, LENGTHS), expected_last)


def test_gradients_equal_a_packed_lstm_and_are_exactly_0_at_padding(
    ours: BiLSTM, torchs: nn.LSTM
) -> None:
    mine = torch.randn(4, 7, 4, requires_grad=True)
    theirs = mine.detach().clone().requires_grad_()
    weights = torch.randn(4, 7, 6)
    (ours(mine, LENGTHS, exact=False) * weights).sum().backward()
    (packed(torchs, theirs)[0] * weights).sum().backward()
    torch.testing.assert_close(mine.grad, theirs.grad)
    padding = torch.arange(7) >= LENGTHS[:, None]
    assert (mine.grad[padding] == 0).all()


def test_full_rows_take_the_short_way_to_the_same_states(ours: BiLSTM) -> None:
    inputs = torch.randn(2, 5, 4)
    lengths = torch.tensor([5, 5])
    exact, masked = ours(inputs, lengths, exact=True), ours(inputs, lengths, exact=False)
    torch.testing.assert_close(exact, masked)


def test_the_last_state_of_an_empty_text_is_0(ours: BiLSTM) -> None:
    lengths = torch.tensor([0, 2])
    states = ours(torch.randn(2, 2, 4), lengths, exact=False)
    last = last_states(states, lengths)
    assert (last[0] == 0).all()
    assert (last[1] != 0).any()
