"""A seed for each instance, so that an instance's randomness depends on nothing around it."""

from __future__ import annotations

import hashlib

import numpy as np


def instance_generator(seed: int, purpose: str, instance_id: str) -> np.random.Generator:
    """The same draws for the same seed, purpose and instance: alone, in a batch, or resumed."""
    digest = hashlib.sha256(f"{seed}\n{purpose}\n{instance_id}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
