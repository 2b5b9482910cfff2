"""A project whose run is the model of known probabilities, for tests of faithfulness."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from db.records import Instance, ModelRun
from db.store import instances, runs
from pipeline.explain import explain
from pipeline.models.checkpoint import save
from pipeline.models.predict import predict
from pipeline.project import Project
from tests.pipeline.removal.support import known_model
from tests.support.data import instance

RUN = "known"
FILLER = ("the", "film", "was", "so", "dull")
SETTINGS = """\
[explain]
explainers = ["gradient", "attention"]
[analysis]
bootstrap = 100
"""


def texts(n: int = 30, length: int = 6) -> list[Instance]:
    """Texts of `length` tokens of which one, "good" or "bad", decides; "dull" counts nothing."""
    rng = random.Random(3)
    made: dict[str, Instance] = {}
    while len(made) < n:
        words = rng.choices(FILLER, k=length - 1)
        words.insert(rng.randrange(length), rng.choice(("good", "bad")))
        one = instance(" ".join(words))
        made[one.id] = one
    return list(made.values())


def known_project(
    make_project: Callable[..., Project],
    data: Sequence[Instance],
    explainers: Sequence[str] = ("gradient", "attention"),
) -> Project:
    """With the run, its predictions and its rationales."""
    project, model = make_project(SETTINGS), known_model()
    instances.add(project.engine, data)
    save(model, project.models / RUN)
    run = ModelRun(RUN, "bilstm_attention", model.labels, {}, 0, "", {}, f"models/{RUN}")
    runs.add(project.engine, run, predict(model, data, RUN))
    explain(project, explainers=explainers)
    return project
