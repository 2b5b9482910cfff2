"""Attention that architectures compute by themselves: what holds of the others' holds of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from db.records import Instance
from pipeline.models.dropout_attention import dropouts_of, moved
from pipeline.models.watched_attention import held_fixed

pytest.importorskip("transformers")

from tests.pipeline.models import pretrained
from tests.pipeline.models.test_transformer import (
    PAIRS,
    TEXTS,
    batch_of,
    close,
    test_a_long_text_is_the_mean_of_its_windows,
    test_an_offset_moves_attention_and_not_what_it_may_not_reach,
    test_attention_is_that_of_the_last_layer_from_the_first_special_token,
    test_attention_of_a_pair_goes_to_the_first_text,
    test_copies_are_whole,
    test_each_text_alone_gives_what_the_padded_batch_gives,
    test_gradients_of_gradients_are_there,
    test_logits_are_those_of_the_library,
    test_padding_cannot_be_reached_and_words_can,
)

__all__ = [
    "test_a_long_text_is_the_mean_of_its_windows",
    "test_an_offset_moves_attention_and_not_what_it_may_not_reach",
    "test_attention_is_that_of_the_last_layer_from_the_first_special_token",
    "test_attention_of_a_pair_goes_to_the_first_text",
    "test_copies_are_whole",
    "test_each_text_alone_gives_what_the_padded_batch_gives",
    "test_gradients_of_gradients_are_there",
    "test_logits_are_those_of_the_library",
    "test_padding_cannot_be_reached_and_words_can",
]

NAMES = ("mpnet", "deberta-v2")
ASKING = re.compile(r"\.(q|k|query_proj|key_proj)\.weight$")
"""Matrices of queries and keys."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("dropouts")
    return {name: pretrained.write(root / name, name) for name in NAMES}


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    return folders[request.param]


@pytest.fixture(params=[TEXTS, PAIRS], ids=["texts", "pairs"])
def instances(request: pytest.FixtureRequest) -> list[Instance]:
    return request.param


def test_weights_of_all_layers_are_the_librarys(folder: Path) -> None:
    model = pretrained.started(folder)
    assert {"attention", "heads"} <= model.module.offers and model.module.heads == (2, 2)
    library, tokenizer = pretrained.plain(folder)
    one = TEXTS[2]
    expected = library(**tokenizer(one.text, return_tensors="pt"), output_attentions=True)
    seen: list[torch.Tensor] = []

    def keep(weights, start):
        seen.extend(weights)
        return weights[-1].mean(1)[:, 0]

    batch = batch_of(model, [one])
    model.module.read_heads(model.module.embed(batch), batch, keep)
    assert len(seen) == 2
    for found, theirs in zip(seen, expected.attentions, strict=True):
        close(found, theirs)


def test_what_is_read_is_not_dropped_out(folder: Path) -> None:
    """In training the library gives what dropout left; ours are the weights before it."""
    model = pretrained.started(folder)
    batch = batch_of(model, TEXTS)
    expected = model.module(batch).attention
    model.module.train(True)
    for name, part in model.module.model.named_modules():
        if hasattr(part, "p"):
            part.p = 0.5 if name in model.module.dropouts[-1:] else 0.0
    with torch.random.fork_rng([]):
        close(model.module(batch).attention, expected)


def test_attention_that_is_held_fixed_has_no_derivative(folder: Path) -> None:
    model = pretrained.started(folder)
    named = dict(model.module.named_parameters())
    asking = [weight for name, weight in named.items() if ASKING.search(name)]
    assert len(asking) == 4
    for fixed in (False, True):
        with held_fixed(fixed):
            total = model.module(batch_of(model, TEXTS)).logits.square().sum()
            found = torch.autograd.grad(total, asking, allow_unused=True)
        assert any(one is not None and bool((one != 0).any()) for one in found) is not fixed


@given(
    scores=st.lists(st.floats(-5, 5), min_size=2, max_size=6),
    seed=st.integers(0, 99),
)
def test_moved_weights_are_the_softmax_of_moved_scores(scores: list[float], seed: int) -> None:
    there = torch.tensor(scores, dtype=torch.float64)
    offset = torch.randn(len(scores), generator=torch.Generator().manual_seed(seed)).double() * 3
    close(moved(there.softmax(-1), offset), (there + offset).softmax(-1), atol=1e-12)


def test_weights_that_are_mixed_after_dropout_are_not_taken_for_attention() -> None:
    """DeBERTa with talking heads mixes the heads once more: what is used is not what is dropped out."""
    for talking in (False, True):
        config = pretrained.config("deberta", 2, pretrained.LABELS)
        config.talking_head = talking
        with torch.random.fork_rng([]):
            model = pretrained.hf.DebertaForSequenceClassification(config).eval()
        line = torch.randn(1, 5, 32, generator=torch.Generator().manual_seed(0))
        given = {"inputs_embeds": line, "attention_mask": torch.tensor([[1, 1, 1, 1, 0]])}
        assert len(dropouts_of(model, given)) == (0 if talking else 2)
