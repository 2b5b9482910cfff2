"""Explaining again, for controls: with the options that were asked for, and with what was learned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from db.store import rationales
from pipeline.controls import explained, fresh_model
from pipeline.embedding_scores import (
    MOVES_DRAWN,
    PERTURBATIONS,
    RADIUS,
    perturbations,
    sensitivities,
)
from pipeline.explainers.batching import ExplainSettings
from pipeline.explainers.learned_mask import LearnedMask
from pipeline.faithfulness import FaithfulnessRequest, faithfulness
from pipeline.models.batches import collate
from pipeline.models.seeding import instance_generator
from pipeline.project import Project
from tests.pipeline.faithful import RUN, known_project, texts
from tests.pipeline.removal.support import known_model

DATA = texts(24)
TARGETS = {one.id: 0 for one in DATA}
NAME = "learned_mask"
QUICK = {"epochs": 2, "rate": 0.02}


def test_options_travel_to_what_is_explained_now() -> None:
    wide = ExplainSettings(options={"occlusion": {"window": 6}})
    model = known_model()
    plain, asked = (
        explained(model, DATA, ["occlusion"], 0, settings=how)["occlusion"]
        for how in (ExplainSettings(), wide)
    )
    # A window over all six words takes everything away wherever it stands.
    assert all(np.ptp(asked[one.id]) == pytest.approx(0, abs=1e-5) for one in DATA)
    assert all(np.ptp(plain[one.id]) > 0.1 for one in DATA)


def test_what_was_learned_is_used_and_another_model_learns_its_own() -> None:
    model, how = known_model(), ExplainSettings(options={NAME: QUICK})
    learned = {NAME: LearnedMask(**QUICK).learn(model, DATA, 0)}
    given = explained(model, DATA[:4], [NAME], 0, settings=how, learned=learned)[NAME]
    whole = explained(model, DATA, [NAME], 0, settings=how)[NAME]
    for one in DATA[:4]:
        np.testing.assert_allclose(given[one.id], whole[one.id], atol=1e-6)
    other = fresh_model(model, 0)
    fresh = explained(other, DATA[:4], [NAME], 0, settings=how, learn_from=DATA)[NAME]
    assert any(np.abs(fresh[one.id] - given[one.id]).max() > 1e-3 for one in DATA[:4])


def test_sensitivity_has_the_options() -> None:
    model = known_model()
    wide = ExplainSettings(options={"occlusion": {"window": 6}})
    one, other = (
        sensitivities(model, DATA, "occlusion", TARGETS, 3, how)
        for how in (ExplainSettings(), wide)
    )
    assert not np.allclose(one, other)
    # The mean embedding has to be known to an explainer that starts from it.
    mean = ExplainSettings(options={"lime": {"baseline": "mean embedding", "samples": 20}})
    assert np.isfinite(sensitivities(model, DATA[:3], "lime", TARGETS, 3, mean)).all()


def test_sensitivity_of_a_learned_mask_is_of_the_network_as_it_was_learned() -> None:
    """The plain reading: the largest change of the mask over the moves drawn, relative to it."""
    model, how = known_model(), ExplainSettings(options={NAME: QUICK})
    learned = {NAME: LearnedMask(**QUICK).learn(model, DATA, 0)}
    found = sensitivities(model, DATA[:5], NAME, TARGETS, 3, how, learned)
    for at, row in enumerate(model.encode(DATA[:5])):
        with torch.no_grad():
            start = model.module.embed(collate([row]))
        own = learned[NAME].masks(start)
        noise = instance_generator(3, "sensitivity", row.instance_id).random(
            (MOVES_DRAWN, *start.shape[1:]), dtype=np.float32
        )
        changes = [
            float((learned[NAME].masks(start + (2 * one - 1) * RADIUS * start.std()) - own).norm())
            for one in torch.from_numpy(noise)
        ]
        assert found[at] == pytest.approx(max(changes) / float(own.norm()), rel=1e-3)


def test_the_note_names_what_learns_alone() -> None:
    assert perturbations(ExplainSettings(), ["gradient"]) == PERTURBATIONS
    last = perturbations(ExplainSettings(), ["gradient", NAME])[-1]
    assert last == "sensitivity of learned_mask: what was learned of the run stays as it is"


def test_faithfulness_of_a_learned_mask(make_project: Callable[..., Project]) -> None:
    options = "[explain.options.learned_mask]\nepochs = 2\nrate = 0.02\n"
    project = known_project(lambda text: make_project(text + options), DATA, [NAME, "gradient"])
    assert rationales.options(project.engine, RUN, NAME) == [QUICK]
    done = faithfulness(project, FaithfulnessRequest(explainers=(NAME,), embeddings=True))
    found = {(one.subject, one.name): one.value for one in done.result.estimates}
    assert found[NAME, "sensitivity"] > 0
    assert (f"{NAME}, random weights", "infidelity") in found
    assert any("sensitivity of learned_mask" in note for note in done.result.notes)
