"""`konkyo select`: a proposal, and a campaign that is planned from it and says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from db.store import campaigns
from pipeline.acquisition import ACQUISITIONS
from pipeline.config import CONFIG_NAME
from pipeline.project import open_project
from tests.cli.support import done, konkyo

RANDOM = "random stratum"


@pytest.fixture
def copied(studied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The studied project to write in."""
    folder = tmp_path / "copied"
    shutil.copytree(studied, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def there(studied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(studied)
    return studied


def asked(folder: Path) -> set[str]:
    """Instances that were regular items of the pilot."""
    project = open_project(folder / CONFIG_NAME, str(folder / "konkyo.db"))
    try:
        pilot = campaigns.find(project.engine, "pilot")
        shown = campaigns.read_items(project.engine, pilot.id)
        return {item.instance_id for item in shown if item.role == "regular"}
    finally:
        project.engine.dispose()


@pytest.mark.parametrize("by", sorted(ACQUISITIONS))
def test_every_way_proposes_what_nobody_was_asked_about(there: Path, by: str) -> None:
    options = ["--campaign", "pilot"] if by == "people_disagreement" else []
    found = done("select", "--by", by, "--n", 10, *options, "--json").json
    ids = [one["instance_id"] for one in found["chosen"]]
    assert len(set(ids)) == 10
    assert [one["stratum"] for one in found["chosen"]].count(RANDOM) == 2
    if by != "people_disagreement":  # which looks at what people said
        assert not set(ids) & asked(there)
        assert found["excluded"]["instance that people were asked about already"] == 40
    assert found["pool"] == (60 if by == "people_disagreement" else 20)


def test_a_campaign_is_planned_from_the_file_and_says_how(copied: Path) -> None:
    said = done("select", "--by", "margin", "--n", 8, "--out", "next.jsonl").out
    assert "8 instances of 20, 2 at random and 6 by margin" in " ".join(said.split())
    head, *lines = map(json.loads, Path("next.jsonl").read_text().splitlines())
    assert head["selected_by"] == "margin" and len(lines) == 8
    done("plan", "highlight", "second", "--chosen", "next.jsonl")
    project = open_project(copied / CONFIG_NAME, str(copied / "konkyo.db"))
    second = campaigns.find(project.engine, "second")
    shown = campaigns.read_items(project.engine, second.id)
    project.engine.dispose()
    regular = {item.instance_id for item in shown if item.role == "regular"}
    assert regular == {line["instance"] for line in lines}
    assert second.settings["selection"]["by"] == "margin"
    done("publish", "second")
    done("simulate", "second")
    done("collect", "second")
    notes = " ".join(done("agreement", "second", "--json").json["notes"])
    assert "selection: 6 instances by margin of run" in notes
    assert "2 at random; numbers over all of them are not those of the data" in notes


def test_seen_ones_may_come_again(there: Path) -> None:
    found = done("select", "--n", 30, "--seen", "--json").json
    assert found["pool"] == 60 and "excluded" in found and not found["excluded"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "margins"], "did you mean 'margin'"),
        (["--n", "21"], "--n 21: there are 20 instances to select from"),
        (["--random-share", "0", "--n", "5"], "random share lies above 0"),
        (["--split", "dev"], "no instance of the split 'dev' is left to select from"),
        (["--run", "zzz"], "zzz"),
    ],
)
def test_what_cannot_be_selected_is_said(there: Path, words: list[str], said: str) -> None:
    found = konkyo("select", *words)
    assert found.code in (1, 2) and said in " ".join(found.err.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("not json\n", "line 1: is no line of a proposal"),
        ('{"selected_by": "x", "run": "r", "of": 3}\n{"stratum": "x"}\n', "line 2: is no line"),
        ('{"selected_by": "x", "run": "r", "of": 3}\n', "names no instance"),
        (
            '{"selected_by": "x", "run": "r", "of": 3}\n{"instance": "q", "stratum": "x"}\n',
            "names instance q, which is not among those that can be planned here",
        ),
    ],
)
def test_a_file_that_is_no_proposal_is_said(copied: Path, content: str, said: str) -> None:
    Path("next.jsonl").write_text(content)
    found = konkyo("plan", "highlight", "second", "--chosen", "next.jsonl")
    assert found.code in (1, 2) and said in " ".join(found.err.split())
    both = konkyo("plan", "highlight", "second", "--chosen", "next.jsonl", "--items", 3)
    assert both.code == 2 and "leave --items out" in both.err
