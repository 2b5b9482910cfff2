"""A model of the user's own kind, tried out on a small batch before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.adapted import Adapted
from pipeline.models.adapted_image import AdaptedImage
from pipeline.models.adapted_row import AdaptedRow, AdaptedWholeRow
from pipeline.models.base import States
from pipeline.models.batches import Batch
from pipeline.models.encoding import Encoding
from pipeline.models.features import Features
from pipeline.models.own import load_factory
from pipeline.models.pixels import Pixels
from pipeline.models.settings import Settings
from pipeline.models.trial_batches import trial_batches
from pipeline.models.vocabulary import Vocabulary

NEEDED = {
    "text": ("embed", "encode", "classify"),
    "image": ("encode", "classify"),
    "row": ("classify",),
}
TOLERANCE = 1e-4
"""What padding may change of a logit, absolute and relative: rounding of any sound module."""


def adapted(settings: Settings, encoding: Encoding, n_classes: int, pair: bool) -> Adapted:
    """The model that the factory named in `settings.kind` makes, tried out on a small batch."""
    kind = settings.kind
    if settings.attention != "additive" or settings.attributes:
        raise ConfigError(
            f"kind {kind!r} brings its own attention; leave [model] attention and attributes out"
        )
    if settings.vectors is not None and not isinstance(encoding, Vocabulary):
        raise ConfigError(f"kind {kind!r} reads no words; leave [model] vectors out")
    module = _module(settings, encoding, n_classes)
    _check_parts(kind, module, encoding)
    made = _wrapped(kind, module, encoding)
    _try_out(made, encoding, n_classes, pair)
    return made


def _module(settings: Settings, encoding: Encoding, n_classes: int) -> Any:
    """What the factory returns."""
    factory = load_factory(settings.kind)
    given = len(encoding) if isinstance(encoding, Vocabulary) else encoding
    try:
        return factory(settings, given, n_classes)
    except Exception as problem:
        name = given if isinstance(given, int) else type(given).__name__.lower()
        called = f"calling it with (settings, {name}, {n_classes}) failed"
        said = f"{called}: {type(problem).__name__}: {problem}"
        raise _unfit(settings.kind, said) from problem


def _check_parts(kind: str, module: object, encoding: Encoding) -> None:
    if not isinstance(module, nn.Module):
        raise _unfit(kind, f"it returned {type(module).__name__}, not a torch.nn.Module")
    needed = NEEDED[_reads(encoding)]
    missing = [name for name in needed if not _has(module, name)]
    if missing:
        raise _unfit(kind, f"the module has no {' and no '.join(missing)}")
    if _has(module, "score") and not _has(module, "encode"):
        raise _unfit(kind, "the module has a score and no encode, whose states it would score")
    if next(module.parameters(), None) is None:
        raise _unfit(kind, "the module has no weights to train")


def _reads(encoding: Encoding) -> str:
    return "row" if isinstance(encoding, Features) else encoding.kinds[0]


def _has(module: object, name: str) -> bool:
    return callable(getattr(module, name, None))


def _wrapped(kind: str, module: Any, encoding: Encoding) -> Adapted:
    if isinstance(encoding, Pixels):
        return AdaptedImage(kind, module, encoding)
    if isinstance(encoding, Features):
        return AdaptedRow(kind, module) if _has(module, "encode") else AdaptedWholeRow(kind, module)
    return Adapted(kind, module)


def _try_out(model: Adapted, encoding: Encoding, n_classes: int, pair: bool) -> None:
    """Shapes step by step, and that an instance gets the same logits alone and among others.

    Weights, running means and seeds stay as they are.
    """
    was = model.training
    model.train(False)
    with torch.random.fork_rng([]), torch.no_grad():
        batches = trial_batches(encoding, pair)
        alone = _steps(model, batches.alone, n_classes)
        together = _steps(model, batches.together, n_classes)
    model.train(was)
    if not torch.allclose(alone[0], together[0], atol=TOLERANCE, rtol=TOLERANCE):
        off = float((alone[0] - together[0]).abs().max())
        raise _unfit(model.kind, _leaks(encoding, off))


def _leaks(encoding: Encoding, off: float) -> str:
    if isinstance(encoding, Vocabulary):
        return (
            f"padding changes what it predicts (logits by {off:.2g}); encode must not let the "
            "positions where parts is 0 reach the others"
        )
    return (
        f"what stands beside an instance in its batch changes what is predicted of it (logits by "
        f"{off:.2g}); outside of training each must be read by itself"
    )


def _steps(model: Adapted, batch: Batch, n_classes: int) -> Tensor:
    """The logits of a batch, each step's shape checked."""
    rows, width = batch.ids.shape
    embedded = _step(model.kind, "embed", lambda: model.embed(batch), (rows, width, None))
    _step(model.kind, "encode", lambda: model.read(embedded, batch), model.shape(batch))
    states = States(model.encode(embedded, batch).hidden, None)
    if _has(model.module, "score"):
        _step(model.kind, "score", lambda: model.scores_of(states), (rows, width))
    return _step(
        model.kind,
        "classify",
        lambda: model.attend(states, embedded, batch).logits,
        (rows, n_classes),
    )


def _step(kind: str, name: str, call: Callable[[], Any], shape: tuple[int | None, ...]) -> Tensor:
    """What a step returns; `None` in a shape is any size."""
    wanted = ", ".join("any" if size is None else str(size) for size in shape)
    try:
        found = call()
    except Exception as problem:
        raise _unfit(kind, f"{name} failed: {type(problem).__name__}: {problem}") from problem
    sizes = tuple(found.shape) if isinstance(found, Tensor) else None
    fits = sizes is not None and len(sizes) == len(shape)
    if not fits or any(w not in (None, s) for s, w in zip(sizes or (), shape, strict=True)):
        given = type(found).__name__ if sizes is None else f"a tensor of shape {sizes}"
        raise _unfit(kind, f"{name} returned {given}, not one of shape ({wanted})")
    return torch.as_tensor(found)


def _unfit(kind: str, why: str) -> ConfigError:
    return ConfigError(
        f"[model] kind {kind!r} makes no model: {why}. What it must return is in docs/models.md"
    )
