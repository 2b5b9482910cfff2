"""The page of models says which attention can be read: each architecture is built small, and tried."""

from __future__ import annotations

import re

import pytest
import torch

from db.errors import ConfigError
from pipeline.models.lines import Template
from pipeline.models.pieces import Pieces
from pipeline.models.transformer_start import fresh_model, tried
from tests.docs.pages import DOCS, read, section

hf = pytest.importorskip("transformers")

HEADING = "### Which attention can be read"
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 100}
SIZES |= {"intermediate_size": 48, "max_position_embeddings": 66, "pad_token_id": 0}
SIZES |= {"embedding_size": 32}
XLM = {"emb_dim": 32, "n_layers": 2, "n_heads": 2, "vocab_size": 100, "n_words": 100}
BART = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "vocab_size": 100}
OTHER_SIZES = {
    "bart": BART,
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48, "vocab_size": 100},
    "flaubert": XLM,
    "funnel": {"vocab_size": 100, "block_sizes": [1, 1], "d_model": 32, "n_head": 2, "d_head": 16},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 2, "vocab_size": 100, "pad_token_id": 0},
    "mobilebert": {**SIZES, "true_hidden_size": 32, "intra_bottleneck_size": 32},
    "xlm": XLM,
    "xlnet": {"vocab_size": 100, "d_model": 32, "n_layer": 2, "n_head": 2, "d_inner": 48},
}


def rows() -> list[tuple[str, str]]:
    """What the page says, and of which architecture."""
    lines = [
        one.strip("|").split("|") for one in section(read(DOCS / "models.md"), HEADING).splitlines()
    ]
    found = [(one[0].strip(), re.findall(r"`([\w-]+)`", one[1])) for one in lines if len(one) == 2]
    return [(said, name) for said, names in found[2:] for name in names]


def outcome(name: str) -> str:
    """What is found, in the words of the page."""
    made = hf.AutoConfig.for_model(name, **OTHER_SIZES.get(name, SIZES)).to_dict()
    config = {**made, "model_type": name}
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        model = fresh_model(config, 2)
    try:
        trial = tried(model, pieces(config))
    except ConfigError as problem:
        padded = "a text that is padded" in str(problem)
        return "refused: " + ("padding changes what it says" if padded else "it does not start")
    if not trial.heads:
        return "not read"
    return "read, where" if trial.dropouts else "read, from"


def pieces(config: dict) -> Pieces:
    """An encoding, of which the trial reads the config, and whether texts have types."""
    plain = Template((), (), ())
    return Pieces("", config, plain, plain, 0, 0, limit=64, ordinary=(), typed=True)


def test_the_page_says_what_is_found_of_each_architecture() -> None:
    said = rows()
    names = [name for _, name in said]
    assert len(names) == len(set(names)) > 30
    found = {name: outcome(name) for name in names}
    wrong = {name: found[name] for line, name in said if not line.startswith(found[name])}
    assert wrong == {}
