"""What cannot be explained is said in a sentence, and what was computed before is kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from db.records import Instance
from db.store import instances, rationales, runs
from pipeline.models.checkpoint import SETTINGS, WEIGHTS, load, save
from pipeline.project import open_project
from tests.cli.support import Said, done, konkyo
from tests.support.data import instance

RANDOM = ("explain", "--explainer", "random", "--json")
GRADIENT = ("explain", "--explainer", "gradient")


@pytest.fixture
def kept(trained: Path) -> Path:
    """The random rationales of twenty reviews are stored; returns the model's folder."""
    assert done(*RANDOM).json["new"] == {"random": 20}
    (folder,) = (trained / "models").iterdir()
    return folder


def refused(said: Said, code: int, *messages: str) -> None:
    """The command said so, printed nothing, and the random rationales are all there."""
    assert (said.code, said.out) == (code, "")
    heard = " ".join(said.err.split())
    assert all(message in heard for message in messages), heard
    assert "Traceback" not in heard and "unexpected" not in heard
    assert stored("random") == 20
    assert stored("gradient") == 0


def stored(explainer: str) -> int:
    project = open_project()
    run = runs.find(project.engine, None)
    found = len(rationales.read(project.engine, run.id, [explainer]))
    project.engine.dispose()
    return found


def add(*texts: Instance) -> None:
    project = open_project()
    instances.add(project.engine, texts)
    project.engine.dispose()


def test_weights_that_are_no_numbers(kept: Path) -> None:
    model = load(kept)
    with torch.no_grad():
        for weight in model.module.parameters():
            weight.fill_(float("nan"))
    save(model, kept)
    refused(
        konkyo(*GRADIENT), 1, "explainer gradient found scores of instance", "no finite numbers"
    )


def test_weights_of_another_shape(kept: Path) -> None:
    """Of a network with other settings, whole in itself."""
    other = load(kept)
    weights = {n: v.repeat(2, *[1] * (v.ndim - 1)) for n, v in other.module.state_dict().items()}
    torch.save(weights, kept / WEIGHTS)
    about = json.loads((kept / SETTINGS).read_text())
    about["sha256"][WEIGHTS] = hashlib.sha256((kept / WEIGHTS).read_bytes()).hexdigest()
    (kept / SETTINGS).write_text(json.dumps(about))
    refused(konkyo(*GRADIENT), 1, "weights.pt cannot be used", "train the model again")


def test_a_vocabulary_that_is_another_one(kept: Path) -> None:
    words = kept / "vocabulary.json"
    words.write_text(words.read_text().replace("film", "movie"))
    refused(konkyo(*GRADIENT), 1, "vocabulary.json cannot be used", "train the model again")


def test_a_model_that_is_gone(kept: Path) -> None:
    shutil.rmtree(kept)
    refused(konkyo(*GRADIENT), 1, "there is no model in", 'run "konkyo train" again')


def test_classes_that_are_not_there(kept: Path) -> None:
    refused(konkyo(*GRADIENT, "--targets", "7"), 2, "--targets takes predicted or each, not '7'")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_cuda_that_is_asked_for_and_absent(kept: Path) -> None:
    settings = Path("konkyo.toml")
    settings.write_text(settings.read_text().replace("[model]", '[model]\ndevice = "cuda"'))
    refused(konkyo("train"), 2, "device is 'cuda', but there is no CUDA device here", '"cpu"')
    refused(konkyo(*GRADIENT), 2, "device is 'cuda', but there is no CUDA device here", '"cpu"')
    settings.write_text(settings.read_text().replace("cuda", "cpu"))
    assert done(*GRADIENT, "--json").json["new"] == {"gradient": 20}


def test_a_text_of_one_token_among_others_and_one_without(kept: Path) -> None:
    add(instance("good"))
    assert done(*GRADIENT, "--json").json["new"] == {"gradient": 21}
    add(replace(instance(""), id="nothing"))
    said = konkyo(*GRADIENT)
    assert (said.code, said.out) == (1, "")
    assert "nothing" in said.err
    assert (stored("gradient"), stored("random")) == (21, 20)


def test_a_kind_of_ones_own_that_reads_what_nothing_reads(kept: Path) -> None:
    settings = Path("konkyo.toml")
    before = settings.read_text()
    Path("my_sounds.py").write_text("def Model(*_): pass\nModel.reads = 'sound'\n")
    settings.write_text(before.replace("[model]", '[model]\nkind = "my_sounds:Model"', 1))
    said = konkyo("train")
    settings.write_text(before)
    refused(said, 2, "its reads is 'sound', and must be one of text, image, row")


def test_a_budget_of_no_tokens_is_refused(kept: Path) -> None:
    settings = Path("konkyo.toml")
    before = settings.read_text()
    settings.write_text(before + "\n[explain]\ntoken_budget = 0\n")
    said = konkyo(*GRADIENT)
    settings.write_text(before)
    refused(said, 2, "'explain.token_budget'", "greater than or equal to 1")
