"""A folder of pictures through the project: import, train, explain, faithfulness, plan."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from db.store import campaigns, instances, rationales, runs
from pipeline.models.checkpoint import load
from pipeline.models.predict import predict
from pipeline.pages import preview
from pipeline.project import open_project
from tests.cli.support import done, konkyo

SETTINGS = """\
[model]
kind = "residual_cnn"
hidden_dim = 8
epochs = 2
batch_size = 8
[explain]
explainers = ["grad_cam", "occlusion", "rise"]
[explain.options.rise]
masks = 40
[analysis]
bootstrap = 20
[study]
items_per_hit = 4
"""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with forty digits, a model of them and its rationales, to be copied."""
    folder = tmp_path_factory.mktemp("pictures") / "here"
    data = load_digits(n_class=2)
    for number, (levels, label) in enumerate(zip(data.images[:40], data.target[:40], strict=True)):
        place = folder / "digits" / f"digit {label}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((levels * 255 / 16).astype(np.uint8)).save(place / f"{number}.png")
    (folder / "konkyo.toml").write_text(SETTINGS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("KONKYO_CONFIG", "KONKYO_DB"):
            patch.delenv(name, raising=False)
        done("init")
        done("import", "images", "digits")
        done("train")
        done("explain")
    return folder


@pytest.fixture
def copied(once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shutil.copytree(once, tmp_path / "copy"))
    return tmp_path / "copy"


def test_rationales_lie_over_the_patches_and_the_checkpoint_predicts_again(copied: Path) -> None:
    project = open_project(copied)
    run = runs.find(project.engine, None)
    found = rationales.read(project.engine, run.id)
    assert {one.explainer for one in found} == {"grad_cam", "occlusion", "rise"}
    assert len(found) == 3 * 40
    assert {(one.unit, one.shape, one.scores.shape) for one in found} == {("patch", (8, 8), (64,))}
    model = load(copied / run.weights, "cpu")
    shown = instances.read(project.engine)
    targets = {one.instance_id: one.target for one in found}
    for one in predict(model, shown, run.id):
        assert targets[one.instance_id] == int(one.probabilities.argmax())


def test_faithfulness_has_areas_under_insertion_and_deletion(copied: Path) -> None:
    said = done("faithfulness", "--sample", "6", "--json").json
    named = {(e["subject"], e["name"]): e for e in said["estimates"]}
    for subject in ("grad_cam", "occlusion", "rise", "random", "rise, random weights"):
        for name in ("insertion_auc_mean_embedding", "deletion_auc_mean_embedding"):
            assert 0 <= named[subject, name]["value"] <= 1
    again = done("faithfulness", "--sample", "6")
    assert "insertion ↑" in again.out
    refused = konkyo("faithfulness", "--corruption")
    assert refused.code == 1
    assert "takes a model with a vocabulary of words, and residual_cnn has none" in refused.err


def test_a_rate_study_shows_the_pictures_rationale(copied: Path) -> None:
    done("plan", "rate", "pilot", "--items", "8", "--explainer", "rise")
    project = open_project(copied)
    page = preview(project, campaigns.find(project.engine, "pilot"), 1)
    panels = re.findall(r'"src": ?"data:image/png;base64,', page)
    grids = re.findall(r'"grid": ?\[8, ?8\]', page)
    scores = re.findall(r'"scores": ?\[([^\]]*)\]', page)
    assert len(panels) == len(grids) == len(scores) == 4
    assert all(len(one.split(",")) == 64 for one in scores)


def test_sizes_that_do_not_fit_are_said_before_anything_is_trained(copied: Path) -> None:
    toml = copied / "konkyo.toml"
    for line, said in (
        ("image_size = 100\ngrid = 14", "image_size 100 is not a multiple of grid 14"),
        ('attention = "dot"', "'residual_cnn' reads pictures"),
    ):
        toml.write_text(SETTINGS.replace("hidden_dim = 8", line), "utf-8")
        refused = konkyo("train")
        assert (refused.code, refused.out) == (2, "")
        assert said in " ".join(refused.err.split())


def test_explainers_of_other_models_are_refused(copied: Path) -> None:
    refused = konkyo("explain", "--explainer", "attention_head")
    assert refused.code == 2
    assert "attention_head needs" in " ".join(refused.err.split())
    wrong = konkyo("faithfulness", "--removal", "drop")
    assert wrong.code == 2
    assert "removal drop means nothing to a model of the kind residual_cnn" in " ".join(
        wrong.err.split()
    )
