"""Digits as pictures, and a small network that knows them."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits

from db.records import Instance
from pipeline.formats.instances import image_instance
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel
from pipeline.models.training import fit

NETWORK = Settings(
    kind="residual_cnn", hidden_dim=8, learning_rate=5e-3, epochs=4, batch_size=16, device="cpu"
)


def png(levels: np.ndarray) -> bytes:
    """uint8, shape (rows, columns) or (rows, columns, channels) → a PNG file."""
    file = BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def picture(levels: np.ndarray, label: str | None = None) -> Instance:
    return image_instance(png(levels), {"label": label})


@cache
def digits(n: int) -> tuple[Instance, ...]:
    """The first digits 0, 1 and 2 of scikit-learn's, 8 × 8 pixels in grey."""
    data = load_digits(n_class=3)
    levels = (data.images * (255 / 16)).round().astype(np.uint8)
    return tuple(picture(x, str(y)) for x, y in zip(levels[:n], data.target[:n], strict=True))


@cache
def trained(n: int = 240) -> TrainedModel:
    """Trained on one thread, since a model this small gains nothing from two."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = fit(digits(n), settings=NETWORK).model
        model.module.train(False)
        return model
    finally:
        torch.set_num_threads(threads)
