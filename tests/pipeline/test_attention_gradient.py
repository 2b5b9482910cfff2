"""Attention and gradients of a text, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from db.errors import DataError
from pipeline.attention_gradient import attention_and_gradient
from pipeline.models.batches import collate
from pipeline.models.trained import frozen
from tests.pipeline.models.conftest import one_thread
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

__all__ = ["one_thread"]
TEXTS = [instance("good soup today"), instance("bad bread"), instance("we came again")]


def probabilities(model, text, scale: float, token: int, held: torch.Tensor | None):
    """Class probabilities with one embedding scaled, and attention held where given."""
    with frozen(model) as module, torch.no_grad():
        batch = collate(model.encode([text]))
        embeddings = module.embed(batch)
        embeddings[:, token] *= scale
        states = module.encode(embeddings, batch)
        output = module.attend(states, embeddings, batch)
        if held is not None:
            # The output layer of a single text's model, from Σ α_t h_t with α as it was.
            summary = torch.einsum("bt,bth->bh", held, states.hidden)
            return module.output(summary).softmax(-1)[0]
        return output.logits.softmax(-1)[0]


@pytest.mark.parametrize("detached", [True, False])
def test_g_is_what_scaling_an_embedding_does_to_the_probabilities(detached: bool) -> None:
    model = small_model(TEXTS, double=True)
    found = attention_and_gradient(model, TEXTS, detached=detached)
    assert found.instance_ids == tuple(text.id for text in TEXTS)
    for row, text in enumerate(TEXTS):
        with frozen(model) as module, torch.no_grad():
            alpha = module(collate(model.encode([text]))).attention
        held = alpha if detached else None
        # d p_c(s · e_t)/ds at s = 1 is e_t · ∂p_c/∂e_t.
        g = [
            float(
                (
                    probabilities(model, text, 1 + 1e-5, token, held)
                    - probabilities(model, text, 1 - 1e-5, token, held)
                )
                .abs()
                .sum()
            )
            for token in range(len(text.tokens))
        ]
        assert found.gradient[row] == pytest.approx(np.array(g) / sum(g), abs=1e-6)
        assert found.attention[row] == pytest.approx(alpha[0].numpy())


def test_holding_attention_makes_a_difference() -> None:
    model = small_model(TEXTS)
    one, other = (attention_and_gradient(model, TEXTS, detached=d).gradient for d in (True, False))
    assert np.abs(one.values - other.values).max() > 0.01


def test_the_size_of_batches_changes_nothing() -> None:
    model = small_model(TEXTS)
    seen = []
    one = attention_and_gradient(model, TEXTS)
    other = attention_and_gradient(
        model, TEXTS, token_budget=3, on_progress=lambda done, total: seen.append((done, total))
    )
    np.testing.assert_allclose(one.gradient.values, other.gradient.values, atol=1e-6)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_marks_of_the_ends_of_a_text_are_left_out_and_words_are_not() -> None:
    texts = [instance("[CLS] good soup [SEP]"), instance("<eos>"), instance("good soup")]
    found = attention_and_gradient(small_model(texts), texts)
    assert found.attention.lengths.tolist() == [2, 0, 2]
    for row in (0, 2):
        assert found.attention[row].sum() == pytest.approx(1)
        assert found.gradient[row].sum() == pytest.approx(1)


def test_of_a_pair_only_the_text_that_attention_goes_to_counts() -> None:
    pairs = [pair("a man sleeps", "he is awake"), pair("two dogs", "cats"), pair("a boy", "")]
    found = attention_and_gradient(small_model(pairs), pairs)
    assert found.gradient.lengths.tolist() == [3, 2, 2]
    assert [row.sum() for row in found.gradient] == pytest.approx([1, 1, 1])


def test_gradients_that_are_no_numbers_are_an_error_that_names_the_instance() -> None:
    model = small_model(TEXTS)
    with torch.no_grad():
        model.module.embedding.weight[model.vocabulary.ids(["bread"])[0]] = torch.nan
    with pytest.raises(DataError, match=f"instance {TEXTS[1].id} "):
        attention_and_gradient(model, TEXTS)
