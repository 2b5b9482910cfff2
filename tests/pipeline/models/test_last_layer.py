"""A transformer's summary is what its last linear layer reads, as the mean over a text's windows."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pipeline.arguments.penultimate import penultimate
from pipeline.models.base import SUMMARY
from pipeline.models.batches import collate
from pipeline.models.last_layer import last_layer_of
from pipeline.models.trained import frozen
from tests.support.data import instance

pytest.importorskip("transformers")

import transformers as hf

from tests.pipeline.models import pretrained

TEXTS = [instance(one.text) for one in pretrained.corpus(3)]
LAST = {"bert": "classifier", "roberta": "classifier.out_proj", "distilbert": "classifier"}


@pytest.mark.parametrize("name", pretrained.ARCHITECTURES)
def test_it_is_found_in_every_architecture(name: str, tmp_path: Path) -> None:
    model = pretrained.started(pretrained.write(tmp_path / name, name))
    assert model.module.last == LAST[name] and SUMMARY in model.module.offers
    with frozen(model) as module, torch.no_grad():
        heard = penultimate(module, collate(model.encode(TEXTS)))
    torch.testing.assert_close(heard.output.summary, heard.features)


def test_a_text_of_several_windows_has_the_mean_of_theirs(tmp_path: Path) -> None:
    model = pretrained.started(pretrained.write(tmp_path / "bert", "bert"))
    long = instance(" ".join(one.text for one in pretrained.corpus(8)))
    batch = collate(model.encode([long, TEXTS[0]]))
    with frozen(model) as module, torch.no_grad():
        output = module(batch)
        heard = penultimate(module, batch.take(torch.tensor([0])))
    assert output.summary.shape == (2, 32)
    torch.testing.assert_close(output.summary[:1], heard.features)
    layer = model.module.model.classifier
    order = model.module.order
    torch.testing.assert_close(layer(output.summary)[:, order].detach(), output.logits)


def test_a_head_that_reads_every_position_has_no_summary() -> None:
    config = hf.GPT2Config(vocab_size=30, n_embd=8, n_layer=1, n_head=2, n_positions=16)
    config.pad_token_id = 0
    model = hf.GPT2ForSequenceClassification(config)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state, training = torch.get_rng_state(), model.training
    assert last_layer_of(model) is None
    assert torch.equal(state, torch.get_rng_state()) and model.training == training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
