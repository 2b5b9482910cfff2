"""Center loss: the arithmetic of Wen et al. (2016), centres that are held, and classes that gather."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.models import MODELS
from pipeline.models.base import Output, check_needs
from pipeline.models.batches import Batch, collate
from pipeline.models.sampling import class_means, summaries
from pipeline.models.settings import Settings
from pipeline.models.training import Epoch, Fitted, fit
from pipeline.objectives.base import Weighted
from pipeline.objectives.center import Center, Centres
from pipeline.objectives.remembering import Remembering, begun
from tests.pipeline.models.support import QUICK, small_model
from tests.support.data import instance, reviews
from tests.support.tables import rows

TEXTS = reviews(40)[0]
CENTER = Weighted("center", 0.1)


def of(summary: list[list[float]], labels: list[int], goals: Tensor | None = None) -> tuple:
    """A pass with this summary, and its batch."""
    z = torch.tensor(summary, dtype=torch.float64)
    none = torch.zeros(len(z), 1)
    output = Output(none, none, none, none, none.bool(), none, None, z)  # type: ignore[arg-type]
    texts = [instance(f"word{n}") for n in range(len(z))]
    batch = collate(small_model(texts).encode(texts))
    return output, replace(batch, labels=torch.tensor(labels), goals=goals)


def value(centres: Centres, output: Output, batch: Batch) -> float:
    return float(centres.term(output, batch, None).value)  # type: ignore[arg-type]


def test_one_update_by_hand() -> None:
    """Class 0 has z = (2, 0) and (4, 2); class 1 has (−1, 1), a single row; class 2 has none.

    From c = 0: Σ(c − z) is −(6, 2) over n = 2, so c₀ = ½ · (6, 2)/3 = (1, 1/3); c₁ = ½ · (−1, 1)/2.
    Then Σ(c₀ − z) = (1 − 2 + 1 − 4, 1/3 + 1/3 − 2) = (−4, −4/3), so c₀ = (1 + 2/3, 1/3 + 2/9).
    """
    output, batch = of([[2, 0], [4, 2], [-1, 1]], [0, 0, 1])
    centres = Center().fresh(3)
    assert value(centres, output, batch) == pytest.approx((2 + 10 + 1) / 3)
    centres.renew(output, batch)
    np.testing.assert_allclose(centres.at, [[1, 1 / 3], [-1 / 4, 1 / 4], [0, 0]])
    first, second = (1 + 1 / 9) / 2, (9 + 25 / 9) / 2
    assert value(centres, output, batch) == pytest.approx((first + second + 0.5625) / 3)
    centres.renew(output, batch)
    np.testing.assert_allclose(centres.at[0], [5 / 3, 5 / 9])


def test_alpha_is_how_far_a_centre_goes() -> None:
    output, batch = of([[2, 0], [4, 2]], [0, 0])
    centres = Center(alpha=1.0).fresh(1)
    centres.renew(output, batch)
    np.testing.assert_allclose(centres.at, [[2, 2 / 3]])
    for wrong in (0.0, 1.5, float("nan")):
        with pytest.raises(UsageError, match="alpha must be above 0 and at most 1"):
            Center(alpha=wrong)


def test_a_row_of_no_class_counts_0_and_moves_nothing() -> None:
    output, batch = of([[2, 0], [8, 8]], [0, -1])
    centres = Center().fresh(2)
    assert value(centres, output, batch) == pytest.approx(2 / 2)
    centres.renew(output, batch)
    np.testing.assert_allclose(centres.at, [[0.5, 0], [0, 0]])


def test_with_class_probabilities_the_likeliest_is_the_class() -> None:
    goals = torch.tensor([[0.2, 0.8], [0.5, 0.5]])
    output, batch = of([[2, 0], [0, 4]], [-1, -1], goals)
    centres = Center().fresh(2)
    centres.renew(output, batch)
    np.testing.assert_allclose(centres.at, [[0, 1], [0.5, 0]])


def test_its_gradient_is_z_minus_the_centre_with_centres_held() -> None:
    """∂(1/B Σ ½‖z − c‖²)/∂z by finite differences, c where a batch before left it."""
    output, batch = of([[2.0, 0.5], [4, 2], [-1, 1]], [0, 0, 1])
    centres = Center().fresh(2)
    centres.renew(output, batch)
    z = output.summary.clone().requires_grad_()
    centres.term(replace(output, summary=z), batch, None).value.backward()  # type: ignore[arg-type]
    for row in range(3):
        for axis in range(2):
            ends = []
            for step in (1e-6, -1e-6):
                moved = output.summary.clone()
                moved[row, axis] += step
                ends.append(value(centres, replace(output, summary=moved), batch))
            assert float(z.grad[row, axis]) == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_each_training_has_its_own_centres() -> None:
    asked = Center()
    one, two = begun(asked, 2), begun(asked, 2)
    assert isinstance(one, Remembering) and one is not two
    output, batch = of([[2, 0]], [0])
    one.renew(output, batch)
    assert len(one.state()["centres"]) == 2 and not len(two.state()["centres"])


def test_half_precision_has_whole_centres() -> None:
    output, batch = of([[2, 0], [4, 2]], [0, 0])
    centres = Center().fresh(1)
    centres.renew(replace(output, summary=output.summary.bfloat16()), batch)
    assert centres.at.dtype == torch.float32


def within(fitted: Fitted, data: list) -> float:
    """Mean squared distance to the class's mean, over the mean squared distance to all means'."""
    training = [one for one in data if one.id in set(fitted.split.train)]
    encoded = fitted.model.encode(training)
    z, labels = summaries(fitted.model, encoded), torch.tensor([row.label for row in encoded])
    near = (z - class_means(z, labels, 3)[labels]).square().sum(-1).mean()
    return float(near / (z - z.mean(0)).square().sum(-1).mean())


def test_on_real_rows_classes_gather_around_their_centres() -> None:
    data, mlp = list(rows("iris")), {**MODELS.load("mlp").defaults, "hidden_dim": 16, "epochs": 25}
    settings = Settings(kind="mlp", device="cpu", **{**mlp, "patience": 25})
    plain = fit(data, settings=settings, seed=1)
    gathered = fit(data, settings=settings, objectives=[Weighted("center", 0.3)], seed=1)
    assert within(gathered, data) < 0.7 * within(plain, data)
    assert gathered.metrics["test_accuracy"] >= 0.85
    logged = [epoch.terms["center"] for epoch in gathered.history]
    assert all(value >= 0 for value in logged)


class PulledPlug(Exception):
    """Whatever ends a training from outside."""


@pytest.mark.parametrize("more", [{}, {"sampling": "distance", "sampling_warmup": 1}])
def test_a_training_that_was_interrupted_ends_at_the_same_bits(tmp_path: Path, more: dict) -> None:
    settings = replace(QUICK, epochs=4, dropout=0.2, patience=4, **more)
    whole = fit(TEXTS, settings=settings, objectives=[CENTER], seed=3)

    def stop(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise PulledPlug

    path = tmp_path / "half"
    with pytest.raises(PulledPlug):
        fit(TEXTS, settings=settings, objectives=[CENTER], seed=3, progress=path, on_epoch=stop)
    resumed = fit(TEXTS, settings=settings, objectives=[CENTER], seed=3, progress=path)
    assert resumed.history == whole.history
    for name, weight in whole.model.module.state_dict().items():
        assert torch.equal(weight, resumed.model.module.state_dict()[name])


def test_a_model_without_a_summary_is_refused() -> None:
    with pytest.raises(UsageError, match="objective center needs a summary, which a model of the"):
        check_needs("objective center", Center(), "strange", frozenset({"attention"}))
