"""The whole way from rationales to faithfulness, on a model of known probabilities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from db.errors import NotFound, UsageError
from db.records import Estimate
from db.store import instances, probes
from pipeline.controls import explained, fresh_model
from pipeline.embedding_scores import (
    MOVES_DRAWN,
    RADIUS,
    REMOVALS_DRAWN,
    REMOVED_SHARE,
    infidelities,
    sensitivities,
)
from pipeline.explain import explain
from pipeline.explainers.base import Shared
from pipeline.explainers.gradient import Gradient
from pipeline.faithfulness import FaithfulnessRequest, Measured, faithfulness
from pipeline.models.batches import collate
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import frozen
from pipeline.project import Project
from tests.pipeline.faithful import RUN, known_project, texts
from tests.pipeline.models.support import pair, small_model
from tests.pipeline.removal.support import known_model, probability
from tests.support.data import instance, reviews

DATA = texts()


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return known_project(make_project, DATA)


def estimates(done: Measured) -> dict[tuple[str, str], Estimate]:
    return {(e.subject, e.name): e for e in done.result.estimates}


def test_the_explainer_that_points_at_the_deciding_word_is_faithful(project: Project) -> None:
    done = faithfulness(project, FaithfulnessRequest())
    found = estimates(done)
    # One word of six decides; without it nothing does, at every share.
    whole = probability(1, 0, 6)
    expected = whole - 0.5
    comprehensive = found["gradient", "comprehensiveness_aopc_drop"]
    assert comprehensive.value == pytest.approx(expected, abs=1e-6)
    # ceil(share · 6) tokens: 1, 1, 1, 2, 3, of which the first is the word
    kept = np.mean([whole - probability(1, 0, k) for k in (1, 1, 1, 2, 3)])
    sufficient = found["gradient", "sufficiency_aopc_drop"]
    assert sufficient.value == pytest.approx(kept, abs=1e-6)
    # everything that all tokens are worth is lost without the word
    between = found["gradient", "comprehensiveness_normalised_aopc_drop"]
    assert between.value == pytest.approx(1.0, abs=1e-5)
    assert found["gradient", "flip@1%_drop"].n_units == len(DATA)


def test_it_wins_over_chance_and_even_attention_does_not(project: Project) -> None:
    done = faithfulness(project, FaithfulnessRequest())
    verdicts = {(one.estimate.subject, one.estimate.name): one for one in done.result.contrasts}
    assert verdicts["gradient", "comprehensiveness_aopc_drop"].verdict is True
    assert verdicts["gradient", "sufficiency_aopc_drop"].estimate.value < 0
    # attention is the same on every token here: a random choice, tie by tie
    assert verdicts["attention", "comprehensiveness_aopc_drop"].verdict is False
    subjects = {subject for subject, _ in estimates(done)}
    assert {"random", "gradient, random weights", "attention, random weights"} < subjects
    alike = estimates(done)["attention", "same_as_random_weights"]
    assert alike.value is None and alike.note == "no instance has this score"
    assert any("random weights" in reason for reason in done.result.excluded)


@pytest.mark.parametrize("removal", ["mask_token", "mean_embedding"])
def test_a_removed_word_counts_nothing_but_keeps_its_place(project: Project, removal: str) -> None:
    done = faithfulness(project, FaithfulnessRequest(removal=removal, explainers=("gradient",)))
    found = estimates(done)
    value = found["gradient", f"comprehensiveness_aopc_{removal}"].value
    assert value == pytest.approx(probability(1, 0, 6) - 0.5, abs=1e-6)
    # the word alone among five that say nothing carries the whole prediction
    assert found["gradient", f"sufficiency_aopc_{removal}"].value == pytest.approx(0, abs=1e-6)


def test_a_second_run_measures_nothing_and_says_the_same(project: Project) -> None:
    first = faithfulness(project, FaithfulnessRequest())
    steps: list[tuple[int, int]] = []
    again = faithfulness(project, FaithfulnessRequest(), lambda *done: steps.append(done))
    assert first.new == len(probes.read(project.engine, RUN, "drop"))
    assert (again.new, again.known) == (0, first.new + first.known)
    assert again.result == first.result
    assert steps[-1][0] == steps[-1][1] > 0


def test_a_sample_is_drawn_once_and_its_probes_serve_the_whole(project: Project) -> None:
    part = faithfulness(project, FaithfulnessRequest(sample=10))
    assert part.n_instances == 10
    assert faithfulness(project, FaithfulnessRequest(sample=10)).new == 0
    whole = faithfulness(project, FaithfulnessRequest())
    assert part.new + whole.new == len(probes.read(project.engine, RUN, "drop"))


def test_what_is_missing_or_wrong_is_said(project: Project) -> None:
    for request, problem in (
        (FaithfulnessRequest(explainers=("integrated_gradients",)), "by integrated_gradients"),
        (FaithfulnessRequest(split="test"), "that bilstm_attention reads in split 'test'"),
    ):
        with pytest.raises(NotFound, match=problem):
            faithfulness(project, request)
    for request, problem in (
        (FaithfulnessRequest(sample=31), "30 instances can be drawn"),
        (FaithfulnessRequest(removal="drip"), "did you mean 'drop'"),
        (FaithfulnessRequest(compat="eraser"), "carton"),
        (FaithfulnessRequest(explainers=("gradeint",)), "did you mean 'gradient'"),
    ):
        with pytest.raises(UsageError, match=problem):
            faithfulness(project, request)


def test_what_came_after_explaining_is_counted(project: Project) -> None:
    instances.add(project.engine, [instance("so good so good")])
    done = faithfulness(project, FaithfulnessRequest())
    assert done.n_instances == 30
    assert done.result.excluded["instance without rationales of every explainer"] == 1
    explain(project, explainers=["gradient", "attention"])
    assert faithfulness(project, FaithfulnessRequest()).n_instances == 31


def test_random_weights_are_not_those_that_training_started_from() -> None:
    model = small_model(reviews(8)[0])
    before = torch.random.get_rng_state()
    one, again, other = fresh_model(model, 0), fresh_model(model, 0), fresh_model(model, 1)
    assert (torch.random.get_rng_state() == before).all()
    key = "attention_key.weight"
    weights = [m.module.state_dict()[key] for m in (one, again, other, model)]
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).all()
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        started = type(model.module)(model.settings, len(model.vocabulary), 3, False)
    assert (weights[0] != started.state_dict()[key]).all()


BOTH = [*reviews(6)[0][:4], pair("good film", "bad film was"), pair("so it was", "dull")]


def test_infidelity_is_what_its_definition_says_instance_by_instance() -> None:
    model = small_model(BOTH)
    scores = explained(model, BOTH, ["gradient"], 5)["gradient"]
    targets = {i.id: 1 for i in BOTH}
    ragged = _ragged(scores)
    found = infidelities(model, BOTH, ragged, targets, 5)
    assert (found >= 0).all()
    for at, row in enumerate(model.encode(BOTH)):
        batch = collate([row])
        rng = instance_generator(5, "infidelity", row.instance_id)
        drawn = rng.random((REMOVALS_DRAWN, len(row.ids)), dtype=np.float32) < REMOVED_SHARE
        said, done = [], []
        with torch.no_grad():
            start = model.module.embed(batch)
            whole = model.module(batch).logits[0, 1]
            for gone in drawn:
                left = start * torch.from_numpy(~gone)[None, :, None]
                done.append(float(whole - model.module(batch, embeddings=left).logits[0, 1]))
                said.append(float(scores[row.instance_id][gone].sum()))
        one, other = np.array(said), np.array(done)
        scale = (one * other).sum() / (one**2).sum() if one.any() else 1.0
        assert found[at] == pytest.approx(((scale * one - other) ** 2).mean(), rel=1e-3, abs=1e-6)


def test_sensitivity_is_the_largest_change_instance_by_instance() -> None:
    model = small_model(BOTH)
    targets = {i.id: 0 for i in BOTH}
    found = sensitivities(model, BOTH, "gradient", targets, 5)
    for at, row in enumerate(model.encode(BOTH)):
        batch = collate([row])
        with frozen(model) as module:
            start = module.embed(batch).detach()
            own = _gradient(module, batch, start)
            rng = instance_generator(5, "sensitivity", row.instance_id)
            noise = rng.random((MOVES_DRAWN, *start.shape[1:]), dtype=np.float32)
            changes = []
            for one in torch.from_numpy(noise) * 2 - 1:
                moved = _gradient(module, batch, start + one * RADIUS * start.std())
                changes.append(float((moved - own).norm() / own.norm()))
        assert found[at] == pytest.approx(max(changes), rel=1e-3)
    assert (sensitivities(known_model(), DATA, "constant", {i.id: 0 for i in DATA}, 5) == 0).all()


def test_infidelity_and_sensitivity_join_the_result(project: Project) -> None:
    done = faithfulness(project, FaithfulnessRequest(embeddings=True, sample=10))
    found = estimates(done)
    assert found["gradient", "infidelity"].value < found["random", "infidelity"].value
    assert found["gradient", "sensitivity"].value > 0
    assert ("random", "sensitivity") not in found
    assert any("embedding becomes zero with probability 0.2" in n for n in done.result.notes)


def _ragged(scores: dict[str, np.ndarray]):  # type: ignore[no-untyped-def]
    from db.ragged import Ragged

    return Ragged.from_rows((scores[i.id] for i in BOTH), "float64")


def _gradient(module, batch, embeddings):  # type: ignore[no-untyped-def]
    start = embeddings.clone().requires_grad_(True)
    output = module(batch, embeddings=start)
    target = torch.zeros(1, dtype=torch.int64)
    shared = Shared(module, batch, output, target, "logit", 5, 10_000)
    return Gradient().attribute(shared).scores.detach()
