"""Cosine out-of-distribution score: how little an instance points where any class does.

    logits = s·cosθ_c,  cosθ_c = w_c·f / (‖w_c‖ ‖f‖),  s = exp(BN(v·f + b)),  score = −max_c cosθ_c

Techapanurak, Suganuma & Okatani, "Hyperparameter-Free Out-of-Distribution Detection Using Cosine
Similarity", ACCV 2020. They train the whole network so; ours learns w, v and b on the features of a
network that is trained already. On digits it was not better than `margin`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.adam import adam

from pipeline.acquisition.base import FEATURES, Floats, Learned, Pool
from pipeline.models.threads import threads_for


@dataclass(frozen=True)
class CosineOOD:
    """In [−1, 1]. `epochs` and `rate` of Adam, over all of what was learned at once."""

    epochs: int = 200
    rate: float = 0.01

    name: ClassVar[str] = "cosine_ood"
    reads: ClassVar[frozenset[str]] = frozenset({FEATURES})

    def scores(self, pool: Pool, seed: int) -> Floats:
        """The same for a seed, however many processors there are: a head is learned on one thread."""
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
            parameters = list(head.parameters())
            step = adam_of(parameters, self.rate)
            with threads_for(head, features.device):
                for _ in range(self.epochs):
                    loss = nn.functional.cross_entropy(head(features), labels)
                    step(torch.autograd.grad(loss, parameters))
        head.train(False)
        return head


def adam_of(parameters: list[nn.Parameter], rate: float) -> Callable[[Sequence[Tensor]], None]:
    """A step of Adam (Kingma & Ba, 2015) by gradients, torch's own and with its defaults.

    `torch.optim.Adam` does the same to the bit and first loads torch's compiler, which takes longer
    than all the epochs of a head.
    """
    first, second = ([torch.zeros_like(one) for one in parameters] for _ in range(2))
    steps = [torch.zeros(()) for _ in parameters]

    def step(gradients: Sequence[Tensor]) -> None:
        with torch.no_grad():
            adam(
                list(parameters), list(gradients), first, second, [], steps,
                amsgrad=False, beta1=0.9, beta2=0.999, lr=rate, weight_decay=0, eps=1e-8,
                maximize=False,
            )  # fmt: skip

    return step


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
