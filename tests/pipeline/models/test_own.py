"""Models of one's own: found, tried out, trained, loaded, and refused in words."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.errors import ConfigError, KonkyoError
from db.store import instances
from pipeline.models.batches import collate
from pipeline.models.checkpoint import load, save
from pipeline.models.predict import predict
from pipeline.models.trained import build
from pipeline.models.training import fit
from pipeline.models.vocabulary import Vocabulary
from pipeline.project import Project
from pipeline.train import train
from tests.pipeline.models import own_module
from tests.pipeline.models.support import QUICK, SMALL
from tests.support.data import reviews

TEXTS = reviews(40)[0]
HERE = "tests.pipeline.models.own_module"
VOCABULARY = Vocabulary(("good", "bad", "soup"))
SOURCE = Path(own_module.__file__).read_text(encoding="utf-8")
TABLE = '[model]\nkind = "my_window:Window"\nembedding_dim = 8\nhidden_dim = 4\nepochs = 2\n'


@pytest.fixture(autouse=True)
def imports_as_they_were() -> Iterator[None]:
    path = list(sys.path)
    yield
    sys.path[:] = path
    for name in ("my_window", "half_written"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("a b:c", 'not of the form "package.module:factory"'),
        ("no_such_module_here:x", "there is no module 'no_such_module_here' in the project's"),
        (f"{HERE}:Absent", "has no function or class 'Absent'"),
        (f"{HERE}:NUMBER", "has no function or class 'NUMBER'"),
        (f"{HERE}:broken", "with (settings, 5, 2) failed: RuntimeError: out of ideas"),
        (f"{HERE}:words", "it returned str, not a torch.nn.Module"),
        (f"{HERE}:Partless", "the module has no embed and no encode and no classify"),
        (f"{HERE}:Weightless", "the module has no weights to train"),
        (f"{HERE}:Misshapen", "encode"),
        (f"{HERE}:Scoreless", "score returned a tensor of shape (1, 2, 2), not one of shape (1, 2"),
        (f"{HERE}:Failing", "encode failed: ValueError: no idea"),
        (f"{HERE}:Leaking", "padding changes what it predicts"),
    ],
)
def test_what_is_wrong_with_a_kind_is_said(kind: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        build(replace(SMALL, kind=kind), VOCABULARY, ("no", "yes"), False)


def test_a_module_that_cannot_be_imported_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_written.py").write_text("import no_such_thing_at_all\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    settings = replace(SMALL, kind="half_written:Model")
    with pytest.raises(ConfigError, match="importing it failed: No module named 'no_such_thing"):
        build(settings, VOCABULARY, ("no", "yes"), False)
    (tmp_path / "half_written.py").write_text("def Model(:\n")
    with pytest.raises(ConfigError, match="importing it failed: SyntaxError"):
        build(settings, VOCABULARY, ("no", "yes"), False)


def test_attention_settings_are_not_for_it() -> None:
    settings = replace(SMALL, kind=f"{HERE}:Window", attention="dot")
    with pytest.raises(ConfigError, match="brings its own attention"):
        build(settings, VOCABULARY, ("no", "yes"), False)


def test_without_scores_every_token_has_the_same_attention(tmp_path: Path) -> None:
    settings = replace(QUICK, kind=f"{HERE}:Mean", epochs=2)
    fitted = fit(TEXTS, settings=settings)
    (row,) = fitted.model.encode(TEXTS[:1])
    attention = fitted.model.module(collate([row])).attention[0]
    assert attention.tolist() == pytest.approx([1 / row.first] * row.first)
    (tmp_path / "vectors.txt").write_text("good 1 2\n")
    vectors = replace(settings, embedding_dim=2, vectors=str(tmp_path / "vectors.txt"))
    with pytest.raises(ConfigError, match="its embed is no nn.Embedding"):
        fit(TEXTS, settings=vectors)


def test_it_learns_as_other_kinds_do() -> None:
    settings = replace(QUICK, kind=f"{HERE}:Window", learning_rate=2e-2, epochs=8)
    fitted = fit(reviews(80)[0], settings=settings, seed=1)
    assert fitted.metrics["train_accuracy"] >= 0.9
    assert fitted.metrics["test_accuracy"] >= 0.75


def test_a_file_of_the_project_is_trained_and_loaded_and_must_not_change(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(TABLE)
    source = project.folder / "my_window.py"
    source.write_text(SOURCE, encoding="utf-8")
    instances.add(project.engine, TEXTS)
    run = train(project).run
    assert run.kind == "my_window:Window"
    sys.path.remove(str(project.folder))
    sys.modules.pop("my_window")  # as in a new process
    loaded = load(project.folder / run.weights)
    assert len(predict(loaded, TEXTS[:3], run.id)) == 3
    assert not train(project).is_new

    source.write_text(SOURCE + "\n# another thought\n", encoding="utf-8")
    with pytest.raises(KonkyoError, match="my_window has changed since the model in"):
        load(project.folder / run.weights)
    again = train(project)
    assert again.is_new and again.run.id != run.id


def test_two_projects_with_a_module_of_one_name_each_get_their_own(
    make_project: Callable[..., Project],
) -> None:
    first, second = make_project(TABLE, name="first"), make_project(TABLE, name="second")
    for project, activation in ((first, ".tanh()"), (second, ".relu()")):
        text = SOURCE.replace(".tanh()", activation)
        (project.folder / "my_window.py").write_text(text, encoding="utf-8")
        instances.add(project.engine, TEXTS)
    runs = [train(project).run for project in (first, second)]
    assert runs[0].id != runs[1].id
    assert sys.modules["my_window"].__file__ == str(second.folder / "my_window.py")


def test_a_model_outside_any_project_is_kept_and_found(tmp_path: Path) -> None:
    fitted = fit(TEXTS, settings=replace(QUICK, kind=f"{HERE}:Window", epochs=1))
    save(fitted.model, tmp_path / "run")
    assert load(tmp_path / "run").settings.kind == f"{HERE}:Window"
