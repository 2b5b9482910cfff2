"""A small residual network over pictures, with attention over patches.

    h = stage3(stage2(stage1(stem(x)))),  α = softmax(v·tanh(W h)),  logits = O Σ_t α_t h_t

Residual blocks are those of He, Zhang, Ren & Sun (CVPR 2016), one a stage. Two things differ: the
summary is additive attention over patches (Bahdanau et al. 2015) rather than their plain mean, so
that a rationale can be read from it and taught; and all stages are equally wide.

Normalisation is by batches (Ioffe & Szegedy, ICML 2015), as theirs. Once trained it is a fixed
straight line for each channel, so a picture gets the same logits alone and among others, and the
network is linear in pieces. By groups of channels (Wu & He 2018) it would divide by each picture's
own contrast: the logits would hardly change on the way from the mean colour to the picture but at
its very beginning, embedding times gradient would sum to 0 whatever the network saw, and integrated
gradients would need hundreds of steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.additive import Additive
from pipeline.models.attending import attention_of, weighted_sum
from pipeline.models.base import ATTENTION, GRID, STATES, SUMMARY, Output, States
from pipeline.models.batches import Batch
from pipeline.models.decay import decay_groups
from pipeline.models.encoding import Encoding
from pipeline.models.patches import laid_out, standardised
from pipeline.models.pixels import Pixels
from pipeline.models.settings import Settings
from pipeline.models.steps import ThreeSteps, output_of

STEPS = 4
"""The stem and three stages: where the picture may be made smaller, down to one state a patch."""


class ResidualCNN(ThreeSteps):
    """Embeddings (B, U, K) in, `n_classes` logits out; see `Pixels` for the order of both axes."""

    encoding_class: ClassVar[type[Encoding]] = Pixels
    defaults: ClassVar[Mapping[str, Any]] = {
        "hidden_dim": 32,
        "epochs": 20,
        "patience": 8,
    }
    offers: ClassVar[frozenset[str]] = frozenset({ATTENTION, STATES, GRID, SUMMARY})

    mean: Tensor
    spread: Tensor

    def __init__(self, settings: Settings, pixels: Pixels, n_classes: int) -> None:
        super().__init__()
        width = settings.hidden_dim
        self.pixels = pixels
        self.register_buffer("mean", torch.tensor(pixels.mean), persistent=False)
        self.register_buffer("spread", torch.tensor(pixels.spread), persistent=False)
        first, *others = strides(pixels.patch)
        self.stem = nn.Sequential(
            _convolution(pixels.channels, width, first), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.stages = nn.Sequential(*(Block(width, stride) for stride in others))
        self.scorer = Additive(width, settings.attention_dim or width, 0)
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(width, n_classes)

    @classmethod
    def fresh(cls, settings: Settings, encoding: Pixels, n_classes: int, pair: bool) -> Self:
        """See `Kind`."""
        if settings.attention != Settings.attention or settings.vectors is not None:
            raise ConfigError(
                f"kind {settings.kind!r} reads pictures, and has neither word vectors nor another "
                "attention than the additive; leave [model] attention, attributes and vectors out"
            )
        for name in ("image_size", "grid"):
            asked, learned = getattr(settings, name), getattr(encoding, name)
            if asked not in (None, learned):
                raise ConfigError(
                    f"[model] {name} is {asked}, and the model's pictures were read with {learned}; "
                    "train the model again"
                )
        return cls(settings, encoding, n_classes)

    def embed(self, batch: Batch) -> Tensor:
        """(B, U, K): the colours of each patch, standardised per channel."""
        return standardised(batch, self.mean, self.spread)

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """A state for every patch: (B, U, H)."""
        states = self.stages(self.stem(self.pictures(embeddings)))
        return States(states.flatten(2).transpose(1, 2), None)

    def pictures(self, embeddings: Tensor) -> Tensor:
        """(B, C, S, S): the patches put together again."""
        return laid_out(embeddings, self.pixels)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """Scores, attention and logits from the states; `score_offset` is added to the scores."""
        found = attention_of(self.scorer(states, batch), batch.attended, score_offset)
        summary = self.dropout(weighted_sum(found.attention, states.hidden))
        return output_of(self.output(summary), summary, found, states, embeddings, batch)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weight decay everywhere but on attention."""
        return decay_groups(self.named_parameters(), weight_decay, "scorer.")


class Block(nn.Module):
    """ReLU(F(x) + shortcut(x)), F two convolutions; the shortcut is x where nothing shrinks.

    Every ReLU is a module of its own, so that DeepLIFT finds them.
    """

    def __init__(self, width: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            _convolution(width, width, stride), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.second = nn.Sequential(_convolution(width, width, 1), nn.BatchNorm2d(width))
        self.shortcut = nn.Identity() if stride == 1 else _shrinking(width, stride)
        self.last = nn.ReLU()

    def forward(self, states: Tensor) -> Tensor:
        """(B, H, S, S) → (B, H, S / stride, S / stride)."""
        found: Tensor = self.last(self.second(self.first(states)) + self.shortcut(states))
        return found


def strides(patch: int) -> tuple[int, ...]:
    """Four factors of `patch`, large ones first: by how much each step makes the picture smaller.

    Early shrinking is what lets pictures of 112 × 112 train on a CPU. 8 → 2, 2, 2, 1.
    """
    factors, left, number = [], patch, 2
    while left > 1:
        while left % number == 0:
            factors.append(number)
            left //= number
        number += 1
    factors.sort(reverse=True)
    while len(factors) > STEPS:
        factors.sort(reverse=True)
        factors.append(factors.pop() * factors.pop())
    return tuple(sorted(factors, reverse=True)) + (1,) * (STEPS - len(factors))


def _convolution(into: int, out: int, stride: int) -> nn.Conv2d:
    """3 × 3; of a stride above 2, as large as the stride, so that no pixel is passed over."""
    kernel, padding = (3, 1) if stride < 3 else (stride, 0)
    return nn.Conv2d(into, out, kernel, stride, padding, bias=False)


def _shrinking(width: int, stride: int) -> nn.Sequential:
    """A mean over each window, then 1 × 1: a bare stride would pass over most pixels."""
    joined = nn.Conv2d(width, width, 1, bias=False)
    return nn.Sequential(nn.AvgPool2d(stride), joined, nn.BatchNorm2d(width))
