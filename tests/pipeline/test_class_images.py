"""Pictures of classes: made once, shown to people, and never taken for data."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from db.errors import UsageError
from db.store import campaigns, instances
from pipeline.class_images import class_images, enlarged
from pipeline.explain import explain
from pipeline.formats.instances import row_instance
from pipeline.inverse.infer import InverseSettings
from pipeline.pages import preview
from pipeline.plan import PlanRequest, plan
from pipeline.train import train
from tests.cli.support import done, konkyo
from tests.pipeline.explainers.pictures import digits

QUICK = InverseSettings(steps=3, samples=2)
PICTURES = '[model]\nkind = "residual_cnn"\nhidden_dim = 4\nepochs = 1\ndevice = "cpu"\n'
ROWS = '[model]\nkind = "mlp"\nhidden_dim = 8\nepochs = 15\ndevice = "cpu"\n'


def levels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(data)))


def test_a_picture_is_grey_and_large_and_its_mark_shows_nowhere() -> None:
    m = np.array([[0.0, 0.25], [0.5, 1.0]])
    made = levels(enlarged(m))
    assert made.shape == (256, 256) and made.dtype == np.uint8
    assert made[::128, ::128].tolist() == [[0, 64], [128, 255]]
    assert enlarged(m, "a") != enlarged(m, "b")
    assert np.array_equal(levels(enlarged(m, "a")), made)


def test_pictures_of_classes_are_named_by_people_and_are_no_data(make_project: Any) -> None:
    project = make_project(PICTURES)
    instances.add(project.engine, list(digits(60)))
    run = train(project).run
    made = class_images(project, prior="means", settings=QUICK)
    assert (made.run.id, made.prior, made.new, made.known) == (run.id, "means", 3, 0)
    assert set(made.nearest) == {"0", "1", "2"} >= set(made.nearest.values())
    assert class_images(project, prior="means", settings=QUICK).known == 3
    assert class_images(project, settings=QUICK).new == 3

    found = [i for i in instances.read(project.engine) if i.split == "inverse"]
    assert sorted(i.label for i in found) == ["0", "0", "1", "1", "2", "2"]
    assert {i.attributes["class_image_of"] for i in found} == {run.id}
    assert {i.attributes["prior"] for i in found} == {"flat", "means"}
    assert all("steps 3" in i.attributes["inverse"] for i in found)

    again = train(project)
    assert not again.is_new and again.run.id == run.id  # the data are what they were
    done = explain(project, explainers=("random",))
    assert done.new == {"random": 60}

    planned = plan(project, PlanRequest("name", "classes", split="inverse"))
    items = campaigns.read_items(project.engine, planned.campaign.id)
    assert {i.instance_id for i in items} == {i.id for i in found}
    assert {i.condition for i in items} == {f"{run.id[:8]} flat", f"{run.id[:8]} means"}
    for secret in ("class_image_of", "means", run.id[:8]):
        assert secret not in preview(project, planned.campaign, 1)
    others = plan(project, PlanRequest("name", "data"))
    assert {i.condition for i in campaigns.read_items(project.engine, others.campaign.id)} == {""}


def test_rows_of_pixels_have_pictures_too(make_project: Any) -> None:
    # A bar on the left or on the right of 4 × 4 pixels, and noise.
    rng = np.random.default_rng(0)
    made = {}
    for n in range(80):
        pixels = (rng.random((4, 4)) < 0.2).astype(float)
        pixels[:, 0 if n % 2 else 3] = rng.random(4) < 0.9
        row = {f"p{at}": x for at, x in enumerate(pixels.ravel().tolist())}
        one = row_instance(row, {"label": "left" if n % 2 else "right"})
        made[one.id] = one
    project = make_project(ROWS)
    instances.add(project.engine, list(made.values()))
    train(project)
    found = class_images(project, settings=InverseSettings(steps=120, rate=0.1))
    assert found.nearest == {"left": "left", "right": "right"}
    pictures = {i.label: levels(i.image) for i in instances.read(project.engine, kinds=("image",))}
    left, right = (pictures[name].astype(float) for name in ("left", "right"))
    assert (left - right)[:, :64].mean() > 5 and (left - right)[:, -64:].mean() < -5
    planned = plan(project, PlanRequest("name", "c", split="inverse", kind="image"))
    assert planned.items == 2


def test_pictures_are_the_same_after_an_import(make_project: Any) -> None:
    project = make_project(ROWS)
    made = [
        row_instance({f"p{k}": float(n >> k & 1) for k in range(4)}, {"label": "ab"[n % 2]})
        for n in range(16)
    ]
    instances.add(project.engine, made[:10])
    train(project, health=False)
    assert class_images(project, prior="means", settings=QUICK).new == 2
    instances.add(project.engine, made[10:])  # with them the mean of p3 is another
    assert class_images(project, prior="means", settings=QUICK).known == 2


def test_a_machine_of_too_many_pixels_and_models_without_pictures_are_refused(
    make_project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(ROWS)
    made = [
        row_instance({f"p{k}": float(n >> k & 1) for k in range(4)}, {"label": "ab"[n % 2]})
        for n in range(16)
    ]
    instances.add(project.engine, made)
    train(project)
    monkeypatch.setattr("pipeline.class_images.MOST_UNITS", 3)
    with pytest.raises(UsageError, match="of 4 pixels has too many couplings"):
        class_images(project, prior="boltzmann", settings=QUICK)
    with pytest.raises(UsageError, match="no prior of inputs called 'even'"):
        class_images(project, prior="even", settings=QUICK)
    assert not instances.read(project.engine, kinds=("image",))

    monkeypatch.chdir(project.folder)
    said = done("explain", "--inverse", "--json").json
    assert (said["new"], said["known"], said["prior"], said["split"]) == (2, 0, "flat", "inverse")
    for words, why in (
        (("--prior", "flat"), "--prior belongs to --inverse"),
        (("--inverse", "--explainer", "random"), "--explainer is for rationales"),
        (("--inverse", "--agreement"), "--agreement is for rationales"),
    ):
        failed = konkyo("explain", *words)
        assert failed.code == 2 and why in failed.err
    told = done("explain", "--inverse").out
    assert "known already" in told and "--split inverse" in told
