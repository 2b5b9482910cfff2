"""A model of one's own for tests: a window of three tokens, and attention with a query."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pipeline.models.settings import Settings


class Window(nn.Module):
    """Reads the second text too, through its mean."""

    def __init__(self, settings: Settings, n_words: int, n_classes: int) -> None:
        super().__init__()
        width = settings.embedding_dim
        self.embed = nn.Embedding(n_words, width, padding_idx=0)
        self.window = nn.Conv1d(width, width, 3, padding=1)
        self.second = nn.Linear(width, width)
        self.attention = nn.Linear(width, 1)
        self.classify = nn.Linear(width, n_classes)

    def encode(self, embeddings: Tensor, parts: Tensor) -> Tensor:
        first, second = ((parts == part)[..., None] for part in (1, 2))
        states = self.window((embeddings * first).transpose(1, 2)).transpose(1, 2)
        mean = (embeddings * second).sum(1) / second.sum(1).clamp(min=1)
        return (states + self.second(mean)[:, None]).tanh()

    def score(self, states: Tensor) -> Tensor:
        return self.attention(states).squeeze(-1)


class Mean(nn.Module):
    """No attention, and embeddings that are no table."""

    def __init__(self, settings: Settings, n_words: int, n_classes: int) -> None:
        super().__init__()
        self.numbers = nn.Parameter(torch.randn(n_words, 2))
        self.classify = nn.Linear(2, n_classes)

    def embed(self, ids: Tensor) -> Tensor:
        return self.numbers[ids]

    def encode(self, embeddings: Tensor, parts: Tensor) -> Tensor:
        return embeddings


class Leaking(Mean):
    """Counts padding among the tokens."""

    def encode(self, embeddings: Tensor, parts: Tensor) -> Tensor:
        return embeddings + parts.shape[1]


class Misshapen(Mean):
    """One state a text rather than one a token."""

    def encode(self, embeddings: Tensor, parts: Tensor) -> Tensor:
        return embeddings.mean(1)


class Failing(Mean):
    """Cannot read."""

    def encode(self, embeddings: Tensor, parts: Tensor) -> Tensor:
        raise ValueError("no idea")


class Scoreless(Mean):
    """Two scores a token."""

    def score(self, states: Tensor) -> Tensor:
        return states


class Partless(nn.Linear):
    """A module that is no model of texts."""

    def __init__(self, *_: Any) -> None:
        super().__init__(2, 2)


class Weightless(nn.Module):
    """Nothing to train."""

    def __init__(self, *_: Any) -> None:
        super().__init__()
        self.embed = self.encode = self.classify = nn.Identity()


def words(*_: Any) -> str:
    return "no module"


def broken(*_: Any) -> nn.Module:
    raise RuntimeError("out of ideas")


NUMBER = 3
