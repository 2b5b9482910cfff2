"""What a term of the training loss is.

The loss is cross-entropy plus λ times each further term. A term is a mean over the rows of a
batch, in which a row that people were not asked about counts 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, get_args, runtime_checkable

from torch import Tensor

from db.errors import UsageError
from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives import OBJECTIVES

ALWAYS = "cross_entropy"
Schedule = Literal["constant", "rise", "fall"]
KINDS: Mapping[type, tuple[tuple[type, ...], str]] = {
    float: ((int, float), "a number"),
    bool: ((bool,), "true or false"),
    str: ((str,), "a word"),
}
"""The type of an option's default → the types it may be given as, and their name."""


class Term(NamedTuple):
    """`value`: a scalar that can be differentiated; `log`: further numbers worth watching.

    The value itself is logged in any case, under the objective's name.
    """

    value: Tensor
    log: Mapping[str, float] = {}


class Objective(Protocol):
    """A frozen dataclass, its fields being the objective's options.

    `needs_human`: whether it learns from human rationales; `second_order`: whether its gradient
    is itself made of gradients (`create_graph`), for which cuDNN's recurrent kernels won't do.
    """

    name: str
    needs_human: bool
    second_order: bool

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """The term of this batch, given the pass that cross-entropy uses too."""
        ...


@runtime_checkable
class Remarked(Protocol):
    """An objective that no table may show without this sentence."""

    remark: ClassVar[str]


@dataclass(frozen=True)
class Weighted:
    """An objective by name, its weight λ > 0 in the loss, its options, and when λ holds.

    `schedule`: "constant"; "rise", from λ/`over` in the first epoch up to λ in epoch `over`;
    "fall", from λ down to 0 after `over` epochs, and cross-entropy alone from then on.
    """

    name: str
    weight: float
    options: Mapping[str, Any] = field(default_factory=dict)
    schedule: Schedule = "constant"
    over: int = 5

    def __post_init__(self) -> None:
        if self.schedule not in get_args(Schedule):
            raise UsageError(
                f"{self.name} has the schedules {', '.join(get_args(Schedule))}, "
                f"not {self.schedule!r}"
            )
        if self.over < 1:
            raise UsageError(f"{self.name}: over must be 1 epoch or more, not {self.over}")
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise UsageError(
                f"the weight of {self.name} must be above 0, not {self.weight}; "
                "leave the objective out instead"
            )
        if self.name == ALWAYS:
            raise UsageError(f"{ALWAYS} is always part of the loss; name further objectives only")

    def weight_in(self, epoch: int) -> float:
        """λ in an epoch, the first being 1; 0 where the schedule has come to its end."""
        if self.schedule == "rise":
            return self.weight * min(1.0, epoch / self.over)
        if self.schedule == "fall":
            return self.weight * max(0.0, 1 - (epoch - 1) / self.over)
        return self.weight

    def decided(self) -> list[Any]:
        """What is the same wherever the same is learned, as plain values; for hashes."""
        when = [] if self.schedule == "constant" else [self.schedule, self.over]
        return [self.name, self.weight, dict(self.options), *when]

    def load(self) -> Objective:
        """The objective with its options; an unknown name or option is refused."""
        kind = OBJECTIVES.load(self.name)
        _check_kinds(self.name, kind, self.options)
        try:
            loaded: Objective = kind(**self.options)
        except TypeError as problem:
            raise UsageError(f"objective {self.name}: {problem}") from problem
        return loaded


def describe(objectives: Sequence[Weighted]) -> str:
    """One line for a run's record, such as "cross_entropy + 0.2 attention_supervision".

    What else was asked for stands in brackets: "(sharpness = 1, rise over 5)".
    """
    return " + ".join([ALWAYS, *map(_in_words, objectives)])


def _in_words(one: Weighted) -> str:
    said = [f"{name} = {_plain(value)}" for name, value in sorted(one.options.items())]
    if one.schedule != "constant":
        said.append(f"{one.schedule} over {one.over}")
    return f"{one.weight:g} {one.name}" + (f" ({', '.join(said)})" if said else "")


def _plain(value: object) -> str:
    """As it stands in the settings file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_kinds(name: str, kind: type[Any], given: Mapping[str, Any]) -> None:
    """UsageError where an option is a word, a number or yes or no, and should be another of these."""
    defaults = {one.name: one.default for one in fields(kind)}
    for option, value in given.items():
        wanted = KINDS.get(type(defaults.get(option)))
        if wanted and (
            not isinstance(value, wanted[0])
            or isinstance(value, bool) is not (wanted[0] == (bool,))
            or (isinstance(value, float) and not math.isfinite(value))
        ):
            raise UsageError(f"objective {name}: {option} must be {wanted[1]}, not {value!r}")
