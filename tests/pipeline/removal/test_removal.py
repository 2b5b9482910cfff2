"""What a text is like to the model without some of its tokens."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from db.errors import UsageError
from pipeline.models.batches import Row, collate
from pipeline.models.vocabulary import PADDING, UNKNOWN
from pipeline.probing import probabilities
from pipeline.removal import REMOVALS
from tests.pipeline.models.support import pair, small_model
from tests.pipeline.removal.support import known_model, probability
from tests.support.data import instance

TEXT = instance("the film was so good good bad")


def p_without(name: str, *removed: int) -> float:
    model = known_model()
    operator = REMOVALS.load(name)(model)
    (row,) = model.encode([TEXT])
    mask = np.isin(np.arange(7), removed)
    ((_, values),) = probabilities(model, [operator.remove(row, mask)], operator)
    return float(values[0, 0])


@pytest.mark.parametrize("name", REMOVALS)
def test_without_nothing_it_is_the_text(name: str) -> None:
    assert p_without(name) == pytest.approx(probability(2, 1, 7), abs=1e-6)


def test_drop_closes_up_and_mask_token_keeps_the_length() -> None:
    # without "bad" and "the": two good words of five, or of seven
    assert p_without("drop", 0, 6) == pytest.approx(probability(2, 0, 5), abs=1e-6)
    assert p_without("mask_token", 0, 6) == pytest.approx(probability(2, 0, 7), abs=1e-6)


def test_mean_embedding_puts_the_mean_of_all_words_there() -> None:
    model = known_model()
    operator = REMOVALS.load("mean_embedding")(model)
    # one word of +3, one of −3, five of 0
    assert operator.mean.tolist() == [0.0]
    with torch.no_grad():
        model.module.embedding.weight[4] = 14.0
    operator = REMOVALS.load("mean_embedding")(model)
    assert operator.mean.tolist() == [2.0]
    row = Row("x", np.array([2, 3]), 2, 0)
    batch = collate([operator.remove(row, np.array([True, False]))])
    assert operator.embed(model.module, batch)[0, :, 0].tolist() == [2.0, -3.0]


@pytest.mark.parametrize("name", REMOVALS)
def test_a_text_of_which_all_is_removed_can_still_be_read(name: str) -> None:
    assert p_without(name, *range(7)) == pytest.approx(0.5, abs=1e-6)


def test_drop_leaves_a_token_of_padding_in_an_emptied_first_text() -> None:
    both = pair("good film", "bad film was")
    (row,) = small_model([both]).encode([both])
    drop = REMOVALS.load("drop")(small_model([both]))
    first_gone = drop.remove(row, np.array([True, True, False, True, False]))
    assert first_gone.ids.tolist() == [PADDING, row.ids[2], row.ids[4]]
    assert (first_gone.first, first_gone.second) == (1, 2)
    second_gone = drop.remove(row, np.array([False, True, True, True, True]))
    assert second_gone.ids.tolist() == [row.ids[0]]
    assert (second_gone.first, second_gone.second) == (1, 0)


@pytest.mark.parametrize("name", REMOVALS)
def test_pairs_lose_tokens_of_either_text(name: str) -> None:
    both = pair("good film", "bad film was")
    model = small_model([both])
    operator = REMOVALS.load(name)(model)
    (row,) = model.encode([both])
    masks = [np.array(bits, bool) for bits in ([0] * 5, [1] * 5, [1, 1, 0, 0, 0], [0, 0, 1, 1, 1])]
    found = probabilities(model, [operator.remove(row, mask) for mask in masks], operator)
    values = np.concatenate([part for _, part in found])
    assert values.shape == (4, 3) and np.isfinite(values).all()
    assert len({tuple(row) for row in values.round(6).tolist()}) == 4


def test_mask_token_is_the_unknown_word() -> None:
    model = known_model()
    (row,) = model.encode([TEXT])
    masked = REMOVALS.load("mask_token")(model).remove(row, np.arange(7) == 1)
    assert masked.ids.tolist() == [4, UNKNOWN, 6, 7, 2, 2, 3]


def test_an_unknown_operator_gets_a_hint() -> None:
    with pytest.raises(UsageError, match="did you mean 'mask_token'"):
        REMOVALS.load("masktoken")
