"""A trained model on disk: one folder, whole or not there.

`weights.pt` (tensors only), `vocabulary.json`, and `settings.json`, which also holds the hashes
of the other two, so that a damaged file is noticed rather than used.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from db.errors import KonkyoError, NotFound
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, choose_device
from pipeline.models.vocabulary import Vocabulary

WEIGHTS = "weights.pt"
VOCABULARY = "vocabulary.json"
SETTINGS = "settings.json"
VERSION = 1


def save(model: TrainedModel, folder: Path) -> None:
    """Write the model to `folder`, taking the place of a model that is there.

    Everything is written beside it first and then renamed: whatever happens in between, what is
    found under the folder's name is a whole model or nothing.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        new, old = Path(beside) / "new", Path(beside) / "old"
        new.mkdir()
        _write(model, new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)


def _write(model: TrainedModel, folder: Path) -> None:
    weights = {name: value.cpu() for name, value in model.module.state_dict().items()}
    torch.save(weights, folder / WEIGHTS)
    model.vocabulary.save(folder / VOCABULARY)
    about = {
        "version": VERSION,
        "settings": model.settings.as_mapping(),
        "labels": model.labels,
        "pair": model.pair,
        "sha256": {name: _hash(folder / name) for name in (WEIGHTS, VOCABULARY)},
    }
    (folder / SETTINGS).write_text(json.dumps(about, indent=2, ensure_ascii=False), "utf-8")


def load(folder: Path, device: str = "auto") -> TrainedModel:
    """The model that `save` wrote, on the device asked for, wherever it was trained."""
    if not folder.is_dir():
        raise NotFound(f'there is no model in {folder}; run "konkyo train" again')
    about = _about(folder / SETTINGS)
    for name, expected in about["sha256"].items():
        if _hash(folder / name) != expected:
            raise _damaged(folder / name, "its content is not what was saved")
    settings = Settings.from_mapping(about["settings"])
    vocabulary = Vocabulary.load(folder / VOCABULARY)
    with torch.random.fork_rng([]):  # fresh weights are drawn, only to be replaced
        model = build(settings, vocabulary, tuple(about["labels"]), about["pair"])
    try:
        model.module.load_state_dict(_weights(folder / WEIGHTS))
    except RuntimeError as problem:
        raise _damaged(folder / WEIGHTS, "it does not fit settings.json") from problem
    model.module.train(False)
    model.module.to(choose_device(device))
    return model


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise _damaged(path, str(problem)) from problem
    needed = {"version", "settings", "labels", "pair", "sha256"}
    if not isinstance(about, dict) or not needed <= about.keys():
        raise _damaged(path, "something in it is missing")
    if about["version"] != VERSION:
        raise KonkyoError(
            f"{path} was written by another version of konkyo (format {about['version']}, this "
            f"one reads {VERSION}); train the model again"
        )
    return about


def _weights(path: Path) -> Mapping[str, Any]:
    try:
        weights: Mapping[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as problem:
        raise _damaged(path, "it holds no weights") from problem
    return weights


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as problem:
        raise _damaged(path, os.strerror(problem.errno or 0)) from problem


def _damaged(path: Path, why: str) -> KonkyoError:
    return KonkyoError(f"{path} cannot be used ({why}); train the model again")
