"""Cosine out-of-distribution score: how little an instance points where any class does.

    logits = s·cosθ_c,  cosθ_c = w_c·f / (‖w_c‖ ‖f‖),  s = exp(BN(v·f + b)),  score = −max_c cosθ_c

Techapanurak, Suganuma & Okatani, "Hyperparameter-Free Out-of-Distribution Detection Using Cosine
Similarity", ACCV 2020. They train the whole network so; ours learns w, v and b on the features of a
network that is trained already. On digits it was not better than `margin`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.acquisition.base import FEATURES, Floats, Learned, Pool


@dataclass(frozen=True)
class CosineOOD:
    """In [−1, 1]. `epochs` and `rate` of Adam, over all of what was learned at once."""

    epochs: int = 200
    rate: float = 0.01

    name: ClassVar[str] = "cosine_ood"
    reads: ClassVar[frozenset[str]] = frozenset({FEATURES})

    def scores(self, pool: Pool, seed: int) -> Floats:
        """The same for a seed."""
        if pool.features is None or pool.learned is None:
            raise ValueError("cosine_ood reads features")
        head = self._head(pool.learned, pool.probabilities.shape[1], seed)
        with torch.no_grad():
            cosines = head.cosines(torch.from_numpy(pool.features).float())
        return np.asarray(-cosines.amax(dim=1).double().numpy())

    def _head(self, learned: Learned, n_classes: int, seed: int) -> Head:
        features = torch.from_numpy(learned.features).float()
        labels = torch.from_numpy(learned.labels)
        with torch.random.fork_rng([]), torch.enable_grad():
            torch.manual_seed(seed)
            head = Head(features.shape[1], n_classes)
            optimiser = torch.optim.Adam(head.parameters(), self.rate)
            for _ in range(self.epochs):
                loss = nn.functional.cross_entropy(head(features), labels)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
        head.train(False)
        return head


class Head(nn.Module):
    """Scaled cosines of features, (N, H) → (N, C)."""

    def __init__(self, n_features: int, n_classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_classes, n_features) / n_features**0.5)
        self.scale = nn.Linear(n_features, 1)
        self.norm = nn.BatchNorm1d(1)

    def cosines(self, features: Tensor) -> Tensor:
        """cosθ, (N, C), in [−1, 1]."""
        return nn.functional.normalize(features) @ nn.functional.normalize(self.weight).T

    def forward(self, features: Tensor) -> Tensor:
        """s·cosθ."""
        scale: Tensor = self.norm(self.scale(features)).exp()
        return scale * self.cosines(features)
