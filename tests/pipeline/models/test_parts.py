"""Encoders and forms of attention compute what their formulas say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from db.errors import ConfigError, UsageError
from pipeline.models.attention_classifier import AttentionClassifier
from pipeline.models.averaging import Mean
from pipeline.models.convolution import CNN
from pipeline.models.settings import Settings
from tests.pipeline.models.support import SMALL
from tests.pipeline.models.test_conformance import TEXTS, batch_of, model_of


def test_a_state_of_the_cnn_is_its_windows_times_the_tokens_around() -> None:
    torch.manual_seed(0)
    cnn, tokens = CNN(3, 4), torch.randn(1, 5, 3)
    states = cnn(tokens, torch.tensor([5]), exact=True)[0]
    padded = nn.functional.pad(tokens[0], (0, 0, 3, 3)).numpy()
    expected = []
    for window in cnn.windows:
        weight, bias = window.weight.detach().numpy(), window.bias.detach().numpy()
        reach = weight.shape[2] // 2
        for filter_, shift in zip(weight, bias, strict=True):
            around = [padded[3 + t - reach : 4 + t + reach] for t in range(5)]
            expected.append([max(0.0, float((filter_.T * x).sum() + shift)) for x in around])
    assert np.allclose(states.detach().numpy(), np.array(expected).T, atol=1e-6)
    assert [tuple(window.weight.shape) for window in cnn.windows] == [
        (2, 3, 1), (2, 3, 3), (2, 3, 5), (2, 3, 7)
    ]  # fmt: skip


def test_summaries_of_a_second_text_are_its_maximum_and_its_mean() -> None:
    tokens, lengths = torch.tensor([[[1.0], [3.0], [9.0]], [[2.0], [9.0], [9.0]]]), [2, 0]
    mean, of = Mean(1, 4), torch.tensor(lengths)
    assert mean.summary(mean(tokens, of, exact=False), of).tolist() == [[2.0], [0.0]]
    cnn = CNN(1, 2)
    states = cnn(tokens, of, exact=False)
    assert torch.equal(cnn.summary(states, of)[0], states[0, :2].max(0).values)
    assert (cnn.summary(states, of)[1] == 0).all()


def test_a_cnn_needs_a_width_of_four_equal_parts() -> None:
    with pytest.raises(ConfigError, match="hidden_dim must be even for a CNN, not 5"):
        CNN(3, 5)


def test_dot_scores_are_a_scaled_product() -> None:
    model = model_of(("mean_attention", "dot"), TEXTS)
    output = model.module(batch_of(model, TEXTS))
    w = model.module.state_dict()["attention_score.weight"][0]
    expected = [float(w @ h) / math.sqrt(5) for h in output.states.hidden[1].detach()]
    assert output.scores[1].tolist() == pytest.approx(expected, abs=1e-6)


def test_conditional_scores_are_additive_ones_times_a_factor_of_the_attributes() -> None:
    """Of an essay u₁ + b, of a letter u₂ + b, of anything else b."""
    model = model_of(("cnn_attention", "conditional"), TEXTS)
    weights = model.module.state_dict()
    (u,), b = weights["attention_factor.weight"].tolist(), float(weights["attention_factor.bias"])
    essay, letter = (replace(TEXTS[1], attributes={"genre": g}) for g in ("essay", "letter"))
    poem, bare = (replace(TEXTS[1], attributes=given) for given in ({"genre": "poem"}, {}))
    scores = model.module(batch_of(model, [essay, letter, poem, bare])).scores
    plain = scores[2] / b
    for found, factor in zip(scores, (u[0] + b, u[1] + b, b, b), strict=True):
        torch.testing.assert_close(found, plain * factor)
    assert len({round(v, 4) for v in scores[:, 0].tolist()}) == 3


def test_conditional_attention_starts_near_plain_attention() -> None:
    torch.manual_seed(0)
    settings = replace(SMALL, attention="conditional", attributes=("genre",))
    made = AttentionClassifier(settings, 9, 2, False, 4)
    assert made.state_dict()["attention_factor.bias"].tolist() == [1.0]


def test_an_unknown_form_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no attention form called 'dto'; did you mean 'dot'"):
        AttentionClassifier(replace(SMALL, attention="dto"), 9, 2, False)


@pytest.mark.parametrize("pair", [False, True])
def test_a_seed_draws_the_weights_that_it_drew_before_there_were_parts(pair: bool) -> None:
    """Names and draws as in the first release: stored weights and seeds keep their meaning."""
    torch.manual_seed(3)
    made = AttentionClassifier(SMALL, 7, 3, pair).state_dict()
    torch.manual_seed(3)
    parts: dict[str, nn.Module] = {"embedding": nn.Embedding(7, 5, padding_idx=0)}
    parts |= {f"encoder.{way}": nn.LSTM(5, 4) for way in ("forwards", "backwards")}
    parts["attention_key"] = nn.Linear(8, 4)
    parts["attention_score"] = nn.Linear(4, 1, bias=False)
    if pair:
        parts |= {f"pair_encoder.{way}": nn.LSTM(5, 4) for way in ("forwards", "backwards")}
        parts["attention_query"] = nn.Linear(8, 4, bias=False)
        parts["join_first"] = nn.Linear(8, 4)
        parts["join_second"] = nn.Linear(8, 4, bias=False)
    parts["output"] = nn.Linear(4 if pair else 8, 3)
    expected = {f"{at}.{n}": v for at, part in parts.items() for n, v in part.state_dict().items()}
    assert made.keys() == expected.keys()
    assert all(torch.equal(value, made[name]) for name, value in expected.items())


def test_settings_that_came_later_are_no_part_of_a_run_at_their_defaults() -> None:
    """A run's id is a hash of this mapping: it must stay what it was."""
    assert set(Settings().as_mapping()) == {
        "kind", "embedding_dim", "hidden_dim", "attention_dim", "vectors", "embedding_scale",
        "min_count", "dropout", "learning_rate", "weight_decay", "batch_size", "epochs",
        "patience", "split_seed", "device",
    }  # fmt: skip
    changed = Settings(attention="conditional", attributes=("genre",), precision="bfloat16")
    assert Settings.from_mapping(changed.as_mapping()) == changed
