"""A trained model on disk: one folder, whole or not there.

`weights.pt` (tensors only), what the model reads instances with (`vocabulary.json`, `pixels.json`,
…), and `settings.json`, which also holds the hashes of the other two, so that a damaged file is noticed rather than used. `train` adds
`evaluation.json`, which nothing here reads: the confusion matrix and the reliability table.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from db.errors import KonkyoError, NotFound
from pipeline.models.own import code_hash, home, is_own, make_findable
from pipeline.models.settings import Settings
from pipeline.models.trained import TrainedModel, build, choose_device, encoding_of

WEIGHTS = "weights.pt"
SETTINGS = "settings.json"
EVALUATION = "evaluation.json"
VERSION = 1


def save(model: TrainedModel, folder: Path, evaluation: str = "") -> None:
    """Write the model to `folder`, taking the place of a model that is there.

    Everything is written beside it first and then renamed: whatever happens in between, what is
    found under the folder's name is a whole model or nothing. `evaluation`: see `judgement`.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            new, old = Path(beside) / "new", Path(beside) / "old"
            new.mkdir()
            _write(model, new, evaluation)
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
    except OSError as problem:
        raise KonkyoError(f"the model {folder} cannot be written: {problem.strerror}") from problem


def _write(model: TrainedModel, folder: Path, evaluation: str) -> None:
    weights = {name: value.cpu() for name, value in model.module.state_dict().items()}
    buffer = io.BytesIO()  # torch's own writer says nothing useful of a full disk
    torch.save(weights, buffer)
    (folder / WEIGHTS).write_bytes(buffer.getbuffer())
    file = model.encoding.file
    (folder / file).write_text(model.encoding.written(), encoding="utf-8")
    about = {
        "version": VERSION,
        "settings": model.settings.as_mapping(),
        "labels": model.labels,
        "pair": model.pair,
        "sha256": {name: _hash(folder / name) for name in (WEIGHTS, file)},
    }
    if is_own(model.settings.kind):
        about["code"] = code_hash(model.settings.kind)
    (folder / SETTINGS).write_text(json.dumps(about, indent=2, ensure_ascii=False), "utf-8")
    if evaluation:
        (folder / EVALUATION).write_text(evaluation, "utf-8")


def load(folder: Path, device: str = "auto") -> TrainedModel:
    """The model that `save` wrote, on the device asked for, wherever it was trained."""
    if not folder.is_dir():
        raise NotFound(f'there is no model in {folder}; run "konkyo train" again')
    about = _about(folder / SETTINGS)
    for name, expected in about["sha256"].items():
        if _hash(folder / name) != expected:
            raise _damaged(folder / name, "its content is not what was saved")
    settings = Settings.from_mapping(about["settings"])
    _check_code(settings.kind, folder, about.get("code"))
    read_by = encoding_of(settings.kind)
    encoding = read_by.load(folder / read_by.file)
    with torch.random.fork_rng([]):  # fresh weights are drawn, only to be replaced
        model = build(settings, encoding, tuple(about["labels"]), about["pair"])
    weights = _weights(folder / WEIGHTS)
    _check_shapes(weights, model, folder)
    try:
        model.module.load_state_dict(weights)
    except RuntimeError as problem:
        raise _damaged(folder / WEIGHTS, "it does not fit settings.json") from problem
    model.module.train(False)
    model.module.to(choose_device(device))
    return model


def _check_code(kind: str, folder: Path, trained_with: str | None) -> None:
    """A model of the user's own kind is the code that trained it, or none."""
    make_findable(kind, home(folder))
    if is_own(kind) and code_hash(kind) != trained_with:
        module = kind.partition(":")[0]
        raise KonkyoError(
            f"the module {module} has changed since the model in {folder} was trained; put it "
            "back as it was, or train again"
        )


def _check_shapes(weights: Mapping[str, Any], model: TrainedModel, folder: Path) -> None:
    """Weights of another vocabulary or shape, by name."""
    for name, made in model.module.state_dict().items():
        given = weights.get(name)
        if not isinstance(given, torch.Tensor) or given.shape == made.shape:
            continue
        if name == "embedding.weight" and given.shape[1:] == made.shape[1:]:
            raise _damaged(
                folder / WEIGHTS,
                f"it is of a vocabulary of {len(given)} words and special tokens, and "
                f"{model.encoding.file} has {len(made)}",
            )
        sizes = f"{name} has shape {tuple(given.shape)}, the settings make {tuple(made.shape)}"
        raise _damaged(folder / WEIGHTS, f"it does not fit settings.json: {sizes}")


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
