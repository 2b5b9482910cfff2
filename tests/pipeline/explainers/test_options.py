"""Options of explainers as a person writes them in konkyo.toml."""

from __future__ import annotations

import dataclasses

import pytest

from db.errors import UsageError
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.batching import ExplainSettings
from pipeline.explainers.lime import Lime
from pipeline.explainers.options import in_words, stated, with_options
from tests.pipeline.explainers.test_explainers import explained
from tests.pipeline.models.support import small_model
from tests.support.data import instance


def test_options_replace_defaults() -> None:
    assert with_options("lime", {"samples": 50, "ridge": 1}) == Lime(samples=50, ridge=1)
    assert with_options("lime", {}) == Lime()


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("lime", {"sample": 5}, "explainer lime: there is no option 'sample'; did you mean 'samples'"),
        ("gradient", {"steps": 5}, "there is no option 'steps' (it has none)"),
        ("lime", {"samples": "many"}, "lime: samples must be a whole number, not 'many'"),
        ("lime", {"samples": True}, "must be a whole number, not True"),
        ("lime", {"samples": 5.0}, "must be a whole number, not 5.0"),
        ("lime", {"width": float("inf")}, "width must be a number, not inf"),
        ("occlusion", {"window": 0}, "occlusion: window must be 1 or more"),
        ("gradient_shap", {"samples": 0}, "samples must be 1 or more"),
        ("deeplift", {"baseline": 0}, "baseline must be a text in quotes, not 0"),
        ("deeplift", {"baseline": "mean embeding"}, "did you mean 'mean embedding'?"),
        ("liem", {}, "no explainer called 'liem'; did you mean 'lime'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_option_is_said(name: str, given: dict, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        with_options(name, given)
    assert said in str(refused.value)


def test_options_of_an_explainer_that_does_not_exist_are_refused_whatever_is_asked_for() -> None:
    with pytest.raises(UsageError, match="no explainer called 'liem'"):
        ExplainSettings(options={"liem": {}}).load(["gradient"])


@pytest.mark.parametrize("name", sorted(EXPLAINERS))
def test_every_option_has_a_default_of_a_kind_that_toml_can_write(name: str) -> None:
    for field in dataclasses.fields(EXPLAINERS.load(name)):
        assert type(field.default) in (int, float, str)


def test_a_baseline_that_is_asked_for_changes_scores_and_is_recorded() -> None:
    texts = [instance("good soup today"), instance("bad bread again")]
    model = small_model(texts)
    zero = explained(model, texts, ["feature_ablation"])
    settings = ExplainSettings(options={"feature_ablation": {"baseline": "mean embedding"}})
    mean = explained(model, texts, ["feature_ablation"], settings=settings)
    assert {one.baseline for one in zero} == {"zero embedding"}
    assert {one.baseline for one in mean} == {"mean embedding"}
    assert all((a.scores != b.scores).any() for a, b in zip(zero, mean, strict=True))


def test_what_is_not_a_default_is_what_was_stated() -> None:
    assert stated(with_options("lime", {})) == {}
    assert stated(with_options("lime", {"samples": 200})) == {}, "the default, said aloud"
    found = stated(with_options("lime", {"width": 1, "baseline": "mean embedding"}))
    assert found == {"baseline": "mean embedding", "width": 1}
    assert in_words(found) == 'baseline = "mean embedding", width = 1'
    assert in_words({}) == "the defaults"


def test_a_rationale_carries_the_options_that_it_was_made_with() -> None:
    texts = [instance("good soup today"), instance("bad bread again")]
    settings = ExplainSettings(options={"lime": {"samples": 30}})
    found = explained(small_model(texts), texts, ["lime", "gradient"], settings=settings)
    assert {(one.explainer, one.options.get("samples")) for one in found} == {
        ("lime", 30),
        ("gradient", None),
    }
