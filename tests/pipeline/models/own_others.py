"""Models of one's own for tests that read pictures and rows."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from pipeline.models.features import Features
from pipeline.models.pixels import Pixels
from pipeline.models.settings import Settings


class Pictures(nn.Module):
    """Two convolutions, and attention over patches."""

    reads = "image"

    def __init__(self, settings: Settings, pixels: Pixels, n_classes: int) -> None:
        super().__init__()
        width = settings.hidden_dim
        self.layers = nn.Sequential(
            nn.Conv2d(pixels.channels, width, pixels.patch, pixels.patch),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.Tanh(),
        )
        self.attention = nn.Linear(width, 1)
        self.classify = nn.Linear(width, n_classes)

    def encode(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures)

    def score(self, states: Tensor) -> Tensor:
        return self.attention(states).squeeze(-1)


class Squashed(Pictures):
    """One state a picture rather than one a patch."""

    def encode(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures).mean((2, 3))


class Halved(Pictures):
    """Too few states."""

    def encode(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures)[..., ::2]


class Comparing(Pictures):
    """Looks at the other pictures of the batch."""

    def encode(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures - pictures.mean(0))


class Rows(nn.Module):
    """All features at once; each has weights of its own, so that their order matters."""

    reads = "row"

    def __init__(self, settings: Settings, features: Features, n_classes: int) -> None:
        super().__init__()
        width, numbers = settings.hidden_dim, len(features.read) * features.width
        self.classify = nn.Sequential(
            nn.Flatten(), nn.Linear(numbers, width), nn.ReLU(), nn.Linear(width, n_classes)
        )


class AttendedRows(nn.Module):
    """A state for every feature, by weights of its own, and attention over them."""

    reads = "row"

    def __init__(self, settings: Settings, features: Features, n_classes: int) -> None:
        super().__init__()
        width = settings.hidden_dim
        self.place = nn.Embedding(len(features.read), width)
        self.number = nn.Linear(features.width, width)
        self.attention = nn.Linear(width, 1)
        self.classify = nn.Linear(width, n_classes)

    def encode(self, values: Tensor) -> Tensor:
        return (self.number(values) * self.place.weight + self.place.weight).tanh()

    def score(self, states: Tensor) -> Tensor:
        return self.attention(states).squeeze(-1)


class ScoredRows(Rows):
    """Scores states that nothing makes."""

    def score(self, states: Tensor) -> Tensor:
        return states.sum(-1)


class Sounds(Rows):
    """Reads what no model here reads."""

    reads = "sound"


def made_rows(settings: Settings, features: Features, n_classes: int) -> nn.Module:
    """A factory that is no class."""
    return Rows(settings, features, n_classes)


made_rows.reads = "row"  # type: ignore[attr-defined]


class Textual(nn.Module):
    """Says of nothing what it reads, and lacks what a model of texts has."""

    def __init__(self, *_: Any) -> None:
        super().__init__()
        self.classify = nn.Linear(2, 2)


class Patchless(Pictures):
    """A model of pictures without states."""

    encode = None
