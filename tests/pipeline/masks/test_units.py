"""Mask networks before units, and what masks keep on average."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipeline.masks.kept import kept, means_kept
from pipeline.masks.learning import MaskSettings, Part, learn_from_parts, learn_mask
from pipeline.masks.measures import LEARNED, OTHER, RANDOM
from pipeline.masks.networks import TokenMask
from pipeline.masks.units import MaskOfFeatures, MaskOfPatches, MaskOfTokens


def test_parts_of_a_token_that_are_none_change_nothing() -> None:
    torch.manual_seed(0)
    network = MaskOfTokens(4)
    embeddings = torch.randn(2, 5, 8)
    wider = torch.cat([embeddings, torch.zeros(2, 5, 4)], dim=2)
    assert network(embeddings).shape == (2, 5, 1)
    assert torch.equal(network(embeddings), network(wider))


def test_patches_stand_where_they_are_in_the_picture() -> None:
    torch.manual_seed(0)
    network = MaskOfPatches(3, (4, 6))
    embeddings = torch.randn(2, 24, 3)
    found = network(embeddings)
    assert found.shape == (2, 24, 1)
    # Three convolutions of 3 × 3 reach three patches: (0, 0) hears of (3, 3), not of (0, 4).
    for far, hears in ((3 * 6 + 3, True), (4, False)):
        moved = embeddings.clone()
        moved[:, far] += 5
        assert bool((network(moved)[:, 0] != found[:, 0]).any()) == hears


def test_a_feature_of_several_numbers_has_one_logit() -> None:
    assert MaskOfFeatures(7, 3)(torch.randn(2, 7, 3)).shape == (2, 7, 1)


def test_inputs_in_several_parts_are_learned_from_as_in_one() -> None:
    """The mean gradient of a batch does not depend on what went through the model together."""
    torch.manual_seed(0)
    inputs = torch.randn(12, 5, 3)

    def predict(x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x[..., 0].sum(1), x[..., 1].sum(1)], dim=1)

    def pieces(generator: torch.Generator):
        return (Part(some, predict) for some in inputs.split([5, 1, 6]))

    made = []
    for how in ("whole", "parts"):
        torch.manual_seed(1)
        network, settings = TokenMask(3), MaskSettings(epochs=3, batch=12)
        if how == "whole":
            learn_mask(predict, network, inputs, settings=settings)
        else:
            learn_from_parts(network, pieces, settings=settings)
        made.append(torch.cat([value.flatten() for value in network.state_dict().values()]))
    torch.testing.assert_close(made[0], made[1], atol=1e-5, rtol=1e-4)


def test_what_a_mask_keeps_of_two_instances() -> None:
    mask = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    whole = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    hidden = torch.tensor([[0.0, np.log(3.0)], [0.0, 0.0]], dtype=torch.float32)
    first, second = kept(RANDOM, mask, whole, hidden, torch.tensor([1, 0]))
    # softmax(0, ln 3) = (1/4, 3/4): the class changes, and class 1 is asked about.
    assert first == pytest.approx(
        {"share kept, random": 0.5, "prediction kept, random": 0, "probability kept, random": 0.75}
    )
    assert second["probability kept, random"] == pytest.approx(0.5)


def test_means_are_over_the_instances_that_have_such_a_mask() -> None:
    names = ("share kept", "prediction kept", "probability kept")
    details = [
        {name + end: float(n) for name in names for end in ("", ", random")} for n in (0, 1, 1, 0)
    ]
    details[1] |= dict.fromkeys([name + ", another's" for name in names], 0.25)
    found = {(one.subject, one.name): one for one in means_kept(details, bootstrap=200)}
    own = found[LEARNED, "prediction kept"]
    assert own.value == 0.5 and own.low < 0.5 < own.high and own.n_units == 4
    lent = found[OTHER, "share kept"]
    assert lent.value == 0.25 and lent.n_units == 1
    nobody = means_kept(details[2:], bootstrap=0)
    assert [one.value for one in nobody if one.subject == OTHER] == [None] * 3
