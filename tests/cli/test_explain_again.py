"""Options are a part of what a rationale is: others are never mixed in, and never in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.store import rationales, runs
from pipeline.project import open_project
from tests.cli.support import Said, done, konkyo
from tests.cli.test_interruption import interrupted

TWO = ("explain", "--explainer", "gradient", "--explainer", "lime")
FIRST = {"baseline": "mean embedding", "samples": 30}
SECOND = {"baseline": "mean embedding", "samples": 40}


@pytest.fixture
def changed(trained: Path) -> Path:
    """Explained by gradient and LIME; since then the settings have other options of LIME."""
    done(*TWO)
    settings = trained / "konkyo.toml"
    settings.write_text(settings.read_text().replace("samples = 30", "samples = 40", 1))
    return trained


def options(explainer: str = "lime") -> list[Any]:
    """The options of all rationales that are stored, each once."""
    project = open_project()
    run = runs.find(project.engine, None)
    found = rationales.options(project.engine, run.id, explainer)
    assert all(one.options in found for one in rationales.read(project.engine, run.id, [explainer]))
    project.engine.dispose()
    return found


def ids(explainer: str = "lime") -> list[str]:
    """The rationales that are stored."""
    project = open_project()
    run = runs.find(project.engine, None)
    found = rationales.read(project.engine, run.id, [explainer])
    project.engine.dispose()
    return [one.id for one in found]


def words(said: Said) -> str:
    return " ".join(said.err.split())


def test_what_was_made_with_other_options_is_not_taken_for_known(changed: Path) -> None:
    assert (options("gradient"), options()) == ([{}], [FIRST])
    said = konkyo(*TWO)
    assert (said.code, said.out) == (1, "")
    assert 'by lime with baseline = "mean embedding", samples = 30, and' in words(said)
    assert '[explain.options.lime] now asks for baseline = "mean embedding", samples = 40' in words(
        said
    )
    assert '"konkyo explain --explainer lime --again"' in words(said)
    assert options() == [FIRST]
    # Whatever else is asked for is not held up by it.
    assert done("explain", "--explainer", "gradient", "--json").json["known"] == {"gradient": 20}


def test_asked_for_again_it_takes_the_place_of_what_was_there(changed: Path) -> None:
    found = done(*TWO, "--again", "--json").json
    assert (found["new"], found["known"]) == (
        {"gradient": 0, "lime": 20},
        {"gradient": 20, "lime": 0},
    )
    assert options() == [SECOND]
    # Once more, there is nothing to do.
    assert done(*TWO, "--again", "--json").json["new"] == {"gradient": 0, "lime": 0}


def test_interrupted_it_mixes_nothing_and_goes_on(changed: Path) -> None:
    with interrupted("konkyo.db", 1):  # the old are about to make way for the first batch
        assert konkyo(*TWO, "--again").code == 130
    assert options() == [FIRST] and len(ids()) == 20
    with interrupted("konkyo.db", 2):  # the old are gone, and one batch of the new is stored
        assert konkyo(*TWO, "--again").code == 130
    assert options() == [SECOND]
    found = done(*TWO, "--json").json
    assert 0 < found["new"]["lime"] < 20
    assert options() == [SECOND]


def test_without_its_model_nothing_is_given_up(changed: Path) -> None:
    (changed / "models").rename(changed / "elsewhere")
    said = konkyo(*TWO, "--again")
    assert said.code == 1
    assert "there is no model in" in words(said)
    assert options() == [FIRST]


def test_what_a_campaign_shows_stays(changed: Path) -> None:
    done("plan", "rate", "pilot", "--explainer", "lime", "--items", "5")
    said = konkyo(*TWO, "--again")
    assert (said.code, said.out) == (3, "")
    assert "by lime are shown in the campaign pilot and stay as they are" in words(said)
    assert options() == [FIRST]
