"""Small texts and small models that the tests of models, objectives and explainers share."""

from __future__ import annotations

import re

import numpy as np
import torch

from db.records import Instance, instance_id
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build
from pipeline.models.vocabulary import Vocabulary

SMALL = Settings(embedding_dim=5, hidden_dim=4, embedding_scale=1.0, device="cpu")
QUICK = Settings(embedding_dim=16, hidden_dim=8, learning_rate=2e-2, epochs=6, device="cpu")


def spans(text: str) -> np.ndarray:
    """Half-open spans of the words between blanks, int32 (T, 2)."""
    found = [match.span() for match in re.finditer(r"\S+", text)]
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def text(content: str, label: str | None = None, split: str | None = None) -> Instance:
    """A text, its tokens being the words between blanks."""
    name = instance_id("text", content)
    return Instance(name, "text", content, spans(content), label=label, split=split)


def pair(first: str, second: str, label: str | None = None) -> Instance:
    """A pair of texts."""
    return Instance(
        instance_id("pair", first, second),
        "pair",
        first,
        spans(first),
        text_pair=second,
        offsets_pair=spans(second),
        label=label,
    )


def small_model(
    instances: list[Instance], *, double: bool = False, n_classes: int = 3, seed: int = 0
) -> TrainedModel:
    """A model with random weights that knows the words of the instances."""
    vocabulary = Vocabulary.build([instance.tokens for instance in instances])
    labels = tuple(f"class {number}" for number in range(n_classes))
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model = build(SMALL, vocabulary, labels, any(one.kind == "pair" for one in instances))
    if double:
        model.module.to(torch.float64)
    model.module.train(False)
    return model


def reviews(count: int = 60) -> list[Instance]:
    """Texts that say "good" or "bad" once, among words that say nothing."""
    random = np.random.default_rng(0)
    filler = ["the", "soup", "table", "was", "we", "came", "on", "monday", "with", "friends"]
    found = []
    for number in range(count):
        words = random.choice(filler, size=random.integers(4, 9)).tolist()
        label = "positive" if number % 2 else "negative"
        words.insert(random.integers(0, len(words) + 1), "good" if number % 2 else "bad")
        found.append(
            text(" ".join([*words, f"no{'abcdefghij'[number % 10]}{number // 10}"]), label)
        )
    return found
