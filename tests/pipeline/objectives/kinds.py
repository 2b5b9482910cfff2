"""Small models of every kind of unit, with data and marks of people, to try objectives on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from db.ragged import Ragged
from db.records import Instance, Marks
from pipeline.formats.instances import image_instance, row_instance
from pipeline.models.batches import HumanTarget
from pipeline.models.settings import Settings
from pipeline.patch_marks import in_units_of_model
from tests.pipeline.models import pretrained
from tests.pipeline.models.support import SMALL

KINDS = ("bilstm_attention", "transformer", "residual_cnn", "mlp")
SIDE, GRID, N = 8, 4, 14


@dataclass(frozen=True, eq=False)
class Tried:
    """`human`: marks over the units of the model, of all instances but every fifth."""

    settings: Settings
    data: Sequence[Instance]
    human: Mapping[str, HumanTarget]


def tried(kind: str, folder: Path) -> Tried:
    """One step or two of training; `folder`: of a small BERT."""
    small = {"epochs": 1, "batch_size": 8, "device": "cpu"}
    if kind == "residual_cnn":
        settings = Settings(kind=kind, hidden_dim=4, grid=GRID, **small)
        return Tried(settings, *_pictures(settings))
    if kind == "mlp":
        return Tried(Settings(kind=kind, hidden_dim=4, **small), *_rows())
    data = [replace(one, label="xy"[n % 2]) for n, one in enumerate(pretrained.corpus(N))]
    human = {one.id: _every_second(one.n_tokens) for one in _asked(data)}
    if kind == "transformer":
        return Tried(pretrained.settings_of(folder, epochs=1, batch_size=8), data, human)
    return Tried(Settings(**{**vars(SMALL), "kind": kind, **small}), data, human)


def _pictures(settings: Settings) -> tuple[list[Instance], dict[str, HumanTarget]]:
    """Noise, bright above or below; one person marked the bright half, pixel by pixel."""
    random = np.random.default_rng(0)
    data, bright = [], []
    for number in range(N):
        half = np.zeros((SIDE, SIDE), dtype=bool)
        half[: SIDE // 2] = number % 2 == 0
        half[SIDE // 2 :] = number % 2 == 1
        levels = (random.integers(0, 90, (SIDE, SIDE)) + 150 * half).astype(np.uint8)
        file = BytesIO()
        Image.fromarray(levels).save(file, "PNG")
        data.append(image_instance(file.getvalue(), {"label": ("above", "below")[number % 2]}))
        bright.append(half.ravel())
    places = [number for number in range(N) if number % 5]
    marks = Marks(
        instance_ids=tuple(one.id for one in data),
        worker_ids=("one",),
        instance=np.array(places),
        worker=np.zeros(len(places), dtype=np.int64),
        masks=Ragged.from_rows([bright[number] for number in places], "uint8"),
        persons_known=True,
    )
    seen = in_units_of_model(marks, data, settings)
    pairs = zip(places, seen.masks, strict=True)
    return data, {data[n].id: HumanTarget(mask.astype(np.float32)) for n, mask in pairs}


def _rows() -> tuple[list[Instance], dict[str, HumanTarget]]:
    random = np.random.default_rng(0)
    values = random.normal(size=(N, 3)) + (np.arange(N) % 2)[:, None]
    data = [
        row_instance(dict(zip("abc", row.tolist(), strict=True)), {"label": "xy"[number % 2]})
        for number, row in enumerate(values)
    ]
    return data, {one.id: _every_second(3) for one in _asked(data)}


def _asked(data: Sequence[Instance]) -> list[Instance]:
    return [one for number, one in enumerate(data) if number % 5]


def _every_second(n: int) -> HumanTarget:
    return HumanTarget((np.arange(n) % 2 == 0).astype(np.float32))
