"""The attention classifier computes what its formulas say."""

from __future__ import annotations

import torch

from pipeline.models.batches import Batch, collate
from pipeline.models.trained import TrainedModel
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

TEXTS = [instance("good soup"), instance("the bread was not warm"), instance("bad")]
PAIRS = [
    pair("a man sleeps", "he is awake"),
    pair("two dogs", "cats"),
    pair("rain", "no sun today"),
]


def batch_of(model: TrainedModel, instances: list) -> Batch:
    return collate(model.encode(instances))


def test_attention_sums_to_1_and_is_exactly_0_at_padding() -> None:
    model = small_model(TEXTS)
    output = model.module(batch_of(model, TEXTS))
    torch.testing.assert_close(output.attention.sum(-1), torch.ones(3))
    padding = ~output.attended
    for values in (output.attention, output.log_attention, output.scores):
        assert (values[padding] == 0).all()
    assert output.attended.sum(-1).tolist() == [2, 5, 1]


def test_scores_attention_and_logits_follow_from_the_states_by_the_formulas() -> None:
    model = small_model(TEXTS, double=True)
    module = model.module
    output = module(batch_of(model, TEXTS))
    hidden, weights = output.states.hidden[1], module.state_dict()  # the longest: no padding
    scores = torch.tanh(
        hidden @ weights["attention_key.weight"].T + weights["attention_key.bias"]
    ) @ weights["attention_score.weight"].squeeze(0)
    attention = scores.exp() / scores.exp().sum()
    logits = attention @ hidden @ weights["output.weight"].T + weights["output.bias"]
    torch.testing.assert_close(output.scores[1], scores)
    torch.testing.assert_close(output.attention[1], attention)
    torch.testing.assert_close(output.log_attention[1], attention.log())
    torch.testing.assert_close(output.logits[1], logits)


def test_a_padded_batch_gives_what_each_text_alone_gives() -> None:
    for instances in (TEXTS, PAIRS):
        model = small_model(instances)
        together = model.module(batch_of(model, instances))
        for row, one in enumerate(instances):
            alone = model.module(batch_of(model, [one]))
            torch.testing.assert_close(together.logits[row], alone.logits[0])
            first = len(one.offsets)
            torch.testing.assert_close(together.attention[row, :first], alone.attention[0, :first])


def test_padding_gets_a_gradient_of_exactly_0() -> None:
    for instances in (TEXTS, PAIRS):
        model = small_model(instances)
        batch = batch_of(model, instances)
        embeddings = model.module.embed(batch).detach().requires_grad_()
        model.module(batch, embeddings=embeddings).logits.square().sum().backward()
        padding = torch.arange(batch.ids.shape[1]) >= (batch.first + batch.second)[:, None]
        assert padding.any()
        assert (embeddings.grad[padding] == 0).all()
        assert (embeddings.grad[~padding] != 0).any(-1).all()


def test_the_second_text_moves_attention_over_the_first_and_the_prediction() -> None:
    same, other = pair("a man sleeps", "he is awake"), pair("a man sleeps", "no sun today")
    model = small_model([same, other])
    output = model.module(batch_of(model, [same, other]))
    assert (output.attention[:, 3:] == 0).all()
    assert (output.attention[0] - output.attention[1]).abs().max() > 1e-4
    assert (output.logits[0] - output.logits[1]).abs().max() > 1e-4


def test_a_model_of_pairs_reads_a_single_text_as_one_without_a_second() -> None:
    model = small_model(PAIRS)
    single = instance("a man sleeps")
    together = model.module(batch_of(model, [single, *PAIRS]))
    alone = model.module(batch_of(model, [single]))
    assert (alone.states.query == 0).all()
    torch.testing.assert_close(together.logits[0], alone.logits[0])


def test_an_offset_is_added_to_the_scores_and_needs_no_new_encoding() -> None:
    model = small_model(TEXTS)
    batch = batch_of(model, TEXTS)
    offset = torch.randn(batch.ids.shape)
    plain = model.module(batch)
    moved = model.module(batch, score_offset=offset)
    expected = (plain.scores + offset).masked_fill(~plain.attended, 0.0)
    torch.testing.assert_close(moved.scores, expected)
    again = model.module.attend(plain.states, plain.embeddings, batch, score_offset=offset)
    torch.testing.assert_close(again.logits, moved.logits)
    assert (moved.attention[~plain.attended] == 0).all()


def test_one_token_gets_all_attention_whatever_its_score() -> None:
    model = small_model(TEXTS)
    output = model.module(batch_of(model, [TEXTS[2]]))
    assert output.attention.tolist() == [[1.0]]


def test_attention_has_no_weight_decay_and_every_parameter_is_in_one_group() -> None:
    model = small_model(PAIRS)
    decayed, free = model.module.parameter_groups(1e-5)
    assert (decayed["weight_decay"], free["weight_decay"]) == (1e-5, 0.0)
    names = {id(value): name for name, value in model.module.named_parameters()}
    assert sorted(names[id(value)] for value in free["params"]) == [
        "attention_key.bias",
        "attention_key.weight",
        "attention_query.weight",
        "attention_score.weight",
    ]
    assert len(decayed["params"]) + len(free["params"]) == len(names)
