"""Consent, comprehension, practice, repeats and debriefing, from the settings to `konkyo status`."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.store import assignments, campaigns
from pipeline.pages import Pages
from pipeline.project import open_project
from tests.cli.support import done, konkyo, write_reviews, write_settings

PROTOCOL = """
[study]
items_per_hit = 8
minutes = 6
reward = "0.60"
practice_per_hit = 1
repeats_per_hit = 1
consent_page = "consent.md"
debriefing = "debriefing.md"
hourly = true

[[study.comprehension]]
question = "What are you asked to mark?"
options = ["everything", "what decides the label"]
right = 2
why = "Only what decides it."
"""


@pytest.fixture
def here(tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the whole protocol."""
    monkeypatch.chdir(tmp_path)
    write_settings(tmp_path, endpoint)
    path = tmp_path / "konkyo.toml"
    text = path.read_text(encoding="utf-8").replace(
        "[study]\nitems_per_hit = 6\nminutes = 5\n", PROTOCOL
    )
    path.write_text(text, encoding="utf-8")
    (tmp_path / "consent.md").write_text("# A study of reasons\n\nYou may **stop** at any time.\n")
    (tmp_path / "debriefing.md").write_text("We ask which words people rely on.\n")
    write_reviews(tmp_path / "reviews.jsonl")
    done("init")
    done("import", "jsonl", "reviews.jsonl")
    return tmp_path


def test_the_whole_protocol_reaches_the_page_and_what_came_of_it_the_status(here: Path) -> None:
    planned = done("plan", "highlight", "pilot", "--items", "40", "--json").json
    project = open_project(here)
    campaign = campaigns.find(project.engine, "pilot")
    items = campaigns.read_items(project.engine, campaign.id)
    first = [item for item in items if item.hit_id == items[0].hit_id]
    assert [item.role for item in first][0] == "practice"
    assert [item.role for item in first][-1] == "repeat"
    assert {item.role for item in first} == {"practice", "regular", "check", "repeat"}

    # What is said to workers is kept with the campaign: a file that changes later changes nothing.
    (here / "consent.md").write_text("Something else.\n")
    html = Pages(project, campaign).page(campaigns.read_hits(project.engine, campaign.id)[0])
    for words in ("<strong>stop</strong>", "which words people rely on", "Only what decides it."):
        assert words in html
    assert "about 6.00 USD an hour" in html  # 0.60 for 6 minutes

    done("publish")
    done("simulate", "--careless", "0")
    found = done("collect", "--json").json
    assert (found["new"], found["unreadable"]) == (planned["assignments"], {})
    said = done("status", "--json").json["campaign"]
    assert said["repeats"]["answered"] == planned["assignments"]
    assert said["repeats"]["same"] / said["repeats"]["answered"] > 0.6
    assert said["comprehension"] == {
        "asked": said["comprehension"]["asked"],
        "passed": said["comprehension"]["asked"],
    }
    assert said["comprehension"]["asked"] == planned["assignments"]
    shown = done("status").out
    assert "repeats answered as before" in shown
    assert "comprehension passed" in shown

    # Only regular items are measured: neither practice, checks nor repeats.
    regular = sum(item.role == "regular" for item in items)
    alpha = done("agreement", "pilot", "--json").json["estimates"][0]
    assert alpha["n_judgements"] == 3 * regular

    one = assignments.read(project.engine, campaign.id)[0]
    assert set(one.facts["item_ms"]) == {i.id for i in items if i.hit_id == one.hit_id}


def test_a_comprehension_question_without_its_answer_is_refused_at_plan(here: Path) -> None:
    path = here / "konkyo.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("right = 2", "right = 3"))
    said = konkyo("plan", "highlight", "pilot")
    assert said.code == 2
    assert "the right option is said to be number 3, but there are 2" in said.err


def test_a_file_that_is_not_there_is_named(here: Path) -> None:
    (here / "debriefing.md").unlink()
    said = konkyo("plan", "highlight", "pilot")
    assert said.code == 2
    assert "[study] debriefing" in said.err
