"""No explainer of the table is without a suite: on texts, pictures, rows, or a transformer."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.explainers import EXPLAINERS
from tests.pipeline.explainers import test_explainers as on_texts
from tests.pipeline.explainers import test_pictures as on_pictures
from tests.pipeline.explainers import test_rows as on_rows
from tests.pipeline.explainers.pictures import trained
from tests.pipeline.models.support import small_model


def fitting(offers: frozenset[str]) -> set[str]:
    """Explainers whose needs such a model meets."""
    return {n for n in EXPLAINERS if getattr(EXPLAINERS.load(n), "needs", frozenset()) <= offers}


def test_a_suite_takes_every_explainer_that_its_model_has_what_it_takes_for() -> None:
    assert set(on_texts.NAMES) == fitting(small_model(on_texts.SOME).module.offers)
    assert set(on_pictures.NAMES) == fitting(trained().module.offers)
    assert set(on_rows.NAMES) == fitting(on_rows.model().module.offers)


def test_every_explainer_stands_in_a_suite(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from tests.pipeline.explainers import test_transformer as on_transformers
    from tests.pipeline.models import pretrained

    model = pretrained.started(pretrained.write(tmp_path / "bert", "bert"))
    assert set(on_transformers.NAMES) == fitting(model.module.offers)
    suites = (on_texts, on_pictures, on_rows, on_transformers)
    assert {name for suite in suites for name in suite.NAMES} == set(EXPLAINERS)
