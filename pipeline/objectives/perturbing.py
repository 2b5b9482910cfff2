"""What the objectives that perturb a pass have in common: directions, lengths, and what is measured.

Each finds a small r that should raise the loss, takes it as fixed, and asks the model to do well
nevertheless: a term has no second derivatives. Shapes: B rows, T units, D dimensions, C classes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from db.errors import UsageError
from pipeline.models.base import ATTENTION, Model, Output, States
from pipeline.models.batches import Batch
from pipeline.objectives.base import Term

Loss = Callable[[Output], Tensor]
"""(B,): how bad a perturbed pass is, row by row."""


@dataclass(frozen=True)
class Perturbing(ABC):
    """A pass that is perturbed by r, of length `epsilon` in some sense, and what it loses by that.

    Each method says what r is; `loss` what is lost, `again` how r enters the second pass.
    """

    epsilon: float = 1.0

    name: ClassVar[str]
    needs_human: ClassVar[bool] = False
    second_order: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_length(self.name, epsilon=self.epsilon)

    @abstractmethod
    def perturbation(self, output: Output, batch: Batch, model: Model) -> Tensor:
        """r, 0 where there is nothing to perturb; nothing is differentiated through it."""

    @abstractmethod
    def again(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Output:
        """The second pass."""

    def loss(self, output: Output, batch: Batch) -> Loss:
        """What the second pass should keep low: cross-entropy."""
        return task_loss(batch)

    def term_at(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Term:
        """The term with r as it is; in [0, ∞), lower is better."""
        return Term(self.loss(output, batch)(self.again(output, batch, model, r)).mean())

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """The term with r found for this batch."""
        return self.term_at(output, batch, model, self.perturbation(output, batch, model))


@dataclass(frozen=True)
class OfScores(Perturbing):
    """r is added to ã, (B, T): one further step from states to logits, and no encoding again."""

    needs: ClassVar[frozenset[str]] = frozenset({ATTENTION})

    def again(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Output:
        """The second pass with ã + r."""
        return attended_again(output, batch, model, r)


@dataclass(frozen=True)
class OfEmbeddings(Perturbing):
    """r is added to the embeddings, (B, T, D): a whole further pass, encoder and all."""

    def again(self, output: Output, batch: Batch, model: Model, r: Tensor) -> Output:
        """The second pass from e + r."""
        return read_again(output, batch, model, r)


@dataclass(frozen=True)
class Virtual(Perturbing):
    """What is lost is KL from the pass itself, nats: no label is read. `xi`: of the first step."""

    xi: float = 0.1

    unlabelled: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_length(self.name, xi=self.xi)

    def loss(self, output: Output, batch: Batch) -> Loss:
        """KL(p ‖ p′), p held fixed."""
        return divergence_from(output)


def check_length(name: str, **lengths: float) -> None:
    """UsageError where a length is not above 0."""
    for option, value in lengths.items():
        if not 0 < value < float("inf"):
            raise UsageError(f"{name}: {option} must be above 0, not {value}")


def of_length(values: Tensor, length: float) -> Tensor:
    """Every row of `values`, over all its other axes, brought to a length; a row of 0 stays 0."""
    flat = values.flatten(1)
    # Squares of small gradients are 0 in single precision: take out the largest first.
    largest = flat.abs().amax(dim=1, keepdim=True)
    scaled = flat / torch.where(largest > 0, largest, 1.0)
    norm = scaled.norm(dim=1, keepdim=True)
    return (length * scaled / torch.where(norm > 0, norm, 1.0)).view_as(values)


def held(states: States) -> States:
    """States as they are, through which nothing is differentiated."""
    query = None if states.query is None else states.query.detach()
    return States(states.hidden.detach(), query)


def task_loss(batch: Batch) -> Loss:
    """Cross-entropy of each row, of its label or of its class probabilities."""

    def loss(output: Output) -> Tensor:
        logs = output.logits.log_softmax(-1)
        if batch.goals is not None:
            return -(batch.goals.to(logs.dtype) * logs).sum(-1)
        known = batch.labels >= 0
        chosen = logs.gather(1, batch.labels.clamp(min=0)[:, None]).squeeze(1)
        return -chosen * known

    return loss


def divergence_from(output: Output) -> Loss:
    """KL(p ‖ p′) of each row, p the class probabilities of `output`, held fixed."""
    logs = output.logits.detach().log_softmax(-1)

    def loss(other: Output) -> Tensor:
        return (logs.exp() * (logs - other.logits.log_softmax(-1))).sum(-1)

    return loss


def score_gradient(
    output: Output, batch: Batch, model: Model, loss: Loss, at: Tensor | None = None
) -> Tensor:
    """(B, T): ∂loss/∂ã at ã + `at`, 0 where attention may not go; no state is differentiated."""
    start = torch.zeros_like(output.scores) if at is None else at
    with torch.enable_grad():
        offset = start.detach().requires_grad_()
        embeddings = output.embeddings.detach()
        moved = model.attend(held(output.states), embeddings, batch, offset)
        (found,) = torch.autograd.grad(loss(moved).sum(), offset)
    return found * output.attended


def embedding_gradient(
    output: Output, batch: Batch, model: Model, loss: Loss, at: Tensor | None = None
) -> Tensor:
    """(B, T, D): ∂loss/∂e at e + `at`; 0 at padding."""
    start = output.embeddings.detach()
    with torch.enable_grad():
        moved = (start if at is None else start + at).requires_grad_()
        with kept_means(model):
            (found,) = torch.autograd.grad(loss(model(batch, embeddings=moved)).sum(), moved)
    return found


def attended_again(output: Output, batch: Batch, model: Model, r: Tensor) -> Output:
    """The second pass with ã + r; the encoder is not run again."""
    return model.attend(output.states, output.embeddings, batch, r.detach())


def read_again(output: Output, batch: Batch, model: Model, r: Tensor) -> Output:
    """The second pass from e + r, (B, T, D)."""
    with kept_means(model):
        return model(batch, embeddings=output.embeddings + r.detach())


@contextmanager
def kept_means(model: Model) -> Iterator[None]:
    """A pass in training that leaves running means of batch normalisation as they are.

    They are of what the model is given, not of what it is moved to (Miyato et al. 2019, their code).
    """
    parts = model.modules() if isinstance(model, nn.Module) else ()
    found = [one for one in parts if isinstance(one, nn.modules.batchnorm._BatchNorm)]
    before = [(one.momentum, one.num_batches_tracked) for one in found]
    try:
        for one in found:
            one.momentum, one.num_batches_tracked = 0.0, None
        yield
    finally:
        for one, (momentum, tracked) in zip(found, before, strict=True):
            one.momentum, one.num_batches_tracked = momentum, tracked


def random_scores(output: Output) -> Tensor:
    """(B, T): normal numbers where attention may go, from torch's random state."""
    return torch.randn_like(output.scores) * output.attended


def spread_of(output: Output, batch: Batch) -> Tensor:
    """(D,): standard deviation of each embedding dimension over the units of the batch.

    Perturbations of embeddings are of length ε where every dimension has the standard deviation 1
    (Miyato, Dai & Goodfellow 2017 normalise over the vocabulary by frequency; ours over the batch).
    """
    there = units(batch)
    found = output.embeddings.detach()[there]
    if len(found) < 2:
        return torch.ones_like(found[0])
    spread = found.std(dim=0, correction=0)
    return torch.where(spread > 0, spread, 1.0)


def units(batch: Batch) -> Tensor:
    """bool (B, T): where there is a unit, of either text."""
    positions = torch.arange(batch.ids.shape[1], device=batch.ids.device)
    return positions < (batch.first + batch.second)[:, None]
