"""Training in progress on disk: one file, from which an interrupted run goes on.

The file is written beside itself and then renamed, after every epoch: a kill or a full disk leaves
that of the epoch before. It holds tensors and plain values only, and is read as such.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from db.errors import KonkyoError
from pipeline.files import write_whole

VERSION = 1


def store(path: Path, belongs: Mapping[str, str], state: Mapping[str, Any]) -> None:
    """Write the state of a training; `belongs` says of which (what is compared → its hash)."""
    buffer = io.BytesIO()
    torch.save({"version": VERSION, "belongs": dict(belongs), "state": dict(state)}, buffer)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise KonkyoError(f"{path.parent} cannot be made: {problem.strerror}") from problem
    write_whole(path, buffer.getvalue())


def restore(path: Path, belongs: Mapping[str, str]) -> dict[str, Any] | None:
    """What `store` wrote, on the CPU; None where there is nothing.

    A file that cannot be read, or belongs to another training, is said and left where it is.
    """
    if not path.exists():
        return None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:  # whoever trained beside us has just finished
        return None
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as problem:
        raise _unusable(path, "it cannot be read") from problem
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise _unusable(path, "it was written by another version of konkyo")
    other = [name for name, value in belongs.items() if found["belongs"].get(name) != value]
    if other:
        raise _unusable(path, f"it is of a training with another {' and '.join(other)}")
    state: dict[str, Any] = found["state"]
    return state


def _unusable(path: Path, why: str) -> KonkyoError:
    return KonkyoError(
        f"the interrupted training in {path} cannot be continued ({why}); delete the file to "
        "train from the start"
    )
