"""Simulated workers at one site: every study and kind is answered, projects do not get in each
other's way, a seed is a seed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from db.store import assignments, campaigns, instances, workers
from hits.crowd import Outcome, SimulatedWorker, Temper, work
from pipeline.known import truths
from pipeline.project import open_project
from pipeline.publish import published_hits
from tests.cli.support import done, write_reviews, write_settings
from tests.e2e.truth import share_right


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


def test_a_worker_who_tires_at_once_is_right_once_over_all_pages(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_settings(tmp_path, endpoint)
    done("init")
    done("import", "jsonl", write_reviews(tmp_path / "r.jsonl", 20))
    done("plan", "highlight", "pilot")
    done("publish")
    project = open_project(tmp_path)
    campaign = campaigns.find(project.engine, "pilot")
    worker = SimulatedWorker("ASIMTIRED", Temper(1, 1, 0, 0, 0, 0, fatigue=50, floor=0))
    workers.register_simulated(project.engine, project.pseudonyms, [worker.platform_id])
    visits = {worker.platform_id: list(published_hits(project, campaign).values())}
    known = truths(project, campaign)
    assert work(endpoint, [worker], visits, known, seed=1) == Outcome(len(visits["ASIMTIRED"]), 0)
    project.engine.dispose()
    done("collect")
    # accuracy 1 of the first item, exp(-50·t) of the t-th after it, also on later pages
    items = len(known)
    assert share_right(tmp_path, "pilot", "label") == pytest.approx(1 / items)


@pytest.mark.parametrize("kind", ["images", "rows"])
def test_pictures_and_feature_rows_are_answered_too(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_settings(tmp_path, endpoint)
    done("init")
    done("import", kind, (write_pictures if kind == "images" else write_rows)(tmp_path / kind))
    done("plan", "highlight", "pilot")
    done("publish")
    sent = done("simulate", "--json").json["assignments"]
    found = done("collect", "--json").json
    assert sent > 0
    assert (found["new"], found["unreadable"]) == (sent, {})
    # What was marked is measured like words: a pixel or a feature is a unit.
    names = {one["name"] for one in done("agreement", "--json").json["estimates"]}
    assert {"alpha", "token_alpha", "pairwise_f1"} <= names
    assert done("aggregate", "--json").code == 0


def write_pictures(folder: Path) -> Path:
    """Twelve small pictures of two classes, each in one shade of its own."""
    for label in ("dark", "light"):
        (folder / label).mkdir(parents=True)
        for n in range(6):
            shade = 10 * n if label == "dark" else 255 - 10 * n
            Image.new("L", (24, 16), shade).save(folder / label / f"{n}.png")
    return folder


def write_rows(path: Path) -> Path:
    """Twelve rows of two features and a label."""
    rows = [f"{n},{2.5 * n},{'tall' if n > 5 else 'short'}" for n in range(12)]
    path.write_text("\n".join(["height,weight,label", *rows]) + "\n", encoding="utf-8")
    return path
