"""A trained model with everything needed to use it on instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from db.errors import ConfigError, DataError, UsageError
from db.records import Instance
from pipeline.models import MODELS
from pipeline.models.base import Kind, Model
from pipeline.models.batches import HumanTarget, Row, encode
from pipeline.models.encoding import Encoding
from pipeline.models.own import READS, is_own, reads_of
from pipeline.models.recurrent import without_cudnn
from pipeline.models.settings import Settings
from pipeline.models.trial import adapted
from pipeline.models.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """`labels` are in the order of the classes; `pair` says whether a second text is read."""

    module: Model
    encoding: Encoding
    labels: tuple[str, ...]
    settings: Settings
    pair: bool

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.module.parameters()).device

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of a model that reads words; a `DataError` for others."""
        if not isinstance(self.encoding, Vocabulary):
            raise DataError(
                f"this takes a model with a vocabulary of words, and {self.settings.kind} has none"
            )
        return self.encoding

    def encode(
        self, instances: Iterable[Instance], human: Mapping[str, HumanTarget] | None = None
    ) -> list[Row]:
        """Rows for this model; instances of another kind and, of single texts, pairs are refused."""
        found = list(instances)
        strange = next((i for i in found if i.kind not in self.encoding.kinds), None)
        if strange is not None:
            raise DataError(
                f"instance {strange.id} is of the kind {strange.kind!r}, and {self.settings.kind} "
                f"reads {' and '.join(self.encoding.kinds)}"
            )
        rows = encode(found, self.encoding, self.labels, human)
        refused = next((row for row in rows if row.second and not self.pair), None)
        if refused is not None:
            raise DataError(
                f"instance {refused.instance_id} is a pair of texts, but this model was trained "
                "on single texts; train a model on pairs"
            )
        return rows


def encoding_of(kind: str) -> type[Encoding]:
    """How a kind of model reads instances; one's own say so themselves, and can be imported."""
    if is_own(kind):
        own: type[Encoding] = READS.load(reads_of(kind))
        return own
    found: Kind = MODELS.load(kind)
    return found.encoding_class


def build(
    settings: Settings, encoding: Encoding, labels: tuple[str, ...], pair: bool
) -> TrainedModel:
    """A model with fresh weights, drawn from torch's random state, on the CPU."""
    module: Model
    if is_own(settings.kind):
        module = adapted(settings, encoding, len(labels), pair)
    else:
        kind: Kind = MODELS.load(settings.kind)
        module = kind.fresh(settings, encoding, len(labels), pair)
    return TrainedModel(module, encoding, labels, settings, pair)


def choose_device(wanted: str) -> torch.device:
    """ "auto" is CUDA where present; anything else is taken as asked for."""
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as problem:
        raise UsageError(f"no device is called {wanted!r}; use auto, cpu or cuda") from problem
    if device.type == "cuda":
        _require_cuda(wanted, device.index or 0)
    return device


def _require_cuda(wanted: str, number: int) -> None:
    """CUDA that is asked for must be there: training elsewhere would be another run, unasked."""
    if not torch.cuda.is_available():
        raise ConfigError(
            f"device is {wanted!r}, but there is no CUDA device here; set [model] device to "
            '"auto" or "cpu"'
        )
    if number >= torch.cuda.device_count():
        raise ConfigError(
            f"device is {wanted!r}, but there are {torch.cuda.device_count()} CUDA device(s), "
            "counted from 0"
        )


@contextmanager
def frozen(model: TrainedModel) -> Iterator[Model]:
    """The module as it is used once trained: no dropout, and no gradients of its weights.

    Gradients of inputs still flow, unless entered under `torch.no_grad`; not computing those of
    the weights saves half of a backward pass and more. Everything is as before afterwards.
    """
    module, training = model.module, model.module.training
    asked = [(weight, weight.requires_grad) for weight in module.parameters()]
    try:
        module.train(False)
        for weight, _ in asked:
            weight.requires_grad_(False)
        with without_cudnn(model.device, torch.is_grad_enabled()):
            yield module
    finally:
        module.train(training)
        for weight, before in asked:
            weight.requires_grad_(before)
