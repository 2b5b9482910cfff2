"""Attention supervision, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from db.errors import UsageError
from pipeline.models.batches import HumanTarget, collate, encode
from pipeline.objectives.attention_supervision import AttentionSupervision
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

MARKS = torch.tensor([[1.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
ATTENDED = torch.tensor([[True, True, True, False], [True, True, False, False]])


def test_the_softmax_target_by_hand() -> None:
    found = AttentionSupervision().targets(MARKS, ATTENDED)
    # softmax(5 · (1, ½, 0)) = (e⁵, e²·⁵, 1)/(e⁵ + e²·⁵ + 1); padding takes no part in the sum.
    weights = np.exp([5, 2.5, 0])
    expected = [[*(weights / weights.sum()), 0], [0.5, 0.5, 0, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_share_target_by_hand() -> None:
    found = AttentionSupervision(target="share").targets(MARKS, ATTENDED)
    # (1, ½, 0)/1½; asked and nothing marked: uniform over the two tokens.
    np.testing.assert_allclose(found, [[2 / 3, 1 / 3, 0, 0], [0.5, 0.5, 0, 0]], rtol=1e-6)


def test_the_term_by_hand() -> None:
    asked, not_asked = instance("good soup today"), instance("bad soup")
    model = small_model([asked, not_asked])
    human = {asked.id: HumanTarget(np.array([1, 0, 0], np.float32))}
    batch = collate(encode([asked, not_asked], model.vocabulary, human=human))
    output = model.module(batch)
    term = AttentionSupervision(target="share").term(output, batch, model.module)
    # The target is (1, 0, 0), so the first row gives −log α_1; the second gives 0; mean over two.
    assert term.value.item() == pytest.approx(-math.log(output.attention[0, 0].item()) / 2)


def test_it_is_least_where_attention_is_the_target() -> None:
    target = AttentionSupervision().targets(MARKS, ATTENDED)[0, :3]
    entropy = -(target * target.log()).sum()
    for attention in (torch.tensor([0.4, 0.3, 0.3]), torch.tensor([0.99, 0.005, 0.005])):
        assert -(target * attention.log()).sum() > entropy


def test_marks_on_the_second_text_are_not_used() -> None:
    both = pair("a man", "he sleeps")
    model = small_model([both])
    values = []
    for marks in ([1, 0, 0, 0], [1, 0, 1, 1]):
        human = {both.id: HumanTarget(np.array(marks, np.float32))}
        batch = collate(encode([both], model.vocabulary, human=human))
        for target in ("softmax", "share"):
            term = AttentionSupervision(target=target).term(
                model.module(batch), batch, model.module
            )
            values.append(term.value.item())
    assert values[:2] == values[2:]


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(UsageError, match="softmax and share, not 'mean'"):
        AttentionSupervision(target="mean")  # type: ignore[arg-type]


def test_certainty_weighs_rows_and_is_off_by_default() -> None:
    texts = [instance("good soup today"), instance("bad soup")]
    model = small_model(texts)
    sure = [np.array([0.5, 0.6, 0.7], np.float32), np.array([0.1, 0.3], np.float32)]
    marks = [np.array([1, 0, 0], np.float32), np.array([0, 1], np.float32)]

    def value(certainty: bool, known: bool) -> list[float]:
        """The term of each text alone."""
        found = []
        for one, m, c in zip(texts, marks, sure, strict=True):
            human = {one.id: HumanTarget(m, c if known else None)}
            batch = collate(encode([one], model.vocabulary, human=human))
            objective = AttentionSupervision(certainty=certainty)
            found.append(objective.term(model.module(batch), batch, model.module).value.item())
        return found

    plain = value(certainty=False, known=True)
    assert value(certainty=True, known=False) == plain
    # Means of the certainties: .6 and .2.
    expected = [0.6 * plain[0], 0.2 * plain[1]]
    assert value(certainty=True, known=True) == pytest.approx(expected, rel=1e-6)
