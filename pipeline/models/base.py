"""What a model offers to training, objectives and explainers, whatever it looks at.

Tokens of a text, patches of a picture and features of a row are its units, and every unit has an
embedding: a word's vector, the colours of a patch, the number that a feature is. What explains one
model so explains them all. Shapes: B instances, T units (the most of the batch), D embedding
dimensions, H dimensions of a unit's state, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from torch import Tensor, nn

from db.errors import UsageError
from pipeline.models.batches import Batch
from pipeline.models.encoding import Encoding
from pipeline.models.settings import Settings

ATTENTION = "attention"
"""Offered by models that learn where to look; in others α is even, and explains nothing."""

HEADS = "heads"
"""Offered by models with layers of attention that has heads: they are `Headed`."""

STATES = "states"
"""Offered by models whose logits are made of a state for every unit, by `attend` alone."""
GRID = "grid"
"""Offered by models whose units stand in rows and columns."""
FEATURES = "features of rows"
"""Offered by models of rows, whose units are the same things in every instance."""

SUMMARY = "a summary"
"""Offered by models whose logits a last layer makes of one vector for each row: `Output.summary`."""


@dataclass(frozen=True, eq=False)
class States:
    """What the encoder made of a batch; attention reads it, as often as an objective likes.

    `hidden`: (B, T, H), zero where attention may not go; `query`: (B, H), the encoding of the
    second text, zero for an instance without one, None in a model of single texts.
    """

    hidden: Tensor
    query: Tensor | None


@dataclass(frozen=True, eq=False)
class Output:
    """One forward pass.

    `logits`: (B, C); `attention` α: (B, T), sums to 1 over the tokens attention may go to and is
    exactly 0 elsewhere; `scores` ã: (B, T), before the softmax, exactly 0 elsewhere;
    `log_attention`: (B, T), log α, exactly 0 elsewhere; `attended`: bool (B, T), where attention
    may go; `embeddings`: (B, T, D), what the pass started from; `states`: see `States`; `summary` z:
    (B, S), what the last layer reads (dropout included), None in a model that does not offer it.
    """

    logits: Tensor
    attention: Tensor
    log_attention: Tensor
    scores: Tensor
    attended: Tensor
    embeddings: Tensor
    states: States
    summary: Tensor | None = None


def summary_of(output: Output) -> Tensor:
    """z of a model that offers "a summary", (B, S)."""
    if output.summary is None:
        raise TypeError("a model that offers a summary gives one")
    return output.summary


class Model(Protocol):
    """A torch module (its ordinary methods are listed as far as they are used).

    A pass is three steps: `embed` the tokens, `encode` them into states, `attend` to the states.
    Calling the model does all three; from given `embeddings` it skips the first. `score_offset` r,
    (B, T), is added to ã, for objectives that perturb attention: with `attend` alone, this second
    pass costs no encoding. `offers`: what explainers may need of it that not every model has.
    """

    @property
    def offers(self) -> frozenset[str]: ...

    def __call__(
        self, batch: Batch, *, embeddings: Tensor | None = None, score_offset: Tensor | None = None
    ) -> Output: ...

    def embed(self, batch: Batch) -> Tensor: ...

    def encode(self, embeddings: Tensor, batch: Batch) -> States: ...

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output: ...

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Parameters for the optimiser, with the weight decay that each group gets."""
        ...

    training: bool

    def train(self, mode: bool = True) -> Any: ...

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any: ...

    def to(self, device: Any) -> Any: ...


class Kind(Protocol):
    """A kind of model in the table `MODELS`: a class of modules.

    `defaults`: settings that this kind starts from where nobody states them.
    """

    encoding_class: type[Encoding]
    defaults: ClassVar[Mapping[str, Any]]

    def fresh(self, settings: Settings, encoding: Encoding, n_classes: int, pair: bool) -> Model:
        """A module with fresh weights, drawn from torch's random state."""
        ...


@runtime_checkable
class Pretrained(Protocol):
    """A module that training starts from weights on disk rather than from fresh ones."""

    def start(self, labels: Sequence[str]) -> str:
        """Load them, for `labels` in the order of the classes; what was loaded, in words."""
        ...


@runtime_checkable
class Headed(Protocol):
    """A module with layers of attention between positions, the first of which may be special.

    `heads`: how many each layer has, first layer first.
    """

    heads: tuple[int, ...]

    def read_heads(
        self,
        embeddings: Tensor,
        batch: Batch,
        read: Callable[[Sequence[Tensor], Tensor], Tensor],
    ) -> Tensor:
        """(B, T): the part of each unit in what `read` makes of a pass.

        `read` gets the weights of the layers, (W, heads, L, L) each, first layer first, rows
        summing to 1, and the positions to read from, (W, L), summing to 1; it gives (W, L), or
        (W, L, …), and then (B, T, …) comes back.
        """
        ...

    def each_head(self, output: Output, batch: Batch) -> Sequence[Tensor]:
        """(B, T, heads) a layer, first layer first: what each head gives to each unit, in [0, 1].

        `output` is of this batch; where the pass kept it, none is run again.
        """
        ...


def headed(model: Model) -> Headed:
    """The model as one that offers "heads"."""
    if not isinstance(model, Headed):
        raise TypeError("a model that offers heads has read_heads")
    return model


@runtime_checkable
class Worded(Protocol):
    """A module with an embedding of every word."""

    def set_embeddings(self, ids: Tensor, values: Tensor) -> None:
        """Use `values`, (F, D), as the embeddings of the words `ids`, int64 (F,)."""
        ...


@runtime_checkable
class Demanding(Protocol):
    """An explainer, or an objective, that not every model has what it takes for.

    `needs`: what a model must offer.
    """

    needs: ClassVar[frozenset[str]]


@runtime_checkable
class Choosing(Protocol):
    """An objective whose options name parts of a model, such as a layer."""

    def check(self, model: Model) -> None:
        """UsageError where this model has no such part."""
        ...


def check_needs(what: str, one: object, kind: str, offers: frozenset[str]) -> None:
    """UsageError where a model of this kind lacks what something ("explainer attention") needs."""
    lacks = one.needs - offers if isinstance(one, Demanding) else frozenset()
    if lacks:
        raise UsageError(
            f"{what} needs {' and '.join(sorted(lacks))}, which a model of the kind {kind} does not "
            "have; choose another"
        )
