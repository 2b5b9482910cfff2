"""Attention supervision of chosen layers and heads of a transformer, against the library's attention."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import UsageError
from db.records import Instance
from pipeline.models.batches import Batch, HumanTarget, collate
from pipeline.models.trained import TrainedModel
from pipeline.models.training import fit
from pipeline.objectives.attention_supervision import AttentionSupervision
from pipeline.objectives.base import Weighted
from tests.pipeline.models.support import QUICK, pair, small_model
from tests.support.data import instance

pytest.importorskip("transformers")

from tests.pipeline.models import pretrained

TEXTS = [
    instance("Best dumplings in town, so hot!"),
    instance("bad"),
    instance("the soup was good"),
]
PAIRS = [pair("the soup was good", "we loved it"), pair("bad bread", "no")]
REVIEWS = pretrained.corpus(40)
LONG = [instance(" ".join(one.text for one in REVIEWS[:3])), TEXTS[2]]
BY_HEAD = {"layer": 0, "heads": [1], "target": "share"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("heads")
    return {name: pretrained.write(root / name, name) for name in ("bert", "mpnet")}


@pytest.fixture(params=["bert", "mpnet"])
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    return folders[request.param]


def marked(texts: list[Instance]) -> dict[str, HumanTarget]:
    """Every second word of all texts but the last is marked."""
    marks = ((np.arange(one.n_tokens) % 2 == 0).astype(np.float32) for one in texts)
    return {one.id: HumanTarget(m) for one, m in zip(texts[:-1], marks, strict=False)}


def batch_of(model: TrainedModel, texts: list[Instance]) -> Batch:
    return collate(model.encode(texts, marked(texts)))


def term(model: TrainedModel, batch: Batch, **options) -> torch.Tensor:
    output = model.module(batch)
    return AttentionSupervision(**options).term(output, batch, model.module).value


@pytest.mark.parametrize("texts", [TEXTS, PAIRS], ids=["texts", "pairs"])
def test_the_term_in_plain_words(folder: Path, texts: list[Instance]) -> None:
    """Row of [CLS] of a head, pieces of a word added, sum 1 over the first text, −Σ m/Σm log α."""
    model = pretrained.started(folder, pair=True)
    library, tokenizer = pretrained.plain(folder)
    expected = 0.0
    for one in texts[:-1]:
        given = (one.text,) if not one.text_pair else (one.text, one.text_pair)
        read = library(**tokenizer(*given, return_tensors="pt"), output_attentions=True)
        line = read.attentions[0][0, 1, 0].detach().numpy()
        counts = (model.encode([one])[0].values >= 0).sum(1)[: len(one.offsets)]
        ends = 1 + np.cumsum(counts)
        words = np.array([line[e - n : e].sum() for n, e in zip(counts, ends, strict=True)])
        said = np.arange(len(words)) % 2 == 0
        expected -= np.log(words / words.sum())[said].sum() / said.sum()
    found = term(model, batch_of(model, texts), **BY_HEAD)
    assert found.item() == pytest.approx(expected / len(texts), rel=1e-4)


def test_all_heads_of_the_last_layer_are_the_models_own_attention(folder: Path) -> None:
    model = pretrained.started(folder)
    batch = batch_of(model, LONG)
    own = term(model, batch)
    for options in ({"layer": -1}, {"layer": 1}, {"layer": -1, "heads": (0, 1)}):
        torch.testing.assert_close(term(model, batch, **options), own)
    assert term(model, batch, layer=-2).item() != pytest.approx(own.item(), rel=1e-3)


def test_in_training_no_pass_is_run_again(folder: Path) -> None:
    """The same weights come of the pass that cross-entropy uses, and of a further one."""
    model = pretrained.started(folder)
    batch = batch_of(model, [*TEXTS, *LONG])
    further = term(model, batch, **BY_HEAD)
    for part in model.module.modules():
        if hasattr(part, "p"):
            part.p = 0.0
    model.module.train(True)
    output = model.module(batch)
    model.module.model.forward = None  # a further pass would fail
    shared = AttentionSupervision(**BY_HEAD).term(output, batch, model.module).value
    torch.testing.assert_close(shared, further)


def test_windows_in_parts_give_what_they_give_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = pretrained.started(folder)
    batch = batch_of(model, LONG)
    weights = list(model.module.parameters())
    for part in model.module.modules():
        if hasattr(part, "p"):
            part.p = 0.0
    model.module.train(True)
    found = []
    for positions in (16_384, 64):
        monkeypatch.setattr("pipeline.models.transformer.POSITIONS", positions)
        value = term(model, batch, **BY_HEAD)
        slopes = torch.autograd.grad(value, weights, allow_unused=True)
        found.append([value, *(one for one in slopes if one is not None)])
    assert len(found[0]) > 5
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("texts", [TEXTS, PAIRS, LONG], ids=["texts", "pairs", "windows"])
def test_its_gradient_is_that_of_finite_differences(folder: Path, texts: list[Instance]) -> None:
    model = pretrained.started(folder, pair=True)
    model.module.to(torch.float64)
    batch = batch_of(model, texts)
    weights = list(model.module.parameters())
    gradients = torch.autograd.grad(term(model, batch, **BY_HEAD), weights, allow_unused=True)
    generator = torch.Generator().manual_seed(0)
    way = [torch.randn(w.shape, generator=generator, dtype=w.dtype) for w in weights]
    slope = sum((g * d).sum() for g, d in zip(gradients, way, strict=True) if g is not None)
    ends = []
    with torch.no_grad():
        for step in (1e-6, -2e-6):
            for weight, direction in zip(weights, way, strict=True):
                weight += step * direction
            ends.append(float(term(model, batch, **BY_HEAD)))
    assert float(slope) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4, abs=1e-7)


def looks(model: TrainedModel, texts: list[Instance], human: dict[str, HumanTarget]) -> np.ndarray:
    """(heads of all layers,): the share of the look at the first text that goes to marked words."""
    batch = collate(model.encode(texts, human))
    with torch.no_grad():
        layers = model.module.each_head(model.module(batch), batch)
    each = torch.cat(list(layers), -1) * batch.attended[..., None]
    said = (batch.marks > 0)[..., None]
    return ((each * said).sum(1) / each.sum(1)).mean(0).numpy()


def test_one_head_is_taught_and_the_others_are_not(folder: Path) -> None:
    """That head's attention moves onto the marked words, the first of each text, as the term falls."""
    model, texts = pretrained.started(folder), REVIEWS[:12]
    human = {one.id: HumanTarget(np.eye(1, one.n_tokens, dtype=np.float32)[0]) for one in texts}
    batch = collate(model.encode(texts, human))
    before = looks(model, texts, human)
    optimiser = torch.optim.Adam(model.module.parameters(), 2e-3)
    terms = []
    for _ in range(20):
        value = term(model, batch, **BY_HEAD)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        terms.append(value.item())
    assert terms[-1] < 0.5 * terms[0]
    gained = looks(model, texts, human) - before
    # heads of all layers: 0.0, 0.1 (taught), 1.0, 1.1
    assert gained[1] > 0.4
    assert gained[1] > 3 * np.abs(gained[[0, 2, 3]]).max()


def test_another_head_of_the_same_layer_gets_no_gradient(folders: dict[str, Path]) -> None:
    """Queries of head 1 are the rows 16 … 31 of a matrix of 32."""
    model = pretrained.started(folders["bert"])
    batch = batch_of(model, TEXTS)
    query = model.module.get_parameter("model.bert.encoder.layer.0.attention.self.query.weight")
    last = model.module.get_parameter("model.bert.encoder.layer.1.attention.self.query.weight")
    slope, none = torch.autograd.grad(
        term(model, batch, **BY_HEAD), [query, last], allow_unused=True
    )
    assert (slope[:16] == 0).all() and (slope[16:] != 0).any()
    assert none is None or (none == 0).all()


def test_layers_and_heads_that_are_not_there_are_refused_before_training(
    folders: dict[str, Path],
) -> None:
    settings = pretrained.settings_of(folders["bert"], epochs=1)
    human = marked(REVIEWS)
    for options, said in (
        ({"layer": 2}, "there is no layer 2; the model has 2, counted from 0, or from the end"),
        ({"layer": -3}, "there is no layer -3; the model has 2"),
        ({"layer": 0, "heads": [0, 2]}, "there is no head 2 in layer 0; it has 2, counted from 0"),
        ({"layer": 0, "heads": [-1]}, "there is no head -1 in layer 0"),
    ):
        objective = Weighted("attention_supervision", 1.0, options)
        with pytest.raises(UsageError, match=said):
            fit(REVIEWS, settings=settings, objectives=[objective], human=human)


def test_a_model_without_heads_is_refused_a_layer() -> None:
    data = [instance(one.text, one.label) for one in REVIEWS]
    objective = Weighted("attention_supervision", 1.0, {"layer": -1})
    with pytest.raises(UsageError, match="objective attention_supervision needs heads, which"):
        fit(data, settings=QUICK, objectives=[objective], human=marked(data))
    assert "heads" not in small_model(data).module.offers


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"heads": [1]}, "heads are those of a layer; give layer too"),
        ({"layer": 0, "heads": [1, 1]}, "names one more than once"),
        ({"layer": "last"}, "layer is a whole number and heads a list of them"),
        ({"layer": 0, "heads": 1}, "layer is a whole number and heads a list of them"),
        ({"layer": True}, "layer is a whole number and heads a list of them"),
        ({"layer": 0, "heads": "01"}, "layer is a whole number and heads a list of them"),
    ],
)
def test_numbers_that_name_no_head_are_refused(options: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Weighted("attention_supervision", 1.0, options).load()
