"""Class images of digits: how many are nearest to the mean of their own class, by prior and model.

    python benchmarks/bench_inverse.py [--sheet FILE.png] [--seeds N] [--kind KIND] [--prior PRIOR]

A residual network reads the 8 × 8 pictures in grey values, an MLP reads 64 pixels of 0 and 1 as a
row. Each seed draws another split and other weights. `--sheet` writes the pictures of the first seed,
a row for each model and prior; `--kind` and `--prior` (repeat for several) measure less.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from db.records import Instance
from pipeline.class_images import nearest, prior_of
from pipeline.corpus.embedded import digits
from pipeline.formats.instances import image_instance, row_instance
from pipeline.inverse import PRIORS
from pipeline.inverse.infer import InverseSettings, class_images
from pipeline.inverse.opening import inputs_of, opened
from pipeline.models import MODELS
from pipeline.models.settings import Settings
from pipeline.models.trained import frozen
from pipeline.models.training import fit


def pictures() -> list[Instance]:
    from io import BytesIO

    from PIL import Image

    made = []
    for levels, digit in zip(*digits(), strict=True):
        file = BytesIO()
        Image.fromarray(levels).save(file, "PNG")
        made.append(image_instance(file.getvalue(), {"label": str(digit)}))
    return list({one.id: one for one in made}.values())


def pixel_rows() -> list[Instance]:
    made = {}
    for levels, digit in zip(*digits(), strict=True):
        on = (levels.ravel() >= 128).astype(float).tolist()
        one = row_instance(
            {f"pixel {n}": value for n, value in enumerate(on)}, {"label": str(digit)}
        )
        made.setdefault(one.id, one)
    return list(made.values())


def images_of(model: Any, data: list[Instance], prior: str, seed: int) -> tuple[Any, int, float]:
    """(10, 64), how many are nearest to their own mean, seconds of the inference alone."""
    with frozen(model):
        opening, inputs = opened(model), inputs_of(model, data)
        learned = prior_of(prior, inputs, seed)
        began = time.perf_counter()
        made = class_images(opening, 10, learned, InverseSettings(seed=seed))
        seconds = time.perf_counter() - began
    own = sum(label == near for label, near in nearest(model, made, inputs.numpy(), data).items())
    return np.stack([one.m.ravel() for one in made]), own, seconds


def sheet(rows: list[Any], path: Path, times: int = 8, gap: int = 4) -> None:
    from PIL import Image

    side = 8 * times + gap
    page = np.full((len(rows) * side + gap, 10 * side + gap), 90, np.uint8)
    for down, images in enumerate(rows):
        for across, image in enumerate(images):
            levels = np.round(image.reshape(8, 8) * 255).astype(np.uint8)
            top, left = gap + down * side, gap + across * side
            page[top : top + 8 * times, left : left + 8 * times] = np.kron(
                levels, np.ones((times, times), np.uint8)
            )
    Image.fromarray(page).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kind", action="append", choices=("residual_cnn", "mlp"))
    parser.add_argument("--prior", action="append", choices=list(PRIORS))
    given = parser.parse_args()
    priors = given.prior or ["flat", "means", "boltzmann"]
    shown = []
    for kind, data in (("residual_cnn", pictures()), ("mlp", pixel_rows())):
        if given.kind and kind not in given.kind:
            continue
        right: dict[str, list[int]] = {name: [] for name in priors}
        for seed in range(given.seeds):
            start = Settings(kind=kind, device="cpu")
            fitted = fit(data, settings=replace(start, **MODELS.load(kind).defaults), seed=seed)
            held = set(fitted.split.test)
            known = [one for one in data if one.id not in held]
            said = []
            for prior in priors:
                found, own, seconds = images_of(fitted.model, known, prior, seed)
                right[prior].append(own)
                said.append(f"{prior} {own}/10 ({seconds:.1f} s)")
                if seed == 0:
                    shown.append(found)
            accuracy = fitted.metrics["test_accuracy"]
            print(
                f"{kind} seed {seed}, test accuracy {accuracy:.3f}: {', '.join(said)}", flush=True
            )
        for prior in priors:
            print(f"{kind} {prior}: {np.mean(right[prior]):.1f} of 10 nearest to their own mean")
    if given.sheet:
        sheet(shown, given.sheet)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
