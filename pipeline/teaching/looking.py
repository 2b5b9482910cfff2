"""What a run's attention is like by itself: how spread out, and how near to gradients.

Neither end of either is better: agreement with gradients is not agreement with people, and may rise
while that falls (`analysis.explained.agreement`). Read both beside alignment.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.arrays import Floats
from analysis.explained.maps import entropy, kendall
from db.records import Instance
from pipeline.attention_gradient import attention_and_gradient
from pipeline.models.trained import TrainedModel

KENDALL, ENTROPY = "attention_gradient_kendall", "attention_entropy"


def looking(model: TrainedModel, data: Sequence[Instance]) -> dict[str, Floats]:
    """Kendall's tau-b of attention and gradients, −1 to 1, and entropy of attention / log T, 0 to
    1: shape (n,) each, over the first text without special tokens.

    NaN for a single unit, and the former where either map is the same everywhere. Derivatives are
    taken with attention held fixed (Jain & Wallace 2019).
    """
    maps = attention_and_gradient(model, data)
    return {
        KENDALL: kendall(maps.attention, maps.gradient),
        ENTROPY: entropy(maps.attention),
    }
