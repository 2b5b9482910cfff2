"""What a page may know of an item, and what is refused before it reaches one."""

from __future__ import annotations

import numpy as np
import pytest

from db.records import Instance
from hits.studies.base import ShownItem, StudyError, shown_item


def test_an_instance_is_shown_with_its_own_tokens() -> None:
    offsets = np.array([[0, 4], [5, 9]], dtype=np.int32)
    pair = np.array([[1, 4]], dtype=np.int32)
    instance = Instance("x", "pair", "cold soup", offsets, " yes", pair, label="positive")
    shown = shown_item("i1", instance, scores=np.array([1, 0, -1], dtype=np.float32).tolist())
    assert shown.tokens == ("cold", "soup", "yes")
    assert shown.n_tokens == 3
    assert shown.parts == [("cold soup", ((0, 4), (5, 9))), (" yes", ((1, 4),))]
    assert shown.scores == (1.0, 0.0, -1.0)


def test_the_label_of_an_instance_is_not_shown_unless_asked_for() -> None:
    offsets = np.array([[0, 4]], dtype=np.int32)
    instance = Instance("x", "text", "cold", offsets, label="negative")
    assert shown_item("i1", instance).label_shown is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tokens": ("cold",)}, "tokens are not the words"),
        ({"tokens": ("cold", "soap")}, "tokens are not the words"),
        ({"offsets": ((5, 9), (0, 4))}, "out of order"),
        ({"offsets": ((0, 4), (5, 10))}, "outside"),
        ({"offsets": ((0, 4), (4, 4))}, "empty"),
        ({"scores": (1.0,)}, "1 scores for 2 tokens"),
        ({"scores": (1.0, float("nan"))}, "not a finite number"),
        ({"text_pair": "more"}, "come together"),
    ],
)
def test_an_item_that_does_not_fit_together_is_refused(change: dict, problem: str) -> None:
    whole = {"tokens": ("cold", "soup"), "text": "cold soup", "offsets": ((0, 4), (5, 9))}
    with pytest.raises(StudyError, match=f"item 'i1': .*{problem}"):
        ShownItem("i1", **(whole | change))
