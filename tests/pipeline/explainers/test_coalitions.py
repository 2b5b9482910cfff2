"""The model as a function of which tokens stay, by hand on a linear model."""

from __future__ import annotations

import torch

from pipeline.explainers.coalitions import forward_from_stays
from tests.pipeline.explainers.linear import shared, summed
from tests.support.data import instance

TEXTS = [instance("good soup today"), instance("bad bread again")]


def test_a_number_a_token_says_how_much_of_its_embedding_stays() -> None:
    """logits = O·Σ_t (base + s_t (e_t − base)) + b, s three ways for each of two texts."""
    model = summed(TEXTS)
    run = shared(model, TEXTS)
    base = torch.linspace(-1, 1, 4, dtype=torch.float64).expand(1, 3, 4)
    stays = torch.tensor(  # two copies of the batch, one after the other, as Captum stacks them
        [[1, 1, 1], [0, 0, 0], [0, 1, 0.5], [1, 0, 1]], dtype=torch.float64
    )
    embeddings = model.module.embed(run.batch).detach()
    expected = []
    for copy, row in enumerate(stays.tolist()):
        total = torch.zeros(4, dtype=torch.float64)
        for token, share in enumerate(row):
            total += share * embeddings[copy % 2, token] + (1 - share) * base[0, token]
        expected.append(model.module.output.weight @ total + model.module.output.bias)
    found = forward_from_stays(run, base)(stays[..., None])
    torch.testing.assert_close(found, torch.stack(expected))


def test_a_text_of_which_all_stays_is_itself_to_the_last_bit() -> None:
    run = shared(summed(TEXTS), TEXTS)
    base = torch.full((1, 3, 4), 0.1, dtype=torch.float64)
    stays = torch.ones(2, 3, 1, dtype=torch.float64)
    assert torch.equal(forward_from_stays(run, base)(stays), run.output.logits)
