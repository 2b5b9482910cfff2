"""What every kind of model that reads words promises, with every form of attention, and a kind of one's own.

What models promise whatever they read is held by `test_every_kind.py`, over the whole table.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from db.errors import DataError
from db.records import Instance
from pipeline.models import ATTENTIONS, MODELS
from pipeline.models.attributes import AttributeValues
from pipeline.models.batches import Batch, collate
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build
from pipeline.models.vocabulary import Vocabulary
from tests.pipeline.models.support import SMALL, check_copies, check_seeds, pair
from tests.support.data import instance

OWN = "tests.pipeline.models.own_module:Window"
WORDS = [kind for kind in MODELS if MODELS.load(kind).encoding_class is Vocabulary]
CASES = [(kind, form) for kind in WORDS for form in ATTENTIONS] + [(OWN, "additive")]
GENRES = ("essay", "letter")
TEXTS = [
    replace(instance(text), attributes={"genre": GENRES[number % 2]})
    for number, text in enumerate(["good soup", "the bread was not warm at all", "bad"])
]
PAIRS = [
    pair("a man sleeps now", "he is awake"),
    pair("two dogs", "cats"),
    pair("rain", "no sun today then"),
]


def settings_of(kind: str, form: str) -> Settings:
    attributes = ("genre",) if form == "conditional" else ()
    return replace(SMALL, kind=kind, attention=form, attributes=attributes)


def model_of(case: tuple[str, str], instances: list[Instance], seed: int = 0) -> TrainedModel:
    """Fresh weights, made larger so that texts differ."""
    settings = settings_of(*case)
    vocabulary = Vocabulary.build([one.tokens for one in instances])
    values = {"genre": GENRES} if settings.attributes else {}
    vocabulary = replace(vocabulary, attributes=AttributeValues(values))
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        pairs = any(one.kind == "pair" for one in instances)
        model = build(settings, vocabulary, ("a", "b", "c"), pairs)
    with torch.no_grad():
        for weight in model.module.parameters():
            weight *= 2 if weight.dim() > 1 else 1
    model.module.train(False)
    return model


def batch_of(model: TrainedModel, instances: list[Instance]) -> Batch:
    return collate(model.encode(instances))


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].rpartition('.')[2]}-{case[1]}")
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param


@pytest.fixture(params=[TEXTS, PAIRS], ids=["texts", "pairs"])
def instances(request: pytest.FixtureRequest) -> list[Instance]:
    return request.param


def close(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-6)


def test_shapes_and_what_is_0_where_attention_may_not_go(
    case: tuple[str, str], instances: list[Instance]
) -> None:
    model = model_of(case, instances)
    batch = batch_of(model, instances)
    output = model.module(batch)
    rows, width = batch.ids.shape
    assert output.logits.shape == (rows, 3)
    assert output.embeddings.shape == (rows, width, 5)
    for values in (output.attention, output.scores, output.log_attention):
        assert values.shape == (rows, width)
        assert (values[~output.attended] == 0).all()
    assert output.states.hidden.shape[:2] == (rows, width)
    assert (output.states.hidden[~output.attended] == 0).all()
    close(output.attention.sum(-1), torch.ones(rows))
    close(output.attention[output.attended].log(), output.log_attention[output.attended])
    assert output.attended.sum(-1).tolist() == [len(one.offsets) for one in instances]


def test_each_text_alone_gives_what_the_padded_batch_gives(
    case: tuple[str, str], instances: list[Instance]
) -> None:
    model = model_of(case, instances)
    together = model.module(batch_of(model, instances))
    for row, one in enumerate(instances):
        alone, n = model.module(batch_of(model, [one])), len(one.offsets)
        close(together.logits[row], alone.logits[0])
        close(together.attention[row, :n], alone.attention[0, :n])
        close(together.scores[row, :n], alone.scores[0, :n])


def test_padding_cannot_be_reached_from_the_logits(
    case: tuple[str, str], instances: list[Instance]
) -> None:
    model = model_of(case, instances)
    batch = batch_of(model, instances)
    embeddings = model.module.embed(batch).detach().requires_grad_()
    output = model.module(batch, embeddings=embeddings)
    offset = torch.zeros_like(output.scores, requires_grad=True)
    logits = model.module.attend(output.states, embeddings, batch, offset).logits
    to_tokens, to_scores = torch.autograd.grad(logits.square().sum(), [embeddings, offset])
    padding = torch.arange(batch.ids.shape[1]) >= (batch.first + batch.second)[:, None]
    assert padding.any()
    assert (to_tokens[padding] == 0).all()
    assert (to_tokens[~padding] != 0).any(-1).all()
    assert (to_scores[~output.attended] == 0).all()


def test_whatever_stands_at_padding_changes_nothing(case: tuple[str, str]) -> None:
    model = model_of(case, TEXTS)
    batch = batch_of(model, TEXTS)
    embeddings = model.module.embed(batch)
    other = embeddings.masked_fill(~batch.attended[..., None], 7.0)
    close(model.module(batch, embeddings=other).logits, model.module(batch).logits)


def test_given_embeddings_are_as_good_as_its_own(
    case: tuple[str, str], instances: list[Instance]
) -> None:
    model = model_of(case, instances)
    batch = batch_of(model, instances)
    given = model.module(batch, embeddings=model.module.embed(batch))
    assert torch.equal(given.logits, model.module(batch).logits)


def test_an_offset_is_added_to_the_scores(case: tuple[str, str], instances: list[Instance]) -> None:
    model = model_of(case, instances)
    batch = batch_of(model, instances)
    offset = torch.linspace(-2, 2, batch.ids.numel()).reshape(batch.ids.shape)
    plain, moved = model.module(batch), model.module(batch, score_offset=offset)
    close(moved.scores, (plain.scores + offset).masked_fill(~plain.attended, 0))
    again = model.module.attend(plain.states, plain.embeddings, batch, offset)
    assert torch.equal(again.logits, moved.logits)
    assert (moved.attention - plain.attention).abs().max() > 0.01


def test_a_seed_decides_the_weights(case: tuple[str, str]) -> None:
    check_seeds(*(model_of(case, TEXTS, seed) for seed in (1, 1, 2)))


def test_weights_make_the_model_and_copies_are_whole(
    case: tuple[str, str], instances: list[Instance]
) -> None:
    model, other = model_of(case, instances), model_of(case, instances, seed=5)
    check_copies(model, other, batch_of(model, instances))


def test_the_second_text_moves_the_prediction_and_attention(case: tuple[str, str]) -> None:
    same, other = pair("a man sleeps", "he is awake"), pair("a man sleeps", "no sun today")
    model = model_of(case, [same, other])
    output = model.module(batch_of(model, [same, other]))
    assert (output.attention[:, 3:] == 0).all()
    assert (output.logits[0] - output.logits[1]).abs().max() > 1e-4
    assert (output.attention[0] - output.attention[1]).abs().max() > 1e-5


def test_one_token_gets_all_attention_and_no_token_is_refused(case: tuple[str, str]) -> None:
    model = model_of(case, TEXTS)
    assert model.module(batch_of(model, [TEXTS[2]])).attention.tolist() == [[1.0]]
    with pytest.raises(DataError, match="has no tokens"):
        model.encode([instance("")])


def test_a_single_text_is_a_pair_with_an_empty_second(case: tuple[str, str]) -> None:
    model = model_of(case, PAIRS)
    single = instance("a man sleeps")
    together = model.module(batch_of(model, [single, *PAIRS]))
    alone = model.module(batch_of(model, [single]))
    close(together.logits[0], alone.logits[0])
    assert together.logits.isfinite().all()


@pytest.mark.parametrize("kind", [*WORDS, OWN])
def test_five_thousand_tokens_are_read_and_differentiated(kind: str) -> None:
    model = model_of((kind, "additive"), TEXTS)
    batch = batch_of(model, [instance("good bread " * 2500), TEXTS[0]])
    embeddings = model.module.embed(batch).detach().requires_grad_()
    output = model.module(batch, embeddings=embeddings)
    (gradient,) = torch.autograd.grad(output.logits.sum(), embeddings)
    assert gradient.isfinite().all()
    torch.testing.assert_close(output.attention.sum(-1), torch.ones(2))


def test_every_weight_decays_but_those_of_attention(
    case: tuple[str, str], instances: list[Instance]
) -> None:
    module = model_of(case, instances).module
    names = {id(value): name for name, value in module.named_parameters()}
    decayed, free = module.parameter_groups(0.1)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.1, 0.0)
    both = [names.pop(id(value)) for group in (decayed, free) for value in group["params"]]
    assert not names and len(both) == len(set(both))
    attention = {name.removeprefix("module.").startswith("attention") for name in both}
    assert attention == {True, False}
    assert len(free["params"]) == sum("attention" in name for name in both)
