"""In which precision the passes of training are computed. Weights and losses stay float32."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def in_bfloat16(wanted: str, device: torch.device) -> bool:
    """Whether "auto", "float32" or "bfloat16" means bfloat16 on this device."""
    if wanted == "auto":
        return device.type == "cuda" and torch.cuda.is_bf16_supported()
    return wanted == "bfloat16"


def passes(wanted: str, device: torch.device) -> AbstractContextManager[object]:
    """The context of a forward pass; outside it, and for "float32", nothing changes.

    Micikevicius et al., "Mixed Precision Training", ICLR 2018; bfloat16 has the range of float32,
    so that no loss is scaled.
    """
    if in_bfloat16(wanted, device):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
