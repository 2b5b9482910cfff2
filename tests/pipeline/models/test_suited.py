"""What a model cannot learn is refused without training it."""

from __future__ import annotations

import math

import pytest
import torch

from db.errors import UsageError
from pipeline.models import MODELS
from pipeline.models.course import Course, Epoch
from pipeline.models.metrics import Metrics
from pipeline.models.settings import Settings
from pipeline.models.training import check_suited
from pipeline.objectives.base import Weighted
from tests.pipeline.models.support import small_model
from tests.support.data import instance
from tests.support.tables import rows

MLP = Settings(kind="mlp", device="cpu", **{**MODELS.load("mlp").defaults, "hidden_dim": 8})
PLAIN: tuple[Weighted, ...] = ()


def test_attention_cannot_be_taught_to_a_model_without() -> None:
    taught = (Weighted("attention_supervision", 1.0),)
    with pytest.raises(UsageError, match="attention_supervision needs attention.* kind mlp"):
        check_suited(rows("iris"), settings=MLP, losses=[PLAIN, taught], seed=1)


def test_what_it_can_learn_is_let_through_and_leaves_torch_as_it_was() -> None:
    before = torch.get_rng_state()
    taught = (Weighted("right_reasons", 0.1), Weighted("center", 0.1))
    check_suited(rows("iris"), settings=MLP, losses=[PLAIN, taught], seed=1)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("attention_supervision", {"sharpness": "five"}, "sharpness must be a number, not 'five'"),
        ("attention_supervision", {"sharpness": math.nan}, "sharpness must be a number, not nan"),
        ("attention_at", {"epsilon": True}, "epsilon must be a number, not True"),
        ("saliency_learning", {"certainty": 1}, "certainty must be true or false, not 1"),
        ("saliency_learning", {"target": 2}, "target must be a word, not 2"),
    ],
)
def test_an_option_of_another_kind_is_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=f"objective {name}: {message}"):
        Weighted(name, 1.0, options).load()


def test_a_whole_number_is_a_number() -> None:
    assert Weighted("attention_at", 1.0, {"epsilon": 2}).load().epsilon == 2  # type: ignore[attr-defined]


def test_without_an_auc_the_best_epoch_is_that_of_the_lowest_loss() -> None:
    """A validation part of one label has none; a NaN read back from disk is another object."""
    course = Course(small_model([instance("good soup", "a"), instance("bad soup", "b")]), 1)
    for number, loss in enumerate((0.9, 0.5, 0.7), start=1):
        course.add(Epoch(number, loss, {}, Metrics(1.0, 1.0, float("nan"), loss)))
    assert course.best is not None and course.best.number == 2
