"""A model of the user's own kind, tried out on a small batch before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.adapted import Adapted
from pipeline.models.base import States
from pipeline.models.batches import Batch
from pipeline.models.own import load_factory
from pipeline.models.settings import Settings

NEEDED = ("embed", "encode", "classify")
TOLERANCE = 1e-4
"""What padding may change of a logit, absolute and relative: rounding of any sound module."""


def adapted(settings: Settings, n_words: int, n_classes: int, pair: bool) -> Adapted:
    """The model that the factory named in `settings.kind` makes, tried out on a small batch."""
    kind = settings.kind
    if settings.attention != "additive" or settings.attributes:
        raise ConfigError(
            f"kind {kind!r} brings its own attention; leave [model] attention and attributes out"
        )
    factory = load_factory(kind)
    try:
        module = factory(settings, n_words, n_classes)
    except Exception as problem:
        called = f"calling it with (settings, {n_words}, {n_classes}) failed"
        raise _unfit(kind, f"{called}: {type(problem).__name__}: {problem}") from problem
    _check_parts(kind, module)
    made = Adapted(kind, module)
    _try_out(made, n_words, n_classes, pair)
    return made


def _check_parts(kind: str, module: object) -> None:
    if not isinstance(module, nn.Module):
        raise _unfit(kind, f"it returned {type(module).__name__}, not a torch.nn.Module")
    missing = [name for name in NEEDED if not callable(getattr(module, name, None))]
    if missing:
        raise _unfit(kind, f"the module has no {' and no '.join(missing)}")
    if next(module.parameters(), None) is None:
        raise _unfit(kind, "the module has no weights to train")


def _try_out(model: Adapted, n_words: int, n_classes: int, pair: bool) -> None:
    """Shapes step by step, and that padding changes nothing; weights and seeds stay as they are."""
    was = model.training
    model.train(False)
    with torch.random.fork_rng([]), torch.no_grad():
        short, long = _batch(n_words, [2], pair), _batch(n_words, [2, 5], pair)
        alone = _steps(model, short, n_classes)
        together = _steps(model, long, n_classes)
    model.train(was)
    if not torch.allclose(alone[0], together[0], atol=TOLERANCE, rtol=TOLERANCE):
        off = float((alone[0] - together[0]).abs().max())
        raise _unfit(
            model.kind,
            f"padding changes what it predicts (logits by {off:.2g}); encode must not let the "
            "positions where parts is 0 reach the others",
        )


def _steps(model: Adapted, batch: Batch, n_classes: int) -> Tensor:
    """The logits of a batch, each step's shape checked."""
    rows, width = batch.ids.shape
    embedded = _step(model.kind, "embed", lambda: model.embed(batch), (rows, width, None))
    hidden = _step(
        model.kind, "encode", lambda: model.encode(embedded, batch).hidden, (rows, width, None)
    )
    states = States(hidden, None)
    if hasattr(model.module, "score"):
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


def _batch(n_words: int, lengths: list[int], pair: bool) -> Batch:
    """Made-up texts of these lengths, each with a second text of two tokens for a pair."""
    second = 2 if pair else 0
    rows, width = len(lengths), max(lengths) + second
    first = torch.tensor(lengths)
    ids = (torch.arange(width) % max(n_words - 1, 1) + 1).expand(rows, width)
    inside = torch.arange(width) < (first + second)[:, None]
    return Batch(
        instance_ids=tuple(map(str, lengths)),
        ids=ids * inside,
        first=first,
        second=torch.full((rows,), second),
        labels=torch.zeros(rows, dtype=torch.int64),
        marks=torch.zeros(rows, width),
        annotated=torch.zeros(rows, dtype=torch.bool),
        certainty=torch.ones(rows),
        exact=len(set(lengths)) == 1,
    )


def _unfit(kind: str, why: str) -> ConfigError:
    return ConfigError(
        f"[model] kind {kind!r} makes no model: {why}. What it must return is in docs/models.md"
    )
