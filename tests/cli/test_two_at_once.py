"""Two processes at the same work: whoever is later finds it done, and nothing is stored twice.

In each test the same command runs to its end in the middle of another, after that one has looked
at what is stored and before it stores anything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db.store.assignments import known
from db.store.workers import count_simulated
from pipeline.run_model import model_of
from pipeline.train import fit
from tests.cli.support import Said, done


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Said, Said]]:
    """Run a command; as it calls the function at `place`, the same command runs to its end."""

    def run(place: str, original: Callable[..., Any], *words: str) -> tuple[Said, Said]:
        faster: list[Said] = []

        def hooked(*arguments: Any, **options: Any) -> Any:
            result = original(*arguments, **options)
            monkeypatch.setattr(place, original)
            faster.append(done(*words))
            return result

        monkeypatch.setattr(place, hooked)
        slower = done(*words)
        return faster[0], slower

    return run


def test_training(project: Path, overtaken: Callable[..., tuple[Said, Said]]) -> None:
    faster, slower = overtaken("pipeline.train.fit", fit, "train", "--json")
    assert (faster.json["new"], slower.json["new"]) == (True, False)
    assert faster.json["run"] == slower.json["run"]
    done("explain", "--explainer", "attention")


def test_explaining(project: Path, overtaken: Callable[..., tuple[Said, Said]]) -> None:
    done("train")
    words = ("explain", "--explainer", "attention", "--json")
    faster, slower = overtaken("pipeline.explaining.model_of", model_of, *words)
    assert (faster.json["new"], faster.json["known"]) == ({"attention": 60}, {"attention": 0})
    assert (slower.json["new"], slower.json["known"]) == ({"attention": 0}, {"attention": 60})


def test_an_explainer_that_is_named_twice_runs_once(project: Path) -> None:
    done("train")
    named = ("--explainer", "attention") * 2
    assert done("explain", *named, "--json").json["new"] == {"attention": 60}


def test_collecting(project: Path, overtaken: Callable[..., tuple[Said, Said]]) -> None:
    done("plan", "highlight", "a", "--items", "6")
    done("publish")
    done("simulate")
    place = "db.store.assignments.known"
    faster, slower = overtaken(place, known, "collect", "--json")
    assert (faster.json["new"], slower.json["new"]) == (6, 0)
    assert done("collect", "--json").json["known"] == 6


def test_simulating(project: Path, overtaken: Callable[..., tuple[Said, Said]]) -> None:
    done("plan", "highlight", "a", "--items", "6")
    done("publish")
    place = "db.store.workers.count_simulated"
    with pytest.raises(AssertionError, match="run the same command again"):
        overtaken(place, count_simulated, "simulate")
    # The faster one's crowd has answered everything.
    assert "submitted 0 assignments" in done("simulate").out
