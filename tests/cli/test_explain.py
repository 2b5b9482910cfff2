"""`konkyo explain`: every explainer, its options, what is left over, and the agreement of maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.store import rationales, runs
from pipeline.explainers import EXPLAINERS
from pipeline.models.base import ATTENTION
from pipeline.project import open_project
from tests.cli.support import OPTIONS, done, konkyo
from tests.cli.test_interruption import SENTENCE, interrupted

NAMES = sorted(
    name
    for name in EXPLAINERS
    if getattr(EXPLAINERS.load(name), "needs", frozenset()) <= {ATTENTION}
)
EVERY = [word for name in NAMES for word in ("--explainer", name)]


def test_every_explainer_with_its_options_stopped_and_continued(trained: Path) -> None:
    with interrupted("konkyo.db", 2):
        said = konkyo("explain", *EVERY)
    assert said.code == 130
    assert SENTENCE in " ".join(said.err.split())
    rest = done("explain", *EVERY, "--json").json
    assert set(rest["new"]) == set(NAMES)
    # What the first command had kept was not done again, and nothing is missing.
    assert all(0 < rest["new"][name] < 20 for name in NAMES)
    assert all(rest["new"][name] + rest["known"][name] == 20 for name in NAMES)
    again = done("explain", *EVERY, "--json").json
    assert set(again["new"].values()) == {0}
    project = open_project()
    run = runs.find(project.engine, None)
    lime = rationales.read(project.engine, run.id, ["lime"])
    assert {one.baseline for one in lime} == {"mean embedding"}
    assert {one.details["samples"] for one in lime} <= {2, 4, 8, 16, 30}
    project.engine.dispose()


def test_agreement_stands_with_the_sentence_about_people(trained: Path) -> None:
    words = ("explain", "--explainer", "attention", "--agreement")
    said = " ".join(done(*words).out.split())
    assert "Attention and gradients" in said
    assert "agreement of attention with gradients is not agreement with people" in said
    document = done(*words, "--json").json
    assert list(document) == ["command", "run", "new", "known", "estimates", "excluded", "notes"]
    found = {one["name"]: one for one in document["estimates"]}
    assert list(found) == ["pearson", "kendall", "topk_overlap", "fagin_kendall", "entropy"]
    for one in found.values():
        assert one["low"] <= one["value"] <= one["high"]
        assert one["over"] == "units"
    assert done(*words, "--json").json["estimates"] == document["estimates"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("[explain.options.lime]\nsample = 3", 2, "'sample'; did you mean 'samples'"),
        ("[explain.options.lime]\nsamples = 1", 2, "lime: samples must be 2 or more"),
        ("[explain.options.liem]\nsamples = 3", 2, "no explainer called 'liem'; did you mean 'lime'"),
        ("[explain]\noption = 3", 2, "did you mean 'options'"),
        ("[explain]\noptions = 3", 2, "explain.options"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_refused_before_anything_is_stored(
    trained: Path, line: str, code: int, said: str
) -> None:
    text = (trained / "konkyo.toml").read_text()
    (trained / "konkyo.toml").write_text(text.replace(OPTIONS, "\n" + line + "\n"))
    refused = konkyo("explain", "--explainer", "gradient", "--explainer", "lime")
    assert (refused.code, refused.out) == (code, "")
    assert said in " ".join(refused.err.split())
    (trained / "konkyo.toml").write_text(text)
    project = open_project()
    run = runs.find(project.engine, None)
    assert rationales.explainers(project.engine, run.id) == []
    project.engine.dispose()
