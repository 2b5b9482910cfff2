"""Simulated workers at one site: projects do not get in each other's way, a seed is a seed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from db.store import assignments, campaigns, instances
from pipeline.project import open_project
from tests.cli.support import done, write_reviews, write_settings


def answered(folder: Path, url: str) -> list[tuple[str, str, object]]:
    """A project of its own at the site; what its crowd said, as (text, question, value)."""
    folder.mkdir()
    write_settings(folder, url)
    done("init", folder)
    config = ("--config", folder)
    done("import", "jsonl", write_reviews(folder / "r.jsonl", 30), *config)
    done("plan", "highlight", "pilot", *config)
    done("publish", *config)
    # Six pages of five texts and a check, three workers a page.
    assert done("simulate", "--json", *config).json["assignments"] == 18
    done("collect", *config)
    return said(folder)


def said(folder: Path) -> list[tuple[str, str, object]]:
    project = open_project(folder)
    campaign = campaigns.find(project.engine, "pilot")
    items = {i.id: i.instance_id for i in campaigns.read_items(project.engine, campaign.id)}
    texts = {i.id: i.text for i in instances.read(project.engine)}
    judgements = assignments.read_judgements(project.engine, campaign.id)
    project.engine.dispose()
    return sorted((texts[items[j.item_id]], j.question, j.value) for j in judgements)


def test_two_projects_with_the_same_seed_share_a_site_and_get_the_same_answers(
    tmp_path: Path, endpoint: str
) -> None:
    one, other = (answered(tmp_path / name, endpoint) for name in ("one", "other"))
    assert len(one) == 2 * 6 * 18
    assert one == other


def test_worker_ids_stand_nowhere_outside_their_table(tmp_path: Path, endpoint: str) -> None:
    answered(tmp_path / "one", endpoint)
    shown = done("status", "--config", tmp_path / "one", "--json").out
    assert json.loads(shown)["campaign"]["workers"]
    assert not re.search("ASIM", shown)


@pytest.mark.parametrize("careless", ["0", "1"])
def test_the_careless_share_decides_how_checks_are_passed(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch, careless: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_settings(tmp_path, endpoint)
    done("init")
    done("import", "jsonl", write_reviews(tmp_path / "r.jsonl", 60))
    done("plan", "highlight", "pilot", "--items", "50")
    done("publish")
    done("simulate", "--careless", careless)
    done("collect")
    checks = done("status", "--json").json["campaign"]["checks"]
    # Ten pages, three workers each. Careful workers know 86–99% of labels, careless toss a coin.
    assert checks["answered"] == 30
    assert (checks["passed"] >= 23) == (careless == "0")
