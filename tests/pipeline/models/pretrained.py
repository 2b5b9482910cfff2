"""Small transformers with real tokenizers, trained on the embedded corpus, in folders as people have them."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from db.records import Instance
from pipeline.corpus import corpus_path
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, encoding_of
from tests.support.data import instance

pytest.importorskip("transformers")

import tokenizers as tk
import transformers as hf

ARCHITECTURES = ("bert", "roberta", "distilbert")
SPECIAL = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
SPECIAL |= {"mask_token": "[MASK]"}
LABELS = ("negative", "positive")
POSITIONS = 64


def corpus(n: int = 40) -> list[Instance]:
    """Reviews of the embedded corpus, with their labels."""
    lines = corpus_path().read_text("utf-8").splitlines()[:n]
    said = [json.loads(line) for line in lines]
    return [instance(one["text"], one["label"]) for one in said]


def word_piece() -> Any:
    """As BERT's: lower case, no accents."""
    made = tk.Tokenizer(tk.models.WordPiece(unk_token="[UNK]"))
    made.normalizer = tk.normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = tk.pre_tokenizers.BertPreTokenizer()
    made.decoder = tk.decoders.WordPiece()
    return made, tk.trainers.WordPieceTrainer


def byte_level() -> Any:
    """As RoBERTa's: a space belongs to the piece after it."""
    made = tk.Tokenizer(tk.models.BPE())
    made.pre_tokenizer = tk.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tk.decoders.ByteLevel()
    return made, tk.trainers.BpeTrainer


def unigram() -> Any:
    """As SentencePiece's: spaces are signs of their own."""
    made = tk.Tokenizer(tk.models.Unigram())
    made.pre_tokenizer = tk.pre_tokenizers.Metaspace()
    made.decoder = tk.decoders.Metaspace()
    return made, tk.trainers.UnigramTrainer


TOKENIZERS = {"bert": word_piece, "roberta": byte_level, "distilbert": unigram}


LIKE = {"mpnet": "roberta", "deberta": "roberta", "deberta-v2": "distilbert"}
LIKE |= {"squeezebert": "bert"}
"""Whose tokenizers are like those of others."""
DEBERTA = ("deberta", "deberta-v2")
CONFIGS = {
    "bert": hf.BertConfig,
    "roberta": hf.RobertaConfig,
    "mpnet": hf.MPNetConfig,
    "deberta": hf.DebertaConfig,
    "deberta-v2": hf.DebertaV2Config,
    "squeezebert": hf.SqueezeBertConfig,
}


@cache
def tokenizer(name: str) -> Any:
    """The fast tokenizer of an architecture, 800 pieces at most; only read and save it."""
    made, trainer = TOKENIZERS[name]()
    given: dict[str, Any] = {"vocab_size": 800, "show_progress": False}
    given["special_tokens"] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    if name == "roberta":
        given["initial_alphabet"] = tk.pre_tokenizers.ByteLevel.alphabet()
    if name == "distilbert":
        given["unk_token"] = "[UNK]"
    made.train_from_iterator([one.text for one in corpus(400)], trainer(**given))
    between = "[SEP] [SEP] $B [SEP]" if name == "roberta" else "[SEP] $B:1 [SEP]:1"
    made.post_processor = tk.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair=f"[CLS] $A {between}",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    typed = ["token_type_ids"] if name == "bert" else []
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=made, model_input_names=["input_ids", *typed, "attention_mask"], **SPECIAL
    )


def config(name: str, heads: int, labels: tuple[str, ...]) -> Any:
    """2 layers, 32 dimensions."""
    names = {"id2label": dict(enumerate(labels)), "label2id": {n: i for i, n in enumerate(labels)}}
    common: dict[str, Any] = {"vocab_size": 820, "pad_token_id": 0, "num_labels": len(labels)}
    if name == "distilbert":
        sizes = {"dim": 32, "n_layers": 2, "n_heads": heads, "hidden_dim": 48}
        return hf.DistilBertConfig(**common, **sizes, **names, max_position_embeddings=POSITIONS)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": heads}
    if name in DEBERTA:
        sizes |= {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}
        sizes |= {"position_biased_input": False, "max_relative_positions": POSITIONS}
    if name == "squeezebert":
        sizes |= {"embedding_size": 32}
    made = CONFIGS[name]
    # Their first position stands after their padding index
    spare = {"roberta": 1, "mpnet": 2}.get(name, 0)
    return made(
        **common,
        **sizes,
        **names,
        intermediate_size=48,
        max_position_embeddings=POSITIONS + spare,
        type_vocab_size=2 if name in ("bert", "squeezebert") else 1,
    )


def write(
    folder: Path, name: str, *, heads: int = 2, labels: tuple[str, ...] = LABELS, head: bool = True
) -> Path:
    """A folder with a model whose weights are larger than fresh ones, so that texts differ."""
    with torch.random.fork_rng([]):
        torch.manual_seed(1)
        kind = hf.AutoModelForSequenceClassification if head else hf.AutoModelForMaskedLM
        model = kind.from_config(config(name, heads, labels))
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 6 if weight.dim() > 1 else 1
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer(name if name in TOKENIZERS else LIKE[name]).save_pretrained(folder)
    return folder


def settings_of(folder: Path, **given: Any) -> Settings:
    """Settings of the kind on the CPU."""
    return Settings(kind="transformer", path=str(folder), device="cpu", **given)


def started(folder: Path, pair: bool = False, labels: tuple[str, ...] = LABELS) -> TrainedModel:
    """The folder's model as it is; each caller has its own."""
    model = _started(folder, pair, labels)
    return replace(model, module=copy.deepcopy(model.module))


@cache
def _started(folder: Path, pair: bool, labels: tuple[str, ...]) -> TrainedModel:
    settings = settings_of(folder)
    encoding = encoding_of("transformer").learn([], settings)
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        model = build(settings, encoding, labels, pair)
        model.module.start(labels)
    model.module.train(False)
    return model


def plain(folder: Path, **given: Any) -> tuple[Any, Any]:
    """The model and the tokenizer by the library alone."""
    auto = hf.AutoModelForSequenceClassification
    model = auto.from_pretrained(folder, attn_implementation="eager", **given).eval()
    return model, hf.AutoTokenizer.from_pretrained(folder)
