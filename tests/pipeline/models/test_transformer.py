"""Transformers from a folder, against the library alone."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import ConfigError, UsageError
from db.records import Instance
from pipeline.attention_gradient import attention_and_gradient
from pipeline.explainers.batching import explain
from pipeline.models.batches import Batch, collate
from pipeline.models.checkpoint import load, save
from pipeline.models.predict import predict
from pipeline.models.trained import TrainedModel, build
from pipeline.models.training import fit
from pipeline.models.watched_attention import held_fixed
from pipeline.objectives.base import Weighted
from pipeline.removal import REMOVALS, removal_for
from pipeline.train import Recipe, run_id
from tests.pipeline.models.support import pair
from tests.support.data import instance

pytest.importorskip("transformers")

from tests.pipeline.models import pretrained

TEXTS = [
    instance("the soup was good"),
    instance("bad"),
    instance("Best dumplings in town, so hot!"),
]
PAIRS = [pair("the soup was good", "we loved it"), pair("bad bread", "no"), pair("hot", "")]
ORDINARY = instance("we loved the bread and the soup was so good")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("transformers")
    made = {name: pretrained.write(root / name, name) for name in pretrained.ARCHITECTURES}
    made["one head"] = pretrained.write(root / "one head", "bert", heads=1)
    return made


@pytest.fixture(params=pretrained.ARCHITECTURES)
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    return folders[request.param]


@pytest.fixture(params=[TEXTS, PAIRS], ids=["texts", "pairs"])
def instances(request: pytest.FixtureRequest) -> list[Instance]:
    return request.param


def batch_of(model: TrainedModel, instances: list[Instance]) -> Batch:
    return collate(model.encode(instances))


def close(one: torch.Tensor, other: torch.Tensor, atol: float = 1e-5) -> None:
    torch.testing.assert_close(one, other, atol=atol, rtol=1e-5)


@cache
def library_of(folder: Path) -> tuple:
    """The model and the tokenizer by the library alone; only read them."""
    return pretrained.plain(folder)


def by_the_library(folder: Path, one: Instance, **given) -> object:
    model, tokenizer = library_of(folder)
    texts = (one.text,) if not one.text_pair else (one.text, one.text_pair)
    with torch.no_grad():
        return model(**tokenizer(*texts, return_tensors="pt"), **given)


def test_logits_are_those_of_the_library(folder: Path, instances: list[Instance]) -> None:
    model = pretrained.started(folder, pair=True)
    with torch.no_grad():
        fused = model.module(batch_of(model, instances)).logits
    together = model.module(batch_of(model, instances)).logits
    for row, one in enumerate(instances):
        expected = by_the_library(folder, one).logits[0]
        close(together[row], expected)
        close(fused[row], expected)
    assert (together[0] - together[1]).abs().max() > 0.01


def test_attention_is_that_of_the_last_layer_from_the_first_special_token(folder: Path) -> None:
    """Read in plain words: heads averaged, the row of [CLS], pieces of a word added, sum 1."""
    model = pretrained.started(folder)
    output = model.module(batch_of(model, TEXTS))
    for row, one in enumerate(TEXTS):
        weights = by_the_library(folder, one, output_attentions=True).attentions[-1][0].numpy()
        line = weights.mean(0)[0][1:-1]
        values = model.encode([one])[0].values
        at, words = 0, []
        for count in (values >= 0).sum(1):
            words.append(line[at : at + count].sum())
            at += count
        expected = np.array(words) / sum(words)
        n = one.n_tokens
        found = output.attention[row].detach().numpy()
        np.testing.assert_allclose(found[:n], expected, atol=1e-5)
        assert (found[n:] == 0).all()
        np.testing.assert_allclose(output.scores[row, :n].detach().exp(), expected, atol=1e-5)


def test_states_are_the_last_layer_at_the_pieces_of_a_word(folder: Path) -> None:
    model = pretrained.started(folder)
    one = TEXTS[2]
    hidden = by_the_library(folder, one, output_hidden_states=True).hidden_states[-1][0]
    found = model.module(batch_of(model, [one])).states.hidden[0]
    at = 1
    for word, count in enumerate((model.encode([one])[0].values >= 0).sum(1)):
        close(found[word], hidden[at : at + count].mean(0))
        at += count


def test_attention_of_a_pair_goes_to_the_first_text(folder: Path) -> None:
    model = pretrained.started(folder, pair=True)
    output = model.module(batch_of(model, PAIRS))
    close(output.attention.sum(-1), torch.ones(3))
    assert (output.attention[~output.attended] == 0).all()
    assert (output.states.hidden[~output.attended] == 0).all()


def test_each_text_alone_gives_what_the_padded_batch_gives(
    folder: Path, instances: list[Instance]
) -> None:
    model = pretrained.started(folder, pair=True)
    together = model.module(batch_of(model, instances))
    for row, one in enumerate(instances):
        alone, n = model.module(batch_of(model, [one])), len(one.offsets)
        close(together.logits[row], alone.logits[0])
        close(together.attention[row, :n], alone.attention[0, :n])


def test_padding_cannot_be_reached_and_words_can(folder: Path, instances: list[Instance]) -> None:
    model = pretrained.started(folder, pair=True)
    batch = batch_of(model, instances)
    embeddings = model.module.embed(batch).detach().requires_grad_()
    output = model.module(batch, embeddings=embeddings)
    (found,) = torch.autograd.grad(output.logits.square().sum(), embeddings, retain_graph=True)
    (looked,) = torch.autograd.grad(output.attention.square().sum(), embeddings)
    word = torch.arange(batch.ids.shape[1]) < (batch.first + batch.second)[:, None]
    assert (found[~word] == 0).all()
    assert (found[word] != 0).any(-1).all()
    assert looked.isfinite().all() and (looked != 0).any()


def test_gradients_of_gradients_are_there(folder: Path) -> None:
    model = pretrained.started(folder)
    batch = batch_of(model, TEXTS)
    embeddings = model.module.embed(batch).detach().requires_grad_()
    logits = model.module(batch, embeddings=embeddings).logits
    (first,) = torch.autograd.grad(logits.sum(), embeddings, create_graph=True)
    (second,) = torch.autograd.grad(first.square().sum(), embeddings)
    assert second.isfinite().all() and (second != 0).any()


def test_attention_that_is_held_fixed_has_no_derivative(folder: Path) -> None:
    """Queries and keys decide where a model looks, and nothing else: held fixed, they do nothing."""
    model = pretrained.started(folder)
    batch = batch_of(model, TEXTS)
    asking = [
        weight
        for name, weight in model.module.named_parameters()
        if any(part in name for part in ("query", "key", "q_lin", "k_lin"))
    ]
    assert len(asking) == 8
    for fixed in (False, True):
        with held_fixed(fixed):
            total = model.module(batch).logits.square().sum()
            found = torch.autograd.grad(total, asking, allow_unused=True)
        moved = [one is not None and bool((one != 0).any()) for one in found]
        assert any(moved) is not fixed
    maps = attention_and_gradient(model, TEXTS)
    other = attention_and_gradient(model, TEXTS, detached=False)
    assert maps != other


def test_an_offset_moves_attention_and_not_what_it_may_not_reach(folder: Path) -> None:
    model = pretrained.started(folder, pair=True)
    batch = batch_of(model, PAIRS)
    plain = model.module(batch)
    offset = torch.zeros(batch.ids.shape, requires_grad=True)
    again = model.module.attend(plain.states, plain.embeddings, batch, offset)
    close(again.logits, plain.logits)
    (to_scores,) = torch.autograd.grad(again.logits.square().sum(), offset)
    assert (to_scores[~batch.attended] == 0).all()
    assert (to_scores[0, :4] != 0).all()
    moved = model.module(batch, score_offset=torch.eye(4, batch.ids.shape[1])[:3] * 20)
    assert (moved.attention.diagonal()[:2] > 0.99).all()


def test_with_one_head_an_offset_is_added_to_log_attention(folders: dict[str, Path]) -> None:
    model = pretrained.started(folders["one head"])
    batch = batch_of(model, TEXTS[:1])
    offset = torch.tensor([[-1.0, 0.0, 0.5, 2.0]])
    plain, moved = model.module(batch), model.module(batch, score_offset=offset)
    close(moved.attention, (plain.scores + offset).softmax(-1))


def test_a_long_text_is_the_mean_of_its_windows(folder: Path) -> None:
    """The windows are those of the library's tokenizer: 62 pieces, a quarter of them again."""
    text = instance(" ".join(one.text for one in pretrained.corpus(3)))
    library, tokenizer = pretrained.plain(folder)
    given = tokenizer(
        text.text,
        truncation=True,
        max_length=64,
        stride=15,
        return_overflowing_tokens=True,
        padding=True,
        return_tensors="pt",
    )
    given.pop("overflow_to_sample_mapping")
    with torch.no_grad():
        windows = library(**given).logits
    assert len(windows) > 2
    model = pretrained.started(folder)
    output = model.module(batch_of(model, [text, *TEXTS]))
    close(output.logits[0], windows.mean(0))
    close(output.attention.sum(-1), torch.ones(4))


def test_many_windows_in_parts_are_as_good_as_at_once(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = pretrained.started(folders["bert"])
    batch = batch_of(model, [instance("the good bread was bad " * 100), *TEXTS])
    embeddings = model.module.embed(batch).detach().requires_grad_()
    found = []
    for positions in (16_384, 128):
        monkeypatch.setattr("pipeline.models.transformer.POSITIONS", positions)
        output = model.module(batch, embeddings=embeddings)
        gradient = torch.autograd.grad(output.logits.square().sum(), embeddings)
        found.append((output.logits, output.attention, *gradient))
    for one, other in zip(*found, strict=True):
        close(one, other)


def test_a_masked_token_is_one_mask(folder: Path) -> None:
    model = pretrained.started(folder)
    one = instance("Best dumplings")
    library, tokenizer = pretrained.plain(folder)
    row = model.encode([one])[0]
    operator = removal_for(model, "mask_token")
    batch = collate([operator.remove(row, np.array([False, True]))])
    first = row.values[0][row.values[0] >= 0].tolist()
    line = [[tokenizer.cls_token_id, *first, tokenizer.mask_token_id, tokenizer.sep_token_id]]
    with torch.no_grad():
        expected = library(input_ids=torch.tensor(line)).logits
    embeddings = operator.embed(model.module, batch)
    close(model.module(batch, embeddings=embeddings).logits, expected)


def test_dropped_tokens_leave_a_shorter_line(folder: Path) -> None:
    model = pretrained.started(folder)
    row = model.encode([instance("the soup was good")])[0]
    operator = removal_for(model, "drop")
    batch = collate([operator.remove(row, np.array([False, True, True, False]))])
    library, tokenizer = pretrained.plain(folder)
    kept = row.values[[0, 3]]
    line = [[tokenizer.cls_token_id, *kept[kept >= 0].tolist(), tokenizer.sep_token_id]]
    with torch.no_grad():
        expected = library(input_ids=torch.tensor(line)).logits
    close(model.module(batch).logits, expected)


@pytest.mark.parametrize("name", sorted(REMOVALS))
def test_everything_can_be_taken_away(folder: Path, name: str) -> None:
    model = pretrained.started(folder)
    if name not in model.encoding.removals:
        return
    row = model.encode([TEXTS[2]])[0]
    operator = removal_for(model, name)
    batch = collate([operator.remove(row, np.ones(len(row.ids), dtype=bool))])
    output = model.module(batch, embeddings=operator.embed(model.module, batch))
    assert output.logits.isfinite().all()
    close(output.attention.sum(-1), torch.ones(1))


def test_the_mean_embedding_is_that_of_ordinary_pieces(folder: Path) -> None:
    model = pretrained.started(folder)
    row = model.encode([TEXTS[2]])[0]
    operator = removal_for(model, "mean_embedding")
    gone = np.arange(len(row.ids)) == 1
    embeddings = operator.embed(model.module, collate([operator.remove(row, gone)]))
    library, tokenizer = pretrained.plain(folder)
    ordinary = sorted(set(tokenizer.get_vocab().values()) - set(tokenizer.all_special_ids))
    mean = library.get_input_embeddings().weight[ordinary].mean(0)
    close(embeddings[0, 1], mean.repeat(row.values.shape[1]))


def test_copies_are_whole(folder: Path) -> None:
    model = pretrained.started(folder)
    batch = batch_of(model, TEXTS)
    expected = model.module(batch).logits
    copies = [copy.deepcopy(model.module), pickle.loads(pickle.dumps(model.module))]
    with torch.no_grad():
        for weight in model.module.parameters():
            weight.zero_()
    for module in copies:
        assert torch.equal(module(batch).logits, expected)


REVIEWS = pretrained.corpus(40)


def test_it_learns_and_its_checkpoint_needs_no_folder(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "start"
    folder.mkdir()
    for one in folders["bert"].iterdir():
        (folder / one.name).write_bytes(one.read_bytes())
    settings = pretrained.settings_of(folder, epochs=6, learning_rate=2e-3, batch_size=8)
    fitted = fit(REVIEWS, settings=settings, seed=1)
    assert any(note == "weights of start, with its own head and labels" for note in fitted.notes)
    assert fitted.history[-1].loss < fitted.history[0].loss
    save(fitted.model, tmp_path / "run")
    expected = [p.probabilities for p in predict(fitted.model, REVIEWS[:5], "run")]
    for one in folder.iterdir():
        one.unlink()
    found = predict(load(tmp_path / "run", "cpu"), REVIEWS[:5], "run")
    np.testing.assert_array_equal(np.stack([p.probabilities for p in found]), np.stack(expected))


def test_an_objective_of_attention_trains_it(folders: dict[str, Path]) -> None:
    from pipeline.models.batches import HumanTarget

    human = {one.id: HumanTarget(np.eye(1, one.n_tokens, dtype=np.float32)[0]) for one in REVIEWS}
    settings = pretrained.settings_of(
        folders["bert"], epochs=8, patience=8, learning_rate=3e-3, batch_size=8
    )
    objective = Weighted("attention_supervision", 5.0)
    fitted = fit(REVIEWS, settings=settings, objectives=[objective], human=human, seed=1)
    terms = [epoch.terms["attention_supervision"] for epoch in fitted.history]
    assert terms[-1] < 0.8 * terms[0]


def test_no_epochs_use_it_as_it_is(folders: dict[str, Path]) -> None:
    fitted = fit(REVIEWS, settings=pretrained.settings_of(folders["roberta"], epochs=0), seed=1)
    assert fitted.history == () and fitted.best_epoch == 0
    found = predict(fitted.model, [ORDINARY], "run")[0].probabilities
    expected = by_the_library(folders["roberta"], ORDINARY).logits.softmax(-1)[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    with pytest.raises(ConfigError, match="epochs must be at least 1"):
        pretrained.Settings(epochs=0)


def test_labels_of_the_folder_are_found_by_name(tmp_path: Path) -> None:
    folder = pretrained.write(tmp_path / "swapped", "bert", labels=("positive", "negative"))
    model = pretrained.started(folder)  # ours: negative, positive
    expected = by_the_library(folder, ORDINARY).logits[0].flip(0)
    close(model.module(batch_of(model, [ORDINARY])).logits[0], expected)
    fresh = build(model.settings, model.encoding, ("no", "yes"), False)
    said = fresh.module.start(("no", "yes"))
    assert "labels are taken in order: positive as no, negative as yes" in said


def test_a_head_for_other_labels_is_new(folders: dict[str, Path], tmp_path: Path) -> None:
    model = pretrained.started(folders["bert"], labels=("a", "b", "c"))
    assert model.module(batch_of(model, TEXTS)).logits.shape == (3, 3)
    headless = pretrained.write(tmp_path / "headless", "bert", head=False)
    again = build(pretrained.settings_of(headless), model.encoding, pretrained.LABELS, False)
    assert "a new head (bert.pooler" in again.module.start(pretrained.LABELS)
    for folder, labels in ((folders["bert"], ("a", "b", "c")), (headless, pretrained.LABELS)):
        settings = pretrained.settings_of(folder, epochs=0)
        unready = build(settings, model.encoding, labels, False)
        with pytest.raises(ConfigError, match="epochs is 0, but .* holds no head"):
            unready.module.start(labels)


def test_weights_that_cannot_be_used_are_said(folders: dict[str, Path], tmp_path: Path) -> None:
    model = pretrained.started(folders["bert"])
    bad = tmp_path / "bad"
    bad.mkdir()
    for one in folders["bert"].iterdir():
        (bad / one.name).write_bytes(one.read_bytes())
    unready = build(pretrained.settings_of(bad), model.encoding, pretrained.LABELS, False)
    (bad / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ConfigError, match="its weights cannot be read"):
        unready.module.start(pretrained.LABELS)
    weights = (folders["distilbert"] / "model.safetensors").read_bytes()
    (bad / "model.safetensors").write_bytes(weights)
    with pytest.raises(ConfigError, match=r"do not fit its config\.json"):
        unready.module.start(pretrained.LABELS)
    (bad / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match="has no weights"):
        unready.module.start(pretrained.LABELS)


def test_settings_that_are_not_its_own_are_refused(folders: dict[str, Path]) -> None:
    model = pretrained.started(folders["bert"])
    with pytest.raises(ConfigError, match="brings its own attention"):
        build(replace(model.settings, attention="dot"), model.encoding, ("a", "b"), False)


def test_a_run_is_what_the_folder_holds_and_not_where_it_lies(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    copied = tmp_path / "elsewhere"
    copied.mkdir()
    for one in folders["bert"].iterdir():
        (copied / one.name).write_bytes(one.read_bytes())
    first, same = (
        run_id(REVIEWS, Recipe(pretrained.settings_of(where), 1))
        for where in (folders["bert"], copied)
    )
    assert first == same
    (copied / "config.json").write_text("{}")
    assert run_id(REVIEWS, Recipe(pretrained.settings_of(copied), 1)) != first


def test_an_architecture_that_hides_its_attention_does_without(tmp_path: Path) -> None:
    """SqueezeBERT computes its attention by itself: all but what reads attention works."""
    folder = pretrained.write(tmp_path / "squeezebert", "squeezebert")
    model = pretrained.started(folder)
    assert "attention" not in model.module.offers
    batch = batch_of(model, [ORDINARY])
    close(model.module(batch).logits, by_the_library(folder, ORDINARY).logits)
    with pytest.raises(UsageError, match="attention_rollout needs heads"):
        explain(model, [ORDINARY], ["attention_rollout"])
    with pytest.raises(ConfigError, match="cannot be moved"):
        model.module(batch, score_offset=torch.zeros(batch.ids.shape))
