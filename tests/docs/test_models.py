"""The page of models names them all, and its example trains."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import numpy as np
import pytest

from db.store import instances, rationales
from pipeline.explain import explain
from pipeline.models import ATTENTIONS, MODELS
from pipeline.project import Project
from pipeline.train import train
from tests.docs.pages import DOCS, marked_block, read
from tests.support.data import reviews

PAGE = DOCS / "models.md"
MARKER = "tests/docs/test_models.py runs this block"
KIND = re.compile(r'^kind = "(my_model:\w+)"$', re.MULTILINE)


def test_every_kind_and_form_of_attention_has_a_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", read(PAGE), re.MULTILINE)
    assert {*MODELS, *ATTENTIONS} <= set(rows)


def test_the_model_of_the_example_is_trained_and_explained(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    (kind,) = KIND.findall(read(PAGE))
    table = f'[model]\nkind = "{kind}"\nembedding_dim = 8\nhidden_dim = 8\nepochs = 1\n'
    project = make_project(table)
    block = marked_block(PAGE, MARKER)
    (project.folder / "my_model.py").write_text(block, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    instances.add(project.engine, reviews(20)[0])
    try:
        run = train(project).run
        explain(project, explainers=["attention", "gradient"])
    finally:
        sys.modules.pop("my_model", None)
    assert run.kind == kind
    for found in rationales.read(project.engine, run.id, ["attention", "gradient"]):
        assert np.isfinite(found.scores).all() and found.scores.any()
