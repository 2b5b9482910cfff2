"""Gradient methods against finite differences and against Captum, text by text."""

from __future__ import annotations

import captum.attr
import pytest
import torch

from db.errors import UsageError
from pipeline.explainers.attention import Attention
from pipeline.explainers.base import Explained, Shared
from pipeline.explainers.gradient import Gradient
from pipeline.explainers.integrated_gradients import IntegratedGradients
from pipeline.models.batches import collate
from pipeline.models.trained import TrainedModel, frozen
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

TEXTS = [instance("good soup today"), instance("bad bread again"), instance("we came again")]
PAIRS = [pair("a man", "he is awake"), pair("two dogs", "they are cats")]
BOTH = pytest.mark.parametrize("instances", [TEXTS, PAIRS], ids=["texts", "pairs"])


def shared(model: TrainedModel, instances: list, **given) -> Shared:
    with frozen(model) as module:
        return Shared.run(module, collate(model.encode(instances)), **given)


@BOTH
@pytest.mark.parametrize("explained", ["logit", "log_probability", "probability"])
def test_gradient_is_the_slope_of_the_output_along_the_token(
    instances: list, explained: Explained
) -> None:
    model = small_model(instances, double=True)
    run = shared(model, instances, explained=explained)
    scores = Gradient().attribute(run).scores
    function = run.forward_from(run.batch)
    embeddings = run.output.embeddings.detach()
    rows = torch.arange(len(embeddings))
    for token in range(embeddings.shape[1]):
        change = torch.zeros_like(embeddings)
        change[:, token] = 1e-6 * embeddings[:, token]
        up, down = function(embeddings + change), function(embeddings - change)
        slope = (up - down)[rows, run.targets] / 2e-6
        torch.testing.assert_close(scores[:, token], slope, rtol=1e-6, atol=1e-9)


def test_tokens_of_both_texts_get_gradients_and_only_the_first_gets_attention() -> None:
    model = small_model(PAIRS)
    run = shared(model, PAIRS)
    assert (Gradient().attribute(run).scores != 0).all()
    assert (Attention().attribute(run).scores[:, 2:] == 0).all()


@BOTH
def test_integrated_gradients_sum_to_the_difference_of_the_output(instances: list) -> None:
    model = small_model(instances, double=True)
    run = shared(model, instances)
    found = IntegratedGradients(tolerance=0, floor=1e-6, most_steps=512).attribute(run)
    function = run.forward_from(run.batch)
    ends = function(run.output.embeddings) - function(torch.zeros_like(run.output.embeddings))
    difference = ends.gather(1, run.targets[:, None]).squeeze(1)
    # Captum rounds its quadrature weights to float32: 1e-6 is as near as the sums can come.
    torch.testing.assert_close(found.scores.sum(-1), difference, rtol=0, atol=1e-6)
    for details, total in zip(found.details, difference.tolist(), strict=True):
        assert details["difference"] == pytest.approx(total)
        assert abs(details["residual"]) <= 1e-6


def test_only_those_who_need_more_steps_take_more() -> None:
    texts = [instance(f"{a} {b} soup again today") for a in "abcdef" for b in "uvwxyz"]
    model = small_model(texts)
    with torch.no_grad():
        model.module.embedding.weight *= 4  # a less even path, which takes some texts more steps
    run = shared(model, texts)
    found = IntegratedGradients(tolerance=0.001, floor=1e-4).attribute(run)
    steps = [int(details["steps"]) for details in found.details]
    assert len(set(steps)) > 1
    assert set(steps) <= {8, 16, 32, 64, 128, 256}
    for row, text in enumerate(texts):
        allowed = max(0.001 * abs(found.details[row]["difference"]), 1e-4)
        # As many steps as it took do, and half as many do not.
        alone = shared(model, [text])
        function, embeddings = alone.forward_from(alone.batch), alone.output.embeddings.detach()
        for count, enough in ((steps[row], True), (steps[row] // 2, False)):
            if count >= 8:
                captums, off = captum.attr.IntegratedGradients(function).attribute(
                    embeddings,
                    target=alone.targets,
                    n_steps=count,
                    return_convergence_delta=True,
                )
                assert (abs(float(off)) <= allowed * (1 + 1e-3)) == enough
                if enough:
                    torch.testing.assert_close(
                        found.scores[row], captums.sum(-1)[0], atol=1e-5, rtol=0
                    )


def test_steps_end_at_the_most_and_it_is_said() -> None:
    model = small_model(TEXTS, double=True)
    found = IntegratedGradients(tolerance=0, floor=0, most_steps=16).attribute(shared(model, TEXTS))
    assert all(details["steps"] == 16 for details in found.details)
    assert all(details["converged"] == 0 for details in found.details)
    assert all(details["residual"] != 0 for details in found.details)


def test_the_cost_of_integrated_gradients_is_counted_in_rounds() -> None:
    # The prediction, the baseline, and 8, or 8 + 16 + 32, steps forward and back.
    cost = IntegratedGradients(most_steps=40).cost
    assert cost.forward == (10, 58)
    assert cost.backward == (8, 56)


def test_impossible_options_are_refused() -> None:
    with pytest.raises(UsageError, match="first_steps"):
        IntegratedGradients(first_steps=20, most_steps=10)
    with pytest.raises(UsageError, match="must not be negative"):
        IntegratedGradients(tolerance=-0.1)
