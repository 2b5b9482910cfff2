"""What holds for every explainer in the table."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from db.errors import DataError, UsageError
from db.records import Instance, Rationale
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import Explainer
from pipeline.explainers.batching import ExplainSettings, explain, rationale_id
from pipeline.models.base import ATTENTION
from pipeline.models.predict import predict
from pipeline.models.trained import TrainedModel
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance as text
from tests.support.data import reviews

TEXTS, _ = reviews(24)
PAIRS = [
    pair("a man sleeps", "he is awake"),
    pair("two dogs", "cats"),
    pair("a boy runs", "he is tired"),
]
NAMES = sorted(
    name
    for name in EXPLAINERS
    if getattr(EXPLAINERS.load(name), "needs", frozenset()) <= {ATTENTION}
)
FEW = {"lime": {"samples": 40}, "kernel_shap": {"samples": 40}, "gradient_shap": {"samples": 4}}
FEW |= {"learned_mask": {"epochs": 1}}
NO_MODEL = {"random", "constant"}
FIRST_TEXT = {"attention", "attention_x_gradient_norm"}
SOME = TEXTS[:8]
INPUTS = pytest.mark.parametrize("instances", [SOME, PAIRS], ids=["texts", "pairs"])


def explained(
    model: TrainedModel, instances: list[Instance], names: list[str], **given
) -> list[Rationale]:
    """Rationales in the order of the instances, from few samples unless told otherwise."""
    given.setdefault("settings", ExplainSettings(options=FEW))
    found = [one for chunk in explain(model, instances, names, **given) for one in chunk]
    order = {instance.id: place for place, instance in enumerate(instances)}
    return sorted(found, key=lambda one: (names.index(one.explainer), order[one.instance_id]))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@INPUTS
def test_every_token_gets_one_finite_float32_score(name: str, instances: list[Instance]) -> None:
    found = explained(small_model(instances), instances, [name])
    assert [one.instance_id for one in found] == [one.id for one in instances]
    for rationale, instance in zip(found, instances, strict=True):
        assert rationale.scores.shape == (instance.n_tokens,)
        assert rationale.scores.dtype == np.float32
        assert np.isfinite(rationale.scores).all()


@INPUTS
def test_a_batch_gives_what_each_instance_alone_gives(name: str, instances: list) -> None:
    model = small_model(instances)
    together = explained(model, instances, [name], seed=4)
    for rationale, instance in zip(together, instances, strict=True):
        alone = explained(model, [instance], [name], seed=4, learn_from=instances)[0]
        np.testing.assert_allclose(rationale.scores, alone.scores, atol=1e-5)
        assert rationale.id == alone.id


def test_the_size_of_batches_changes_nothing(name: str) -> None:
    model = small_model(SOME)
    large = explained(model, SOME, [name])
    small = explained(model, SOME, [name], settings=ExplainSettings(token_budget=20, options=FEW))
    for one, other in zip(large, small, strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)


def test_a_seed_repeats_it_exactly(name: str) -> None:
    model = small_model(TEXTS)
    first, again = (explained(model, SOME, [name], seed=7) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.scores.tolist() == other.scores.tolist()
        assert one.details == other.details


@cache
def by_all() -> list[Rationale]:
    return explained(small_model(SOME), SOME, NAMES)


def test_company_does_not_change_it(name: str) -> None:
    alone = explained(small_model(SOME), SOME, [name])
    among = [one for one in by_all() if one.explainer == name]
    for one, other in zip(alone, among, strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-6)


def test_the_predicted_class_is_explained_unless_another_is_asked_for(name: str) -> None:
    model = small_model(TEXTS)
    predicted = [int(p.probabilities.argmax()) for p in predict(model, TEXTS, "run")]
    assert len(set(predicted)) > 1
    found = explained(model, TEXTS, [name], run_id="run")
    assert [one.target for one in found] == predicted
    other = explained(model, TEXTS[:2], [name], run_id="run", targets={TEXTS[0].id: 2})
    assert [one.target for one in other] == [2, predicted[1]]


def test_it_says_against_what_it_explains_and_what_it_costs(name: str) -> None:
    explainer: Explainer = EXPLAINERS.load(name)()
    assert explainer.name == name
    assert explainer.baseline
    assert explainer.reduction
    for fewest, most in (explainer.cost.forward, explainer.cost.backward):
        assert 0 <= fewest <= most
    rationale = explained(small_model(TEXTS), TEXTS[:1], [name])[0]
    assert rationale.baseline == explainer.baseline
    assert rationale.reduction.startswith(explainer.reduction)


def test_it_leaves_the_model_as_it_was(name: str) -> None:
    model = small_model(TEXTS)
    model.module.train(True)
    before = {key: value.clone() for key, value in model.module.state_dict().items()}
    explained(model, TEXTS[:3], [name])
    assert model.module.training
    assert all(weight.requires_grad and weight.grad is None for weight in model.module.parameters())
    assert all((value == before[key]).all() for key, value in model.module.state_dict().items())


def test_an_id_depends_on_run_explainer_instance_and_target_alone() -> None:
    one = rationale_id("run", "gradient", "instance", 1)
    assert one == rationale_id("run", "gradient", "instance", 1)
    others = {
        rationale_id("run2", "gradient", "instance", 1),
        rationale_id("run", "attention", "instance", 1),
        rationale_id("run", "gradient", "instance2", 1),
        rationale_id("run", "gradient", "instance", 0),
    }
    assert len(others | {one}) == 5


def test_chunks_come_as_they_are_done_with_progress() -> None:
    seen: list[tuple[int, int]] = []
    chunks = explain(
        small_model(TEXTS),
        TEXTS,
        ["attention", "constant"],
        settings=ExplainSettings(token_budget=30),
        on_progress=lambda done, total: seen.append((done, total)),
    )
    first = next(chunks)
    assert {one.explainer for one in first} == {"attention", "constant"}
    assert len(first) < 2 * len(TEXTS)
    rest = list(chunks)
    assert seen[-1] == (24, 24)
    assert len(seen) == 1 + len(rest)


def test_what_is_wrong_is_said_before_the_first_chunk() -> None:
    model = small_model(TEXTS)
    with pytest.raises(UsageError, match="did you mean 'gradient'"):
        explain(model, TEXTS, ["gradeint"])
    with pytest.raises(UsageError, match="explainer gradient: .*'steps'"):
        explain(
            model, TEXTS, ["gradient"], settings=ExplainSettings(options={"gradient": {"steps": 3}})
        )
    with pytest.raises(UsageError, match="no explainer called 'lime2'"):
        explain(model, TEXTS, ["gradient"], settings=ExplainSettings(options={"lime2": {}}))
    with pytest.raises(UsageError, match="class 3 cannot be explained"):
        explain(model, TEXTS, ["gradient"], targets={TEXTS[0].id: 3})


def test_a_text_of_one_token_is_explained(name: str) -> None:
    texts = [text("soup"), text("bread"), text("good soup")]
    model = small_model(texts)
    for rationale in explained(model, texts, [name])[:2]:
        assert rationale.scores.shape == (1,)
        assert np.isfinite(rationale.scores).all()


def test_a_pair_without_a_second_text_is_explained_as_its_first(name: str) -> None:
    pairs = [*PAIRS, pair("a man sleeps", "")]
    found = explained(small_model(pairs), pairs, [name])[-1]
    assert found.scores.shape == (3,)
    assert np.isfinite(found.scores).all()


def test_tokens_of_a_second_text_score_where_the_method_reaches_them(name: str) -> None:
    if name in NO_MODEL:
        return
    for rationale, two in zip(explained(small_model(PAIRS), PAIRS, [name]), PAIRS, strict=True):
        second = rationale.scores[len(two.offsets) :]
        assert (second != 0).any() == (name not in FIRST_TEXT)


def test_scores_that_are_no_numbers_are_an_error_that_names_the_text(name: str) -> None:
    if name in NO_MODEL:
        return
    texts = [text("good soup"), text("bad bread")]
    model = small_model(texts)
    with torch.no_grad():
        model.module.embedding.weight[model.vocabulary.ids(["bread"])[0]] = torch.nan
    with pytest.raises(DataError, match=f"explainer {name} .* instance {texts[1].id} "):
        explained(model, texts, [name])
    assert len(explained(model, texts[:1], [name])) == 1


def test_global_generators_are_left_as_they_are(name: str) -> None:
    torch.manual_seed(3)
    np.random.seed(3)
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    first = explained(small_model(TEXTS[:4]), TEXTS[:4], [name])
    assert (torch.get_rng_state() == before[0]).all()
    assert np.random.get_state()[1].tolist() == before[1]
    torch.manual_seed(4)
    again = explained(small_model(TEXTS[:4]), TEXTS[:4], [name])
    assert [r.scores.tolist() for r in first] == [r.scores.tolist() for r in again]
