"""A model comes back from disk as it was, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import DataError, KonkyoError, NotFound
from pipeline.models.attributes import AttributeValues
from pipeline.models.checkpoint import load, save
from pipeline.models.predict import predict
from pipeline.models.trained import TrainedModel
from pipeline.models.vocabulary import Vocabulary
from tests.pipeline.models.support import pair, small_model
from tests.support.data import instance

TEXTS = [instance("good soup"), instance("the bread was not warm")]
PAIRS = [pair("a man sleeps", "he is awake")]


def probabilities(model: TrainedModel, instances: list) -> np.ndarray:
    return np.stack([p.probabilities for p in predict(model, instances, "run")])


@pytest.mark.parametrize("instances", [TEXTS, PAIRS])
def test_a_model_predicts_the_same_after_a_round_trip(tmp_path: Path, instances: list) -> None:
    model = small_model(instances)
    save(model, tmp_path / "models" / "run")
    loaded = load(tmp_path / "models" / "run", device="cpu")
    assert (probabilities(loaded, instances) == probabilities(model, instances)).all()
    assert loaded.settings == model.settings
    assert loaded.labels == model.labels


def test_nothing_is_left_beside_the_folder(tmp_path: Path) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]
    names = {entry.name for entry in (tmp_path / "run").iterdir()}
    assert names == {"weights.pt", "settings.json", "vocabulary.json"}


def test_saving_again_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    save(small_model(PAIRS), tmp_path / "run")
    assert load(tmp_path / "run").pair
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_a_save_that_fails_leaves_the_old_model_whole(tmp_path: Path) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    broken = small_model(PAIRS)
    broken.module.state_dict = None  # type: ignore[method-assign]
    with pytest.raises(TypeError):
        save(broken, tmp_path / "run")
    assert not load(tmp_path / "run").pair
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("name", ["weights.pt", "settings.json", "vocabulary.json"])
@pytest.mark.parametrize("harm", ["missing", "cut short", "one bit changed"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str, harm: str) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    path = tmp_path / "run" / name
    content = bytearray(path.read_bytes())
    if harm == "missing":
        path.unlink()
    elif harm == "cut short":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[2 if name == "settings.json" else len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(KonkyoError, match=name):
        load(tmp_path / "run")


def test_weights_that_hold_code_are_not_run(tmp_path: Path) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    path = tmp_path / "run" / "weights.pt"
    torch.save({"output.bias": Path("anything that is no tensor")}, path)
    trust(tmp_path / "run")
    with pytest.raises(KonkyoError, match="weights.pt .*it holds no weights"):
        load(tmp_path / "run")


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    save(small_model(TEXTS, n_classes=5), tmp_path / "other")
    path = tmp_path / "run" / "weights.pt"
    path.write_bytes((tmp_path / "other" / "weights.pt").read_bytes())
    trust(tmp_path / "run")
    said = r"does not fit settings.json: output.weight has shape \(5, 8\), .* make \(3, 8\)"
    with pytest.raises(KonkyoError, match=said):
        load(tmp_path / "run")


def test_weights_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    save(small_model(TEXTS), tmp_path / "run")
    save(small_model(PAIRS[:1] + TEXTS[:1]), tmp_path / "other")
    path = tmp_path / "run" / "weights.pt"
    path.write_bytes((tmp_path / "other" / "weights.pt").read_bytes())
    trust(tmp_path / "run")
    with pytest.raises(KonkyoError, match="of a vocabulary of 10 words .* vocabulary.json has 9"):
        load(tmp_path / "run")


def test_attributes_come_back_with_the_vocabulary(tmp_path: Path) -> None:
    known = Vocabulary(("soup",), AttributeValues({"genre": ("essay", "letter")}))
    (tmp_path / "words.json").write_text(known.written(), "utf-8")
    assert Vocabulary.load(tmp_path / "words.json") == known
    (tmp_path / "words.json").write_text('{"words": ["soup"], "attributes": ["genre"]}')
    with pytest.raises(DataError, match="not values by name"):
        Vocabulary.load(tmp_path / "words.json")


def test_a_folder_that_is_not_there_and_a_later_format_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no model in .*gone"):
        load(tmp_path / "gone")
    save(small_model(TEXTS), tmp_path / "run")
    path = tmp_path / "run" / "settings.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(KonkyoError, match="another version"):
        load(tmp_path / "run")


def trust(folder: Path) -> None:
    """Write the hash of the weights as they now are, so that only their content can be wrong."""
    import hashlib

    path = folder / "settings.json"
    about = json.loads(path.read_text())
    content = (folder / "weights.pt").read_bytes()
    about["sha256"]["weights.pt"] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(about))
