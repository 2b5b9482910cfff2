"""Explainers on a small transformer: all of them, and those that read its heads."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import UsageError
from db.records import Instance, Rationale
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.batching import ExplainSettings, explain
from pipeline.models.batches import collate
from pipeline.models.predict import predict
from pipeline.models.trained import TrainedModel
from tests.pipeline.models.support import pair
from tests.support.data import instance

pytest.importorskip("transformers")

from tests.pipeline.models import pretrained

TEXTS = [
    instance("the soup was good"),
    instance("we loved dumplings here"),
    instance("bad"),
    instance("Best bread in town, so hot and friendly!"),
]
PAIRS = [pair("the soup was good", "we loved it"), pair("bad bread", "no")]
OFFERED = frozenset({"attention", "heads"})
NAMES = [n for n in EXPLAINERS if getattr(EXPLAINERS.load(n), "needs", frozenset()) <= OFFERED]
FEW = {"lime": {"samples": 20}, "kernel_shap": {"samples": 20}, "gradient_shap": {"samples": 3}}
FEW |= {
    "integrated_gradients": {"tolerance": 0.001, "floor": 0.0001},
    "learned_mask": {"epochs": 1},
}
READING = {"attention", "attention_x_gradient_norm"}  # of the first text alone
WITHOUT_MODEL = {"random", "constant"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pretrained.write(tmp_path_factory.mktemp("explained") / "bert", "bert")


@pytest.fixture(scope="module")
def model(folder: Path) -> TrainedModel:
    return pretrained.started(folder, pair=True)


def explained(
    model: TrainedModel, instances: list[Instance], names: list[str], **options: dict
) -> list[Rationale]:
    """In the order of names, then of instances."""
    settings = ExplainSettings(options={**FEW, **options})
    learned = [*TEXTS, *PAIRS]  # by those that learn something of the run first
    chunks = explain(model, instances, names, seed=3, settings=settings, learn_from=learned)
    found = [one for chunk in chunks for one in chunk]
    order = [one.id for one in instances]
    return sorted(found, key=lambda one: (names.index(one.explainer), order.index(one.instance_id)))


@pytest.fixture(scope="module")
def by_all(model: TrainedModel) -> dict[str, list[Rationale]]:
    found = explained(model, [*TEXTS, *PAIRS], NAMES)
    return {name: [one for one in found if one.explainer == name] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_word_gets_one_finite_score(name: str, by_all: dict[str, list[Rationale]]) -> None:
    for rationale, one in zip(by_all[name], [*TEXTS, *PAIRS], strict=True):
        assert rationale.scores.shape == (one.n_tokens,)
        assert rationale.scores.dtype == np.float32
        assert np.isfinite(rationale.scores).all()
        assert rationale.unit == "token"
    second = by_all[name][-2].scores[4:]
    assert name in WITHOUT_MODEL or (second != 0).any() == (name not in READING)


@pytest.mark.parametrize("name", NAMES)
def test_each_alone_and_again_gives_what_the_batch_gave(
    name: str, model: TrainedModel, by_all: dict[str, list[Rationale]]
) -> None:
    # DeepLIFT divides by differences of activations: where one is near 0, rounding is magnified.
    close = 2e-3 if name == "deeplift" else 1e-7
    for place in (0, 1, 4):
        one = [*TEXTS, *PAIRS][place]
        alone, again = (explained(model, [one], [name])[0] for _ in range(2))
        batched = by_all[name][place].scores
        np.testing.assert_allclose(alone.scores, batched, rtol=close, atol=1e-5)
        assert alone.scores.tolist() == again.scores.tolist()


def test_integrated_gradients_are_complete(
    model: TrainedModel, by_all: dict[str, list[Rationale]]
) -> None:
    for rationale, one in zip(by_all["integrated_gradients"], [*TEXTS, *PAIRS], strict=True):
        batch = collate(model.encode([one]))
        full, nothing = (
            model.module(batch, embeddings=e).logits[0, rationale.target].item()
            for e in (model.module.embed(batch), torch.zeros_like(model.module.embed(batch)))
        )
        assert rationale.details["converged"] == 1
        assert abs(rationale.scores.sum() - (full - nothing)) < 0.002 * abs(full - nothing) + 2e-4


def test_integrated_gradients_are_those_of_captum_on_the_pieces(
    folder: Path, model: TrainedModel
) -> None:
    """The library's model, its embedding layer, special tokens in the baseline as they are."""
    from captum.attr import LayerIntegratedGradients

    library, tokenizer = pretrained.plain(folder)
    one = TEXTS[1]
    ours = explained(model, [one], ["integrated_gradients"])[0]
    given = tokenizer(one.text, return_tensors="pt")
    layer = library.get_input_embeddings()
    inner = given["input_ids"].clone()
    with torch.no_grad():
        layer.weight[0] = 0  # padding becomes the zero vector that we integrate from
    inner[:, 1:-1] = 0
    scores = LayerIntegratedGradients(
        lambda ids, types: library(input_ids=ids, token_type_ids=types).logits, layer
    ).attribute(
        given["input_ids"],
        baselines=inner,
        additional_forward_args=(given["token_type_ids"],),
        target=ours.target,
        n_steps=256,
        internal_batch_size=64,
    )
    pieces = scores[0].sum(-1)[1:-1].detach()
    counts = (model.encode([one])[0].values >= 0).sum(1)
    words = np.add.reduceat(pieces.numpy(), np.cumsum(counts) - counts)
    assert max(counts) > 1
    np.testing.assert_allclose(ours.scores, words, atol=2e-3 * abs(words).max())


def test_occlusion_is_embeddings_taken_away_by_hand(model: TrainedModel) -> None:
    one = TEXTS[0]
    found = explained(model, [one], ["occlusion"], occlusion={"window": 1})[0]
    batch = collate(model.encode([one]))
    embeddings = model.module.embed(batch)
    full = model.module(batch).logits[0, found.target]
    for word in range(4):
        less = embeddings.clone()
        less[:, word] = 0
        without = model.module(batch, embeddings=less).logits[0, found.target]
        assert found.scores[word] == pytest.approx((full - without).item(), abs=1e-5)


@cache
def weights_of(folder: Path, text: str) -> list[np.ndarray]:
    """(heads, L, L) of each layer, by the library alone."""
    library, tokenizer = pretrained.plain(folder)
    with torch.no_grad():
        found = library(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions
    return [one[0].double().numpy() for one in found]


def words(model: TrainedModel, one: Instance, line: np.ndarray) -> list[float]:
    """What a line without its special tokens gives to each word."""
    at, found = 0, []
    for count in (model.encode([one])[0].values >= 0).sum(1):
        found.append(float(line[1:-1][at : at + count].sum()))
        at += count
    return found


def test_rollout_is_the_product_of_its_layers(folder: Path, model: TrainedModel) -> None:
    for one in TEXTS:
        product = None
        for layer in weights_of(folder, one.text):
            mixed = 0.5 * layer.mean(0) + 0.5 * np.eye(layer.shape[1])
            product = mixed if product is None else mixed @ product
        found = explained(model, [one], ["attention_rollout"])[0].scores
        np.testing.assert_allclose(found, words(model, one, product[0]), atol=1e-6)
        assert 0 < found.sum() < 1


@pytest.mark.parametrize(("layer", "head"), [(0, 0), (0, 1), (1, 1), (-1, 0), (0, -1), (-1, -1)])
def test_a_head_is_that_of_the_library(
    folder: Path, model: TrainedModel, layer: int, head: int
) -> None:
    one = TEXTS[3]
    held = weights_of(folder, one.text)[layer]
    line = held.mean(0)[0] if head == -1 else held[head][0]
    options = {"layer": layer, "head": head}
    found = explained(model, [one], ["attention_head"], attention_head=options)[0]
    np.testing.assert_allclose(found.scores, words(model, one, line), atol=1e-6)


def test_all_heads_of_the_last_layer_are_attention_before_it_is_divided(
    model: TrainedModel,
) -> None:
    raw, whole = explained(model, TEXTS[:1], ["attention_head", "attention"])
    np.testing.assert_allclose(raw.scores / raw.scores.sum(), whole.scores, atol=1e-6)


def test_a_head_that_is_not_there_is_refused(model: TrainedModel) -> None:
    for name, number, said in (("layer", 2, "no layer 2; the model has 2"), ("head", 5, "no head")):
        with pytest.raises(UsageError, match=said):
            explained(model, TEXTS[:1], ["attention_head"], attention_head={name: number})
    with pytest.raises(UsageError, match="layer must be"):
        explained(model, TEXTS[:1], ["attention_head"], attention_head={"layer": -2})


def test_a_text_of_several_windows_is_explained_by_all(model: TrainedModel) -> None:
    long = instance(" ".join(one.text for one in pretrained.corpus(2)))
    assert len(predict(model, [long], "run")) == 1
    for rationale in explained(model, [long], NAMES):
        assert rationale.scores.shape == (long.n_tokens,)
        assert np.isfinite(rationale.scores).all()
