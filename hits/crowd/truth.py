"""What simulated workers know: the truth of each item, as the pipeline hands it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from db.errors import KonkyoError
from hits.studies.base import Question

NOTHING_KNOWN = frozenset[int]()


class TruthError(KonkyoError):
    """What a simulated worker was told cannot be true of the page; names item and question."""


@dataclass(frozen=True)
class Truth:
    """What a simulated worker can know of an item.

    `label` answers a question called `label`, and `evidence` (positions of words or features; of
    an image cells of the map shown with it) a question for marks on all but images, unless
    `answers` does. `answers`: question → its true answer, by form:

    - choice of a nominal question: the right option's value;
    - choice of an ordinal question: a quality in [0, 1], from the lowest point to the highest;
    - pick: the index of the right choice as shown, the value of one of the options that follow
      the choices, or a list of utilities, one a choice; so too a question for the better of two
      sides, but there the right one is named by its option's value;
    - marks: positions; on an image a mask of 0 and 1, shape (height, width), the same as
      `hits.masks.encode` writes it, or a list of boxes [left, top, right, bottom] in pixels, the
      last two exclusive; `marks.KIND`: the positions among them that are of a kind;
    - text: the name.

    Workers answer at random what is not known.
    """

    label: str | None = None
    evidence: frozenset[int] = NOTHING_KNOWN
    answers: Mapping[str, Any] = field(default_factory=dict)


class Knowledge:
    """The truth of all items, and the names that people of this crowd could give to anything."""

    def __init__(self, truth: Mapping[str, Truth]) -> None:
        self._truth = truth

    def of(self, item_id: str) -> Truth:
        """What is known of an item; nothing, where nobody said."""
        return self._truth.get(item_id, Truth())

    @cached_property
    def names(self) -> Mapping[str, Sequence[str]]:
        """Question → the distinct true answers in words, over all items, sorted."""
        found: dict[str, set[str]] = {}
        for one in self._truth.values():
            for question, answer in one.answers.items():
                if isinstance(answer, str):
                    found.setdefault(question, set()).add(answer)
        return {question: sorted(names) for question, names in found.items()}


def known_answer(study: str, question: Question, item: Mapping[str, Any], truth: Truth) -> Any:
    """What is known of the answer to `question`, None where nothing is.

    Without a word on it, `convincing` of the study `rate` follows from how much of what is shown
    falls on the evidence, and everybody is fairly sure of their answers (`confidence`).
    """
    if question.name in truth.answers:
        return truth.answers[question.name]
    if question.form == "marks":
        return None if item["panels"][0]["kind"] == "image" else truth.evidence or None
    if question.name == "label":
        return truth.label
    if question.name == "confidence":
        return 2 / 3
    if (study, question.name) == ("rate", "convincing"):
        return 0.1 + 0.85 * _share_on_evidence(item, truth)
    return None


def _share_on_evidence(item: Mapping[str, Any], truth: Truth) -> float:
    """How much of what is shown falls on the evidence, in [0, 1]; half of it is as good as all."""
    scores: Sequence[float] = item["panels"][0].get("scores", ())
    total = sum(scores)
    if not total:
        return 0.0
    on = sum(score for unit, score in enumerate(scores) if unit in truth.evidence)
    return min(1.0, 2 * on / total)
