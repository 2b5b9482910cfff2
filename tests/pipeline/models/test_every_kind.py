"""What every kind of model promises, whatever it reads: the suite over the table `MODELS`.

What only models of words promise is held by `test_conformance.py`, with every form of attention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import DataError
from db.records import Instance
from pipeline.models import MODELS
from pipeline.models.base import ATTENTION, SUMMARY
from pipeline.models.batches import Batch, collate
from pipeline.models.checkpoint import load, save
from pipeline.models.encoding import Encoding
from pipeline.models.features import Features
from pipeline.models.pieces import Pieces
from pipeline.models.pixels import Pixels
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, encoding_of
from pipeline.models.training import fit
from pipeline.models.vocabulary import Vocabulary
from tests.pipeline.explainers.pictures import digits
from tests.pipeline.models.support import SMALL, check_copies, check_seeds
from tests.support.data import reviews
from tests.support.tables import rows


def texts() -> list[Instance]:
    return reviews(20)[0]


READ: dict[type[Encoding], Callable[[], Sequence[Instance]]] = {
    Vocabulary: texts,
    Pieces: texts,
    Pixels: lambda: digits(24),
    Features: lambda: rows("iris")[::6],
}
"""Encoding → labelled instances that it reads. A new encoding stands here, or its kinds fail."""


@cache
def data_of(kind: str) -> list[Instance]:
    return list(READ[encoding_of(kind)]())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small transformer's, as people have them."""
    pytest.importorskip("transformers")
    from tests.pipeline.models import pretrained

    return pretrained.write(tmp_path_factory.mktemp("every_kind") / "bert", "bert")


@pytest.fixture(params=list(MODELS), scope="module")
def settings(request: pytest.FixtureRequest) -> Settings:
    path = ""
    if encoding_of(request.param) is Pieces:
        path = str(request.getfixturevalue("folder"))
    return replace(SMALL, kind=request.param, path=path or SMALL.path, epochs=2, batch_size=8)


def fresh(settings: Settings, seed: int = 0) -> TrainedModel:
    """Drawn by the seed, then made larger, biases left aside, so that instances differ."""
    data = data_of(settings.kind)
    encoding = encoding_of(settings.kind).learn(data, settings)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model = build(settings, encoding, ("a", "b", "c"), False)
    with torch.no_grad():
        for weight in model.module.parameters():
            weight *= 2 if weight.dim() > 1 else 1
    model.module.train(False)
    return model


@pytest.fixture(scope="module")
def model(settings: Settings) -> TrainedModel:
    """Only read it."""
    return fresh(settings)


@pytest.fixture(scope="module")
def batch(model: TrainedModel) -> Batch:
    return collate(model.encode(data_of(model.settings.kind)[:6]))


def close(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_there_are_instances_for_every_kind_of_the_table() -> None:
    assert {encoding_of(kind) for kind in MODELS} == set(READ)


def test_shapes_and_attention_that_sums_to_1(model: TrainedModel, batch: Batch) -> None:
    output = model.module(batch)
    n, units = batch.ids.shape
    assert output.logits.shape == (n, 3)
    assert output.embeddings.shape[:2] == output.states.hidden.shape[:2] == (n, units)
    for values in (output.attention, output.scores, output.log_attention):
        assert values.shape == (n, units) and values.isfinite().all()
        assert (values[~output.attended] == 0).all()
    assert (output.attended.sum(-1) == batch.first).all()
    close(output.attention.sum(-1), torch.ones(n))
    close(output.log_attention[output.attended].exp(), output.attention[output.attended])
    assert (output.summary is not None) == (SUMMARY in model.module.offers)


def test_each_instance_alone_gets_what_the_batch_gives(model: TrainedModel, batch: Batch) -> None:
    together = model.module(batch)
    assert (together.logits[0] - together.logits[1]).abs().max() > 1e-4
    for row, one in enumerate(data_of(model.settings.kind)[:6]):
        alone, n = model.module(collate(model.encode([one]))), int(batch.first[row])
        close(alone.logits[0], together.logits[row])
        close(alone.attention[0], together.attention[row, :n])


def test_a_pass_from_embeddings_or_from_states_is_the_same(
    model: TrainedModel, batch: Batch
) -> None:
    whole = model.module(batch)
    given = model.module(batch, embeddings=model.module.embed(batch))
    again = model.module.attend(whole.states, whole.embeddings, batch)
    assert torch.equal(given.logits, whole.logits) and torch.equal(again.logits, whole.logits)


def test_an_offset_moves_attention_where_there_is_attention(
    model: TrainedModel, batch: Batch
) -> None:
    offset = torch.linspace(-2, 2, batch.ids.numel()).reshape(batch.ids.shape)
    plain, moved = model.module(batch), model.module(batch, score_offset=offset)
    offers = ATTENTION in model.module.offers
    assert ((moved.attention - plain.attention).abs().max() > 0.01) == offers
    assert (moved.logits != plain.logits).any() == offers


def test_gradients_reach_every_instance_and_no_padding(model: TrainedModel, batch: Batch) -> None:
    embeddings = model.module.embed(batch).detach().requires_grad_()
    logits = model.module(batch, embeddings=embeddings).logits
    (gradient,) = torch.autograd.grad(logits.square().sum(), embeddings)
    assert gradient.isfinite().all()
    assert (gradient != 0).flatten(1).any(1).all()
    assert (gradient[~batch.attended] == 0).all()


def test_a_seed_decides_the_weights(settings: Settings) -> None:
    check_seeds(*(fresh(settings, seed) for seed in (1, 1, 2)))


def test_weights_make_the_model_and_copies_are_whole(settings: Settings, batch: Batch) -> None:
    check_copies(fresh(settings), fresh(settings, seed=5), batch)


def test_the_optimiser_gets_every_weight_once(model: TrainedModel) -> None:
    groups = model.module.parameter_groups(0.1)
    found = [id(value) for group in groups for value in group["params"]]
    assert sorted(found) == sorted(id(value) for value in model.module.parameters())
    assert {group["weight_decay"] for group in groups} <= {0.0, 0.1}


def test_a_seed_repeats_training_and_a_checkpoint_what_it_predicts(
    settings: Settings, tmp_path: Path
) -> None:
    data = data_of(settings.kind)
    one, same, other = (fit(data, settings=settings, seed=seed).model for seed in (1, 1, 2))
    save(one, tmp_path / "model")
    one.module.train(False)
    wanted = probabilities(one, data)
    assert wanted.shape == (len(data), len({i.label for i in data}))
    assert np.isfinite(wanted).all()
    np.testing.assert_allclose(wanted.sum(1), 1, atol=1e-6)
    np.testing.assert_array_equal(probabilities(same, data), wanted)
    np.testing.assert_array_equal(probabilities(load(tmp_path / "model", "cpu"), data), wanted)
    assert (probabilities(other, data) != wanted).any()


def probabilities(model: TrainedModel, data: list[Instance]) -> np.ndarray:
    return np.stack([one.probabilities for one in predict(model, data, "run")])


def test_what_it_does_not_read_is_refused_by_name(model: TrainedModel) -> None:
    read = set(model.encoding.kinds)
    strange = [data[0] for data in (texts(), digits(1), rows("iris")) if data[0].kind not in read]
    assert len(strange) == 2
    for one in strange:
        with pytest.raises(DataError, match=f"instance {one.id} is of the kind '{one.kind}'"):
            model.encode([one])
