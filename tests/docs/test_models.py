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
from pipeline.project import Project, open_project
from pipeline.train import train
from tests.docs.pages import DOCS, marked_block, read
from tests.pipeline.explainers.pictures import digits
from tests.support.data import reviews
from tests.support.tables import rows

PAGE = DOCS / "models.md"
MARKER = "tests/docs/test_models.py runs this block -->"
OTHERS = "tests/docs/test_models.py runs this block too"
KIND = re.compile(r'^kind = "(my_model:\w+)"$', re.MULTILINE)


def test_every_kind_and_form_of_attention_has_a_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", read(PAGE), re.MULTILINE)
    assert {*MODELS, *ATTENTIONS} <= set(rows)


def test_the_models_of_pictures_and_rows_are_trained_and_explained(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file, two kinds: each takes the instances of its own kind from a project that has both."""
    project = make_project("[model]\nhidden_dim = 4\nepochs = 1\n")
    (project.folder / "my_model.py").write_text(marked_block(PAGE, OTHERS), encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    instances.add(project.engine, digits(24))
    instances.add(project.engine, rows("iris")[::9])
    explained = ["saliency_l1", "learned_mask"]
    try:
        for name, more in (("Pictures", "attention"), ("Rows", "deeplift")):
            table = f'[model]\nkind = "my_model:{name}"\nhidden_dim = 4\nepochs = 1\n'
            (project.folder / "konkyo.toml").write_text(table, encoding="utf-8")
            opened = open_project(project.folder / "konkyo.toml")
            run = train(opened).run
            done = explain(opened, run=run.id, explainers=[*explained, more])
            assert set(done.new.values()) == {24 if name == "Pictures" else len(rows("iris")[::9])}
            opened.engine.dispose()
    finally:
        sys.modules.pop("my_model", None)


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
