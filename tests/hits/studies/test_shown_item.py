"""What a page may know of an item, and what is refused before it reaches one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from db.records import Instance, Rationale
from hits.studies.base import Explained
from hits.studies.composing import content, kept, sentence_starts, top
from hits.studies.panels import Choice, Panel, ShownItem, StudyError


def explained(scores: list[float]) -> Explained:
    """A rationale with these scores, for the class "negative"."""
    values = np.array(scores, dtype=np.float32)
    return Explained(Rationale("r", "run", "e", "x", 0, values, "none", "none"), "negative")


def test_an_instance_is_shown_with_its_own_tokens() -> None:
    offsets = np.array([[0, 4], [5, 9]], dtype=np.int32)
    pair = np.array([[1, 4]], dtype=np.int32)
    instance = Instance("x", "pair", "cold soup", offsets, " yes", pair, label="positive")
    panel = content(instance, explained=explained([1, 0, -1]), presentation="heat")
    assert panel.tokens == ("cold", "soup", "yes")
    assert panel.parts == [("cold soup", ((0, 4), (5, 9))), (" yes", ((1, 4),))]
    assert panel.scores == (1.0, 0.0, -1.0)
    assert panel.label == "negative"


def test_the_label_of_an_instance_is_not_shown_unless_asked_for() -> None:
    offsets = np.array([[0, 4]], dtype=np.int32)
    assert content(Instance("x", "text", "cold", offsets, label="negative")).label is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"offsets": ((5, 9), (0, 4))}, "out of order"),
        ({"offsets": ((0, 4), (5, 10))}, "outside"),
        ({"offsets": ((0, 4), (4, 4))}, "empty"),
        ({"scores": (1.0,)}, "1 score for 2 tokens"),
        ({"scores": (1.0, float("nan"))}, "not a finite number"),
        ({"text_pair": "more"}, "come together"),
        ({"names": ("age",)}, "1 feature names for 0 values"),
        ({"presentation": "boxes"}, "no presentation 'boxes'"),
    ],
)
def test_a_panel_that_does_not_fit_together_is_refused(change: Any, problem: str) -> None:
    whole: Any = {"kind": "text", "text": "cold soup", "offsets": ((0, 4), (5, 9))}
    with pytest.raises(StudyError, match=problem):
        Panel(**(whole | change))


def test_a_choice_has_to_show_a_panel_that_is_there() -> None:
    with pytest.raises(StudyError, match="item 'i': a choice shows the panel 1"):
        ShownItem("i", (Panel("words", words=("a",)),), choices=(Choice(panel=1),))


def test_the_top_scores_are_kept_and_ties_go_to_the_first() -> None:
    assert top([0.5, 2, 2, -3, 0], 2) == [1, 2]
    assert top([1, 1, 1], 2) == [0, 1]
    assert top([-1, 0, 3], 2) == [2]  # what is not positive is never kept
    assert kept([0.5, 2, 2, -3], 2) == [0.0, 2, 2, 0.0]


def test_sentences_begin_after_an_end_and_not_before_a_small_letter() -> None:
    tokens = ["It", "was", "cold.", "“Never", "again!”", "she", "said.", "寒い。", "また"]
    assert sentence_starts(tokens) == (0, 3, 7, 8)
    assert sentence_starts([]) == ()
