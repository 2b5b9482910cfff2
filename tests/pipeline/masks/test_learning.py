"""Learned masks of digits, rows and texts, beside a random mask and another input's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from db.errors import DataError, UsageError
from db.records import Estimate
from pipeline.masks.learning import MaskSettings, learn_mask, resting, shares
from pipeline.masks.measures import LEARNED, OTHER, RANDOM, measure_masks
from pipeline.masks.networks import ImageMask, RowMask, TokenMask
from pipeline.masks.objectives.classes import Classes
from pipeline.masks.objectives.vectors import Vectors


def values(estimates: list[Estimate], name: str) -> dict[str, float]:
    found = {e.subject: e.value for e in estimates if e.name == name}
    assert all(value is not None for value in found.values())
    return found


@pytest.fixture(scope="module")
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    data, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(data))
    inputs = (data[order] / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    return torch.from_numpy(inputs), torch.from_numpy(labels[order])


@pytest.fixture(scope="module")
def reader(digits: tuple[torch.Tensor, torch.Tensor]) -> nn.Sequential:
    """A small convolutional network, about 95% right on digits that it has not seen."""
    inputs, labels = digits[0][:1200], digits[1][:1200]
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.05),
        nn.Flatten(), nn.Linear(256, 10),
    )  # fmt: skip
    optimiser = torch.optim.Adam(net.parameters(), 5e-3)
    for _ in range(6):
        for rows in torch.randperm(1200).split(64):
            loss = nn.functional.cross_entropy(net(inputs[rows]), labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    net.zero_grad()
    return net


def test_a_mask_of_digits_keeps_a_part_and_the_prediction(
    digits: tuple[torch.Tensor, torch.Tensor], reader: nn.Sequential
) -> None:
    before = {name: value.clone() for name, value in reader.state_dict().items()}
    torch.manual_seed(0)
    how = MaskSettings(epochs=10, rate=5e-3)
    learned = learn_mask(reader, ImageMask(1), digits[0][:1200], settings=how)
    assert reader.training and all(part.training for part in reader.modules())
    for name, value in reader.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(parameter.grad is None for parameter in reader.parameters())

    unseen = digits[0][1200:]
    found = measure_masks(reader, unseen, learned.masks(unseen), bootstrap=200)
    kept, size = values(found, "prediction kept"), values(found, "share kept")
    assert kept[LEARNED] > 0.9 > 0.6 > max(kept[RANDOM], kept[OTHER])
    assert 0.1 < size[LEARNED] < 0.4
    assert size[RANDOM] == pytest.approx(size[LEARNED]) == pytest.approx(size[OTHER])
    first = found[0]
    assert first.low < first.value < first.high and first.n_units == len(unseen)
    assert learned.history.shape == (10, 2)


def test_a_greater_lambda_keeps_less(
    digits: tuple[torch.Tensor, torch.Tensor], reader: nn.Sequential
) -> None:
    inputs, kept = digits[0][:128], []
    for share in (0.02, 3.0):
        torch.manual_seed(1)
        how = MaskSettings(share=share, epochs=10, rate=1e-2)
        learned = learn_mask(reader, ImageMask(1), inputs, settings=how)
        kept.append(shares(learned.masks(inputs)).mean().item())
    assert kept[0] > 0.5 > 0.25 > kept[1]


def test_the_same_seed_learns_the_same_mask(
    digits: tuple[torch.Tensor, torch.Tensor], reader: nn.Sequential
) -> None:
    made = []
    for _ in range(2):
        torch.manual_seed(2)
        how = MaskSettings(epochs=1, seed=7)
        made.append(learn_mask(reader, ImageMask(1), digits[0][:100], settings=how))
    assert np.array_equal(made[0].history, made[1].history)


def test_a_mask_of_rows_keeps_the_feature_that_a_regression_reads() -> None:
    # y = 4·x0 of five features: the others can go.
    torch.manual_seed(0)
    inputs = torch.randn(400, 5)

    def predict(x: torch.Tensor) -> torch.Tensor:
        return 4 * x[:, :1]

    how = MaskSettings(share=1.0, epochs=40, rate=1e-2)
    learned = learn_mask(predict, RowMask(5), inputs, Vectors(), how)
    mean = learned.masks(inputs).mean(dim=0)
    assert mean[0] > 0.8 and mean[1:].max() < 0.1
    found = measure_masks(predict, inputs, learned.masks(inputs), regression=True, bootstrap=0)
    change = values(found, "prediction change")
    assert change[LEARNED] < 0.5 * min(change[RANDOM], change[OTHER] + 10)
    assert Vectors().share == 5.0 and Classes().share == 0.3


def texts(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Embeddings (n, 8, 6), which tokens are real, and where the one telling token stands.

    The first number of a token's embedding is ±3 in the telling one and 0 elsewhere.
    """
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(0, 1, (n, 8, 6)).astype(np.float32)
    embeddings[:, :, 0] = 0
    lengths = rng.integers(4, 9, n)
    telling = (rng.random(n) * lengths).astype(int)
    embeddings[np.arange(n), telling, 0] = rng.choice([-3.0, 3.0], n)
    real = np.arange(8) < lengths[:, None]
    embeddings *= real[:, :, None]
    return (
        torch.from_numpy(embeddings),
        torch.from_numpy(real[..., None]),
        torch.from_numpy(telling),
    )


def classify(embeddings: torch.Tensor) -> torch.Tensor:
    score = embeddings[..., 0].sum(dim=1)
    return torch.stack([-score, score], dim=1)


def test_a_mask_of_token_embeddings_finds_the_telling_token() -> None:
    embeddings, real, telling = texts(300, 0)
    torch.manual_seed(0)
    how = MaskSettings(epochs=25, rate=1e-2)
    learned = learn_mask(classify, TokenMask(6), embeddings, settings=how, real=real)
    unseen, real, telling = texts(200, 1)
    masks = learned.masks(unseen, real)
    assert masks.shape == (200, 8, 1) and (masks[~real] == 0).all()
    assert (masks[..., 0].argmax(dim=1) == telling).double().mean() > 0.95
    found = measure_masks(classify, unseen, masks, real, cut=0.3, bootstrap=0)
    kept = values(found, "prediction kept")
    assert kept[LEARNED] > 0.95 and kept[LEARNED] > kept[RANDOM] + 0.1


def test_shares_count_real_units_alone() -> None:
    mask = torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.4, 0.9]])
    real = torch.tensor([[True, True, False], [True, True, True]])
    assert shares(mask, real).tolist() == pytest.approx([0.5, 0.5])
    assert shares(mask).tolist() == pytest.approx([1 / 3, 0.5])


def test_a_model_gets_its_modes_back_even_after_an_error() -> None:
    net = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(2))
    net[0].eval()
    with pytest.raises(ZeroDivisionError), resting(net):
        assert not net.training and not net[1].training
        raise ZeroDivisionError
    assert net.training and net[1].training and not net[0].training


def test_one_input_has_no_other_inputs_mask() -> None:
    found = measure_masks(classify, *(part[:1] for part in texts(1, 0)[:2]), bootstrap=10)
    lost = [row for row in found if row.subject == OTHER]
    assert [row.value for row in lost] == [None, None] and "two inputs" in lost[0].note
    assert found[0].value is not None and found[0].low is None


def test_what_cannot_be_learned_from_is_refused() -> None:
    embeddings, real, _ = texts(3, 0)
    with pytest.raises(DataError, match="no inputs"):
        learn_mask(classify, TokenMask(6), embeddings[:0])
    with pytest.raises(DataError, match="no unit at all"):
        learn_mask(classify, TokenMask(6), embeddings, real=real & False)
    with pytest.raises(DataError, match="3 inputs and 2 masks"):
        measure_masks(classify, embeddings, real[:2])
    for wrong in ({"epochs": 0}, {"batch": 0}, {"rate": 0.0}, {"share": -1.0}):
        with pytest.raises(UsageError):
            MaskSettings(**wrong)
