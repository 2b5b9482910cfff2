"""Pictures, rows of features and shown rationales in a release."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from db.masks import decode, encode
from db.records import Instance, ModelRun, Prediction, Rationale, instance_id
from db.store import instances, rationales, runs
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project
from pipeline.release.release import export_release
from pipeline.release.request import FormatRequest
from pipeline.release.single import export_format
from tests.pipeline.release.support import SETTINGS, WORKERS, new_project, request, submit
from tests.support.data import reviews


def picture(shade: int) -> Instance:
    """A picture of 4 × 3 pixels."""
    file = io.BytesIO()
    Image.new("L", (4, 3), shade).save(file, "PNG")
    held = file.getvalue()
    nothing = np.empty((0, 2), dtype=np.int32)
    more: dict[str, Any] = {"image": held, "media_type": "image/png", "size": (4, 3)}
    return Instance(instance_id("image", held), "image", "", nothing, label="dark", **more)


def marked(project: Project, kind: str, value: Any, people: tuple[str, ...] = WORKERS) -> None:
    """Everybody marks the same on all instances."""
    campaign = plan(project, PlanRequest("highlight", kind)).campaign
    n = len(instances.read(project.engine, pictures=False))
    each = [("label", "dark"), ("marks", value)]
    submit(project, campaign, people, [each] * n * len(people))


def test_pictures_are_copied_and_marked_pixels_can_be_read_back(make_project: Any) -> None:
    project: Project = make_project(SETTINGS.replace('instructions = "instructions.md"', ""))
    held = [picture(shade) for shade in (10, 90)]
    instances.add(project.engine, held)
    mask = np.zeros((3, 4), dtype=np.uint8)
    mask[1, 2] = 1
    marked(project, "image", encode(mask))
    folder = export_release(project, request(project)).folder
    table = pd.read_parquet(folder / "data" / "instances.parquet").set_index("id")
    for one in held:
        assert (folder / table.loc[one.id, "image"]).read_bytes() == one.image
    assert (table["width"].tolist(), table["height"].tolist()) == ([4, 4], [3, 3])
    judged = pd.read_parquet(folder / "data" / "judgements.parquet")
    masks = judged[judged["question"] == "marks"]["mask"]
    assert all((decode(json.loads(m)) == mask).all() for m in masks)
    assert f"images/{held[0].id}.png" in (folder / "SHA256SUMS").read_text(encoding="utf-8")
    out = folder.parent / "masks"
    assert export_format(project, FormatRequest("masks", out)).records == 2


def test_features_keep_their_order_and_kinds(make_project: Any) -> None:
    project: Project = make_project(SETTINGS.replace('instructions = "instructions.md"', ""))
    features: list[dict[str, str | float]] = [{"work": "clerk", "age": 39.0, "code": "007"}]
    features.append({"work": "baker", "age": 50.0, "code": "010"})
    nothing = np.empty((0, 2), dtype=np.int32)
    made = [Instance(instance_id("row", f), "row", "", nothing, features=f) for f in features]
    instances.add(project.engine, made)
    marked(project, "row", [1])
    folder = export_release(project, request(project)).folder
    table = pd.read_parquet(folder / "data" / "instances.parquet").set_index("id")
    for one in made:
        held = json.loads(table.loc[one.id, "features"])
        assert list(held.items()) == list(one.features.items())
    soft = pd.read_parquet(folder / "data" / "consensus.parquet")["scores"]
    assert all(list(scores) == [0.0, 1.0, 0.0] for scores in soft)


def test_the_rationales_that_people_saw_are_released(make_project: Any) -> None:
    project = new_project(make_project)
    held, evidence = reviews(12)
    run = ModelRun("run1", "test", ("negative", "positive"), {}, 0, "h", {}, "models/run1")
    sure = np.eye(2, dtype=np.float32)
    runs.add(project.engine, run, [Prediction("run1", i.id, sure[1]) for i in held])
    scores = {i.id: np.linspace(0, 1, i.n_tokens, dtype=np.float32) for i in held}
    made = [
        Rationale(f"r-{i.id}", "run1", "attention", i.id, 1, scores[i.id], "none", "none")
        for i in held
    ]
    rationales.add(project.engine, made)
    campaign = plan(project, PlanRequest("rate", "rated", explainers=("attention",))).campaign
    submit(project, campaign, WORKERS, [[("convincing", 4)]] * 12 * len(WORKERS))
    folder = export_release(project, request(project)).folder
    table = pd.read_parquet(folder / "data" / "rationales.parquet").set_index("id")
    items = pd.read_parquet(folder / "data" / "items.parquet")
    shown = {i for ids in items["rationales"] for i in json.loads(ids)}
    assert set(table.index) == shown
    assert len(table) == 12
    assert set(table["target"]) == {"positive"}
    of_instance = table.set_index("instance")["scores"]
    for one in made:
        assert of_instance[one.instance_id].tolist() == one.scores.tolist()
    # the consensus of ratings is one an item, and people here agree
    soft = pd.read_parquet(folder / "data" / "consensus.parquet")
    assert set(soft["item"]) == set(items["id"])
    assert set(soft["label"]) == {"4"}
    out = folder.parent / "out.jsonl"
    export_format(project, FormatRequest("jsonl", out))
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert all(len(row["models"]["attention"]) == len(row["tokens"]) for row in rows)
