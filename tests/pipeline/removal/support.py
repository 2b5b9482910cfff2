"""A model whose probabilities are known by construction.

Its states are tanh(tanh(e_t)) of one embedding number a word, its attention is the same on every
token, and its two logits are ±SCALE times the mean state. So with g words "good" and b words
"bad" among T tokens

    p(class 0) = sigmoid(2 · SCALE · STATE · (g − b) / T)
"""

from __future__ import annotations

import math

import torch

from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build
from pipeline.models.vocabulary import Vocabulary

SCALE = 6.0
STATE = math.tanh(math.tanh(3.0))
WORDS = ("good", "bad", "the", "film", "was", "so", "dull")
EMBEDDINGS = {"good": 3.0, "bad": -3.0}
LARGE = 50.0


def known_model() -> TrainedModel:
    """On the CPU; words other than "good" and "bad", and the unknown one, count nothing."""
    settings = Settings(embedding_dim=1, hidden_dim=1, device="cpu")
    model = build(settings, Vocabulary(WORDS), ("positive", "negative"), pair=False)
    state = {name: torch.zeros_like(value) for name, value in model.module.state_dict().items()}
    for number, word in enumerate(WORDS):
        state["embedding.weight"][number + 2] = EMBEDDINGS.get(word, 0.0)
    # Gates in torch's order: input open, forget shut, cell reads the embedding, output open.
    state["encoder.forwards.weight_ih_l0"][2] = 1.0
    state["encoder.forwards.bias_ih_l0"][:] = torch.tensor([LARGE, -LARGE, 0.0, LARGE])
    state["output.weight"][:, 0] = torch.tensor([SCALE, -SCALE])
    model.module.load_state_dict(state)
    model.module.train(False)
    return model


def probability(good: int, bad: int, tokens: int) -> float:
    """Of class 0, by the formula above."""
    return 1 / (1 + math.exp(-2 * SCALE * STATE * (good - bad) / tokens))
