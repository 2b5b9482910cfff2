"""When a term of the loss counts: λ by epoch, and training without it once it has fallen to 0."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from db.errors import UsageError
from pipeline.models.batches import HumanTarget
from pipeline.models.training import Fitted, fit
from pipeline.objectives.base import Weighted, describe
from tests.pipeline.models.support import QUICK
from tests.support.data import reviews

TEXTS, EVIDENCE = reviews(40)


def human() -> dict[str, HumanTarget]:
    found = {}
    for one in TEXTS:
        marks = np.zeros(one.n_tokens, dtype=np.float32)
        marks[EVIDENCE[one.id]] = 1
        found[one.id] = HumanTarget(marks)
    return found


def trained(*objectives: Weighted) -> Fitted:
    return fit(TEXTS, settings=QUICK, objectives=objectives, human=human(), seed=1)


def test_a_weight_that_rises_is_whole_after_so_many_epochs() -> None:
    one = Weighted("attention_supervision", 0.4, schedule="rise", over=4)
    assert [one.weight_in(epoch) for epoch in range(1, 7)] == pytest.approx(
        [0.1, 0.2, 0.3, 0.4, 0.4, 0.4]
    )


def test_a_weight_that_falls_is_nothing_after_so_many_epochs() -> None:
    one = Weighted("attention_supervision", 0.4, schedule="fall", over=4)
    assert [one.weight_in(epoch) for epoch in range(1, 7)] == pytest.approx(
        [0.4, 0.3, 0.2, 0.1, 0.0, 0.0]
    )


def test_a_term_whose_weight_has_fallen_to_0_is_not_computed() -> None:
    fallen = trained(Weighted("attention_supervision", 0.4, schedule="fall", over=1))
    first, *others = fallen.history
    assert "attention_supervision" in first.terms
    assert others and all("attention_supervision" not in epoch.terms for epoch in others)


def test_a_weight_that_has_risen_in_the_first_epoch_is_a_constant_one() -> None:
    risen = trained(Weighted("attention_supervision", 0.4, schedule="rise", over=1))
    plain = trained(Weighted("attention_supervision", 0.4))
    for name, value in plain.model.module.state_dict().items():
        assert torch.equal(value, risen.model.module.state_dict()[name])


def test_the_record_says_the_schedule_only_where_there_is_one() -> None:
    rising = Weighted("attention_supervision", 0.4, schedule="rise", over=3)
    plain = Weighted("right_reasons", 1)
    assert describe([rising, plain]) == (
        "cross_entropy + 0.4 attention_supervision (rise over 3) + 1 right_reasons"
    )
    assert plain.decided() == ["right_reasons", 1, {}]
    assert rising.decided() == ["attention_supervision", 0.4, {}, "rise", 3]


def test_an_unknown_schedule_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="schedules constant, rise, fall, not 'cosine'"):
        Weighted("attention_supervision", 0.4, schedule="cosine")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="over must be 1 epoch or more, not 0"):
        Weighted("attention_supervision", 0.4, schedule="rise", over=0)
