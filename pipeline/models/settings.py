"""Everything that decides what is trained and how, saved beside the weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from db.errors import ConfigError

PRECISIONS = ("auto", "float32", "bfloat16")
TRAINED_ALREADY = "transformer"  # the kind that `epochs = 0` uses as it is
SAMPLINGS = ("uniform", "distance")
LATER = frozenset(
    {
        "attention",
        "attributes",
        "precision",
        "image_size",
        "grid",
        "path",
        "sampling",
        "sampling_warmup",
    }
)


@dataclass(frozen=True)
class Settings:
    """Defaults are those of Jain & Wallace (2019) and Kitada & Iyatomi (2021), with two exceptions.

    On 450 to 740 short texts without word vectors, their learning rate of 1e-3 and embeddings
    drawn with a standard deviation of 1 did clearly worse than `learning_rate` 2e-3 and
    `embedding_scale` 0.1.

    Model: `kind`, a name of `MODELS` or a factory of one's own; `attention`, a name of
    `ATTENTIONS`; `attributes`, those that conditional attention reads; `embedding_dim` D;
    `hidden_dim` per direction, so that a token's state has twice as many (a CNN's too);
    `attention_dim` (None: as `hidden_dim`); `vectors`, a file of word vectors; `embedding_scale`,
    the standard deviation of embeddings that no file gives; `min_count`, how often a word must
    occur in training to be known; `dropout` on embeddings and on the text's summary, in [0, 1).
    Pictures: `image_size`, pixels of a side as the model reads it, and `grid`, patches of a side (None:
    as the pictures are, see `pipeline.models.pixels`). `path`: the folder of a pretrained model.
    Training: `epochs` at most, stopping `patience` epochs after the best; `split_seed` draws the
    division into train, validation and test (None: the run's own seed); `device` is "auto" (CUDA
    where present), "cpu", "cuda" or "cuda:N"; `precision` of the passes in training is "float32",
    "bfloat16" or "auto" (bfloat16 on a CUDA device that has it). Weights stay float32, and so does
    everything after training. `sampling` "distance" draws rows by their distance to the centre of
    their class, after `sampling_warmup` epochs in which each comes once, see
    `pipeline.models.sampling`.
    """

    kind: str = "bilstm_attention"
    embedding_dim: int = 300
    hidden_dim: int = 128
    attention_dim: int | None = None
    vectors: str | None = None
    embedding_scale: float = 0.1
    min_count: int = 1
    dropout: float = 0.0
    learning_rate: float = 2e-3
    weight_decay: float = 1e-5
    batch_size: int = 32
    epochs: int = 20
    patience: int = 5
    split_seed: int | None = None
    device: str = "auto"
    attention: str = "additive"
    attributes: tuple[str, ...] = ()
    precision: str = "float32"
    image_size: int | None = None
    grid: int | None = None
    path: str | None = None
    sampling: str = "uniform"
    sampling_warmup: int = 3

    def __post_init__(self) -> None:
        for field in fields(self):
            _require_kind(field.name, str(field.type), getattr(self, field.name))
        for name in (
            "embedding_dim",
            "hidden_dim",
            "min_count",
            "batch_size",
            "epochs",
            "patience",
        ):
            least = 0 if name == "epochs" and self.kind == TRAINED_ALREADY else 1
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout must be at least 0 and below 1, not {self.dropout}")
        for name in ("learning_rate", "embedding_scale"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.weight_decay < 0:
            raise ConfigError(f"weight_decay must not be negative, as {self.weight_decay} is")
        if self.precision not in PRECISIONS:
            known = ", ".join(PRECISIONS)
            raise ConfigError(f"precision must be one of {known}, not {self.precision!r}")
        self._check_attributes()
        self._check_sampling()

    def _check_sampling(self) -> None:
        """A warm-up comes before something else than it."""
        if self.sampling not in SAMPLINGS:
            known = ", ".join(SAMPLINGS)
            raise ConfigError(f"sampling must be one of {known}, not {self.sampling!r}")
        if self.sampling_warmup < 0:
            raise ConfigError(f"sampling_warmup must be at least 0, not {self.sampling_warmup}")
        if self.sampling == "uniform" and self.sampling_warmup != Settings.sampling_warmup:
            raise ConfigError('sampling_warmup is for sampling = "distance" only; set both')

    def _check_attributes(self) -> None:
        """Attributes and conditional attention come together."""
        if len(set(self.attributes)) < len(self.attributes):
            raise ConfigError(f"attributes names one twice: {', '.join(self.attributes)}")
        if self.attributes and self.attention != "conditional":
            raise ConfigError('attributes are read by attention = "conditional" only; set both')
        if self.attention == "conditional" and not self.attributes:
            raise ConfigError('attention = "conditional" needs attributes; name at least one')

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Settings:
        """Settings from a table of them; what is not given keeps its default."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(given) - known)
        if unknown:
            raise ConfigError(
                f"no model setting called {unknown[0]!r} (there are: {', '.join(sorted(known))})"
            )
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return cls(**{**given, **lists})

    def as_mapping(self) -> dict[str, Any]:
        """The settings as plain values, for JSON and for the id of a run.

        A setting that came later is left out at its default, so that ids made before it hold.
        """
        defaults = {field.name: field.default for field in fields(self)}
        values = asdict(self)
        return {n: v for n, v in values.items() if n not in LATER or v != defaults[n]}


_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "tuple[str, ...]": ((tuple,), "a list of texts"),
}


def _require_kind(name: str, declared: str, value: object) -> None:
    """Settings come from a file: a value of another kind is an error that names both."""
    kind, _, optional = declared.partition(" | ")
    if value is None and optional == "None":
        return
    allowed, words = _KINDS[kind]
    wrong = isinstance(value, bool) or not isinstance(value, allowed)
    wrong = wrong or (isinstance(value, tuple) and not all(isinstance(v, str) for v in value))
    if wrong or (isinstance(value, float) and not math.isfinite(value)):
        raise ConfigError(f"{name} must be {words}, not {value!r}")
