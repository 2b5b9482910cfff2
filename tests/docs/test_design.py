"""The example of the design page is an explainer that works."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import pipeline.explainers
from db.store import instances, rationales
from pipeline.explain import explain
from pipeline.explainers import EXPLAINERS
from pipeline.project import Project
from pipeline.train import train
from tests.docs.pages import DOCS, marked_block, read
from tests.support.data import reviews

DESIGN = DOCS / "design" / "README.md"
MARKER = "tests/docs/test_design.py runs this block"
LINE = re.compile(r'^ +"(gradient_norm)": "(pipeline\.explainers\.gradient_norm:\w+)",$', re.M)
MODEL = "[model]\nembedding_dim = 8\nhidden_dim = 4\nepochs = 1\n"


def test_the_explainer_of_the_example_explains(
    make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gradient_norm.py").write_text(marked_block(DESIGN, MARKER), encoding="utf-8")
    folders = [*pipeline.explainers.__path__, str(tmp_path)]
    monkeypatch.setattr(pipeline.explainers, "__path__", folders)
    ((name, where),) = LINE.findall(read(DESIGN))
    monkeypatch.setitem(EXPLAINERS._table, name, where)

    project = make_project(MODEL)
    instances.add(project.engine, reviews(20)[0])
    run = train(project).run
    try:
        assert explain(project, explainers=[name]).new == {name: 20}
    finally:
        sys.modules.pop("pipeline.explainers.gradient_norm", None)
    for found in rationales.read(project.engine, run.id, [name]):
        assert found.baseline == "none"
        assert found.reduction == "L2 norm over embedding dimensions, of the logit"
        assert np.isfinite(found.scores).all() and (found.scores >= 0).all()
