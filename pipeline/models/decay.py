"""Which weights decay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn


def decay_groups(
    named: Iterable[tuple[str, nn.Parameter]], weight_decay: float, attention: str = "attention_"
) -> list[dict[str, Any]]:
    """Parameter groups for the optimiser: decayed, and those whose name begins as attention's."""
    parameters = list(named)
    return [
        {
            "params": [value for name, value in parameters if name.startswith(attention) == free],
            "weight_decay": 0.0 if free else weight_decay,
        }
        for free in (False, True)
    ]
