"""Small models train on one thread, to the same weights; large ones on all there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import nn

from pipeline.models.threads import SMALL, threads_for, weights
from pipeline.models.training import Epoch, fit
from tests.pipeline.models.support import QUICK
from tests.support.data import reviews

TEXTS, _ = reviews(40)


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_weights_are_counted_without_embeddings() -> None:
    module = nn.Sequential(nn.Embedding(1000, 8), nn.Linear(8, 3))
    assert weights(module) == 27


@pytest.mark.parametrize(
    ("width", "device", "expected"), [(10, "cpu", 1), (SMALL, "cpu", 2), (10, "cuda", 2)]
)
def test_threads_are_few_for_small_models_on_the_cpu_and_as_before_afterwards(
    width: int, device: str, expected: int
) -> None:
    with pytest.raises(ZeroDivisionError), threads_for(nn.Linear(1, width), torch.device(device)):
        assert torch.get_num_threads() == expected
        raise ZeroDivisionError
    assert torch.get_num_threads() == 2


def test_training_uses_it_and_weights_are_the_same_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, used = [], []

    def after(epoch: Epoch) -> None:
        used.append(torch.get_num_threads())

    few = replace(QUICK, epochs=2)
    for smallest in (SMALL, 0):
        monkeypatch.setattr("pipeline.models.threads.SMALL", smallest)
        fitted = fit(TEXTS, settings=few, seed=1, on_epoch=after)
        found.append(fitted.model.module.state_dict())
    assert used == [1, 1, 2, 2]
    assert all(torch.equal(value, found[1][name]) for name, value in found[0].items())
