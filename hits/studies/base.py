"""What every study type promises: the questions asked, how an item is shown, how it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from db.records import Instance, InstanceKind, Item, Rationale
from hits.studies.panels import ShownItem, StudyError

ALL_KINDS: tuple[InstanceKind, ...] = ("text", "pair", "image", "row")


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen: the value that is stored, and the words that are shown."""

    value: str | int
    text: str


@dataclass(frozen=True)
class Question:
    """One thing that is asked: the name it is stored under, its words, and its measurement level.

    `form` is how it is answered: "choice" of the options; "pick" of the item's own choices (the
    answer is an index into them as shown) or of the options that follow them; "marks" (sorted
    token or feature positions, or a mask on an image); "text" (one line). `phases` names the
    phases of an item in which it is asked; empty: in all.
    """

    name: str
    text: str
    level: Literal["nominal", "ordinal", "set"]
    options: tuple[Option, ...] = ()
    form: Literal["choice", "pick", "marks", "text"] = "choice"
    phases: tuple[str, ...] = ()

    @property
    def values(self) -> list[str | int]:
        """The values that can be chosen, in the order in which they are shown."""
        return [option.value for option in self.options]


class Asked(NamedTuple):
    """What reading an answer has to know of the item that was asked about.

    `n_units`: tokens or features that can be marked; `size`: (width, height) of an image.
    """

    id: str
    kind: str = "text"
    n_units: int = 0
    n_choices: int = 0
    size: tuple[int, int] | None = None
    phase: str = ""


@dataclass(frozen=True)
class Explained:
    """A rationale, and the name of the class that it explains."""

    rationale: Rationale
    label: str


@dataclass(frozen=True)
class Material:
    """What the database holds of an item: its instance, its rationales, and other instances.

    `rationales` are in the order of the item's own; `instances` are those that the item names
    beside its own (examples of a class), by id.
    """

    instance: Instance
    rationales: Sequence[Explained] = ()
    instances: Mapping[str, Instance] | None = None


class Study(Protocol):
    """One study type: what is asked, how an answer is read, which template shows it.

    `name` and the question names are stored in databases and never renamed; a change of what is
    asked or how it is read raises `version`. `kinds` are the kinds of instance it can show, `defaults` the settings there are.
    `title` and `instructions` are what a campaign says that has none of its own.
    """

    name: str
    version: int
    template: str
    title: str
    instructions: str
    kinds: tuple[InstanceKind, ...]
    defaults: Mapping[str, Any]

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with every default filled in; ConfigError names what is wrong."""

    def questions(self, settings: Mapping[str, Any]) -> tuple[Question, ...]:
        """What is asked of each item, in order."""

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """What the page shows of `item`; StudyError where this study cannot show it."""

    def check_item(self, item: ShownItem, settings: Mapping[str, Any]) -> None:
        """StudyError where what is shown does not make sense for this study."""

    def read(
        self, answer: Mapping[str, Any], asked: Asked, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Question name → value, from one item of an answer; AnswerError says what is wrong.

        `settings` have passed `check_settings` once; they are not checked again for every item.
        """


def check_panels(item: ShownItem, study: str, least: int = 1, most: int = 1) -> None:
    """So many panels, and something to see on each."""
    if not least <= len(item.panels) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise StudyError(
            f"item {item.id!r}: the study {study!r} shows {wanted} panels, not {len(item.panels)}"
        )
    for panel in item.panels:
        if panel.is_empty:
            what = "no picture" if panel.kind == "image" else "no words"
            raise StudyError(f"item {item.id!r} has {what}; leave it out of the campaign")


def asked_in(questions: Sequence[Question], phase: str) -> list[Question]:
    """The questions that are asked of an item of this phase."""
    return [q for q in questions if not q.phases or phase in q.phases]
