"""What a teaching experiment compares: rows of losses, each with its weights and its controls.

A row is one loss or, where several weights are to be tried, one for every choice of them. Terms of
the settings that name the same row are added to one loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from db.errors import UsageError
from db.records import ArmRole
from pipeline.config import TeachSettings, TermSettings
from pipeline.objectives.base import Weighted, describe
from pipeline.teaching.human import CONTROLS

VANILLA = "vanilla"
TAUGHT = "attention_supervision"

Terms = tuple[Weighted, ...]


@dataclass(frozen=True)
class Row:
    """A row of the table: its name, and one loss for every choice of weights."""

    name: str
    choices: tuple[Terms, ...]


@dataclass(frozen=True)
class Arm:
    """One way of training: what `db.records.TeachingArm` says, with the terms themselves.

    `control`: the kind of a control; `fraction`: how much of what people marked is learned from.
    """

    name: str
    role: ArmRole
    terms: Terms = ()
    of: str = ""
    control: str = ""
    fraction: float = 1.0

    @property
    def needs_human(self) -> bool:
        """Whether its loss learns from what people marked."""
        return any(term.load().needs_human for term in self.terms)


def baseline() -> Arm:
    """Plain training."""
    return Arm(VANILLA, "baseline")


def rows(settings: TeachSettings, weight: float | None, certainty: bool) -> tuple[Row, ...]:
    """The rows that the settings name; without any, attention supervision at `weight`.

    `certainty`: whether terms that learn from people weigh a text by how sure its marks are.
    """
    if weight is not None and settings.objective:
        raise UsageError(
            "--weight is of the only objective; this project names its own, "
            "so set the weights in [[teach.objective]]"
        )
    if not settings.objective:
        only = Weighted(TAUGHT, settings.weight if weight is None else weight)
        return (Row(TAUGHT, ((_weighing(only, certainty),),)),)
    by_row: dict[str, list[TermSettings]] = {}
    for one in settings.objective:
        by_row.setdefault(one.row or one.name, []).append(one)
    return tuple(_row(name, terms, certainty) for name, terms in by_row.items())


def candidates(row: Row) -> list[Arm]:
    """Every choice of weights of a row that has several."""
    if len(row.choices) == 1:
        return []
    return [
        Arm(f"{row.name}, {_weights(terms)}", "candidate", terms, of=row.name)
        for terms in row.choices
    ]


def taught(row: Row, terms: Terms) -> Arm:
    """The arm that stands in the table for a row."""
    return Arm(row.name, "taught", terms)


def controls(arms: Sequence[Arm], names: Sequence[str]) -> list[Arm]:
    """The controls of the arms that learn from people; named shortly where there is one such arm."""
    learning = [arm for arm in arms if arm.needs_human]
    for name in names:
        if name not in CONTROLS:
            raise UsageError(f"no control called {name!r} (there are: {', '.join(CONTROLS)})")
    return [
        Arm(
            name if len(learning) == 1 else f"{arm.name}, {name}",
            "control",
            arm.terms,
            of=arm.name,
            control=name,
        )
        for arm in learning
        for name in dict.fromkeys(names)
    ]


def parts(arms: Sequence[Arm], fractions: Sequence[float]) -> list[Arm]:
    """The first arm that learns from people, with less of what they marked."""
    learning = [arm for arm in arms if arm.needs_human]
    if fractions and not learning:
        raise UsageError("no objective learns from what people marked, so no fraction of it can be")
    return [
        Arm(
            f"{arm.name}, {fraction:.15g} of the rationales",
            "part",
            arm.terms,
            arm.name,
            fraction=fraction,
        )
        for arm in learning[:1]
        for fraction in sorted(set(fractions))
        if fraction < 1
    ]


def check_names(arms: Sequence[Arm]) -> None:
    """UsageError where two arms are called the same: a row may be named as another's control."""
    names = [arm.name for arm in arms]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"two ways of training would be called {twice!r}; give the row another name in "
            "[[teach.objective]]"
        )


def loss_of(arm: Arm) -> str:
    """The loss in words, as the record of a run has it."""
    return describe(arm.terms)


def _row(name: str, terms: Sequence[TermSettings], certainty: bool) -> Row:
    if name == VANILLA or name in CONTROLS:
        raise UsageError(
            f"a row cannot be called {name!r}; give it another name in [[teach.objective]]"
        )
    twice = next((one.name for one in terms if [t.name for t in terms].count(one.name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"objective {twice} is named twice in row {name!r}; give one of them a row of its own"
        )
    choices = product(*(_choices(one, certainty) for one in terms))
    return Row(name, tuple(tuple(choice) for choice in choices))


def _choices(one: TermSettings, certainty: bool) -> list[Weighted]:
    weights = dict.fromkeys(one.weight)  # one that is named twice is tried once
    made = (Weighted(one.name, w, one.options, one.schedule, one.over) for w in weights)
    return [_weighing(term, certainty) for term in made]


def _weighing(term: Weighted, certainty: bool) -> Weighted:
    """The term, by certainty where that is wanted and it learns from people."""
    if not (certainty and term.load().needs_human):
        return term
    return replace(term, options={**term.options, "certainty": True})


def _weights(terms: Terms) -> str:
    """Such as "λ = 0.2", or "λ = 0.2 and 1" of two terms."""
    return "λ = " + " and ".join(f"{term.weight:.15g}" for term in terms)
