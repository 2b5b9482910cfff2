"""One question put to one simulated worker: everything that the answer is drawn from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hits.crowd.temper import Temper
from hits.crowd.truth import TruthError
from hits.studies.base import Question


@dataclass(frozen=True)
class Asking:
    """A question about an item, what is known of its answer, and who is asked.

    `item` is the item as the page carries it; `known` is None where nothing is known; `temper` is
    the worker's by now; `careless` says whether this item is answered at random. `names` are
    those that anything could be given.
    """

    question: Question
    item: Mapping[str, Any]
    known: Any
    temper: Temper
    careless: bool
    rng: random.Random
    names: Sequence[str] = ()

    def contradiction(self, problem: str) -> TruthError:
        """The error that says that what is known cannot be true of the page."""
        return TruthError(
            f"simulated workers were told of item {self.item['id']!r}, question "
            f"{self.question.name!r}: {problem}; correct the truth that the study hands over"
        )


def n_units(panel: Mapping[str, Any]) -> int:
    """How many words or features a panel holds; none on a picture."""
    field = {"row": "names", "words": "words"}.get(panel["kind"], "tokens")
    return len(panel.get(field, ()))
