"""Instances become tensors, one position per token."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from db.errors import DataError
from pipeline.models.batches import (
    BUCKET,
    HumanTarget,
    collate,
    encode,
    exact_batches,
    training_batches,
)
from pipeline.models.vocabulary import Vocabulary
from tests.pipeline.models.support import pair
from tests.support.data import instance

VOCABULARY = Vocabulary(("a", "b", "c", "d"))  # ids 2, 3, 4, 5


def texts_of(lengths: list[int]) -> list:
    return encode([instance("a " * n + f"x{i}") for i, n in enumerate(lengths)], VOCABULARY)


def test_a_batch_is_padded_behind_and_knows_where_attention_may_go() -> None:
    rows = encode([instance("a b c"), instance("d")], VOCABULARY)
    batch = collate(rows)
    assert batch.ids.tolist() == [[2, 3, 4], [5, 0, 0]]
    assert batch.attended.tolist() == [[True, True, True], [True, False, False]]
    assert not batch.exact


def test_a_pair_counts_its_tokens_on_and_attention_goes_to_the_first_text() -> None:
    both = pair("a b", "c d d")
    batch = collate(encode([both], VOCABULARY))
    assert batch.ids.shape[1] == both.n_tokens == 5
    assert (batch.first.tolist(), batch.second.tolist()) == ([2], [3])
    assert batch.attended.tolist() == [[True, True, False, False, False]]


def test_asked_and_nothing_marked_is_not_the_same_as_not_asked() -> None:
    asked, not_asked = instance("a b"), instance("c d")
    human = {asked.id: HumanTarget(np.zeros(2, np.float32))}
    batch = collate(encode([asked, not_asked], VOCABULARY, human=human))
    assert batch.annotated.tolist() == [True, False]
    assert batch.marks.sum() == 0


def test_a_label_outside_the_classes_is_unknown() -> None:
    rows = encode([instance("a", "x"), instance("b", "y"), instance("c")], VOCABULARY, labels=["y"])
    assert [row.label for row in rows] == [-1, 0, -1]


def test_a_text_without_tokens_is_refused_by_name() -> None:
    empty = instance("  ")
    with pytest.raises(DataError, match=f"{empty.id} has no tokens"):
        encode([empty], VOCABULARY)


def test_marks_of_another_length_are_refused_by_name() -> None:
    three = instance("a b c")
    human = {three.id: HumanTarget(np.ones(2, np.float32))}
    with pytest.raises(DataError, match=f"{three.id} has shape.*3 tokens"):
        encode([three], VOCABULARY, human=human)


def test_an_epoch_holds_every_row_once_in_batches_of_similar_length() -> None:
    lengths = np.random.default_rng(0).integers(1, 60, 8 * BUCKET * 4).tolist()
    rows = texts_of(lengths)
    batches = list(training_batches(rows, 8, torch.Generator().manual_seed(0)))
    names = [name for batch in batches for name in batch.instance_ids]
    assert sorted(names) == sorted(row.instance_id for row in rows)
    # Unsorted, the longest of 8 texts of 1 … 59 words has 53 on average, and 23 of them are
    # padding. Sorted among 64, a batch spans an eighth of the lengths.
    padding = sum(int((batch.ids == 0).sum()) for batch in batches)
    assert padding / sum(batch.ids.numel() for batch in batches) < 0.15


def test_epochs_differ_and_a_seed_repeats_them() -> None:
    rows = texts_of([3] * 40)

    def epochs() -> list[list[tuple[str, ...]]]:
        generator = torch.Generator().manual_seed(5)
        return [[b.instance_ids for b in training_batches(rows, 8, generator)] for _ in range(2)]

    first, again = epochs(), epochs()
    assert first == again
    assert first[0] != first[1]


def test_exact_batches_have_no_padding_keep_the_budget_and_lose_no_row() -> None:
    rows = texts_of([4, 2, 4, 30, 2, 4, 4])
    found = list(exact_batches(rows, token_budget=10))
    assert all(batch.exact and (batch.ids > 0).all() for _, batch in found)
    # 5 tokens a text: two fit into 10. The text of 31 exceeds the budget and goes alone.
    assert [len(batch) for _, batch in found] == [2, 2, 2, 1]
    assert sorted(place for places, _ in found for place in places) == list(range(7))


def test_pairs_of_equal_length_in_all_but_unequal_texts_do_not_share_a_batch() -> None:
    rows = encode([pair("a b", "c"), pair("a", "b c")], VOCABULARY)
    assert len(list(exact_batches(rows, 100))) == 2
