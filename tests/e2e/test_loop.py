"""The whole loop, from reviews to a report on what teaching changed, as a user goes through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.store import assignments, campaigns, workers
from pipeline.project import open_project
from tests.cli.support import done, write_reviews, write_settings

STUDIES = {"marks": ("highlight", "40"), "ratings": ("rate", "12")}
EXPLAINERS = ("attention", "gradient", "integrated_gradients", "random", "constant")


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A new project for the running endpoint, on each kind of database."""
    monkeypatch.chdir(tmp_path)
    if request.param == "postgresql":
        monkeypatch.setenv("KONKYO_DB", request.getfixturevalue("postgres_database"))
    write_settings(tmp_path, endpoint)
    write_reviews(tmp_path / "reviews.jsonl")
    done("init")
    return tmp_path


def test_from_reviews_to_a_report_and_a_second_time_nothing_happens(folder: Path) -> None:
    _model()
    for name in STUDIES:
        _study(name)
    _results(folder)
    _teach()
    _report(folder)
    _again()


def _model() -> None:
    found = done("import", "jsonl", "reviews.jsonl", "--json").json
    assert found["instances"] == {"new": 60, "known": 0}
    assert found["annotations"] == 60
    trained = done("train", "--json").json
    assert trained["new"]
    assert 0 <= trained["metrics"]["test_accuracy"] <= 1
    explained = done("explain", "--json").json
    assert explained["new"] == dict.fromkeys(EXPLAINERS, 60)


def _study(name: str) -> None:
    study, items = STUDIES[name]
    planned = done("plan", study, name, "--items", items, "--json").json
    assert planned["environment"] == "local"
    assert planned["gold"] == planned["hits"]  # one check item a page
    assert done("publish", name, "--json").json["made"] == planned["hits"]
    simulated = done("simulate", name, "--json").json
    assert simulated["simulated"] is True
    assert simulated["assignments"] == planned["assignments"]
    collected = done("collect", name, "--json").json
    assert (collected["new"], collected["unreadable"]) == (planned["assignments"], {})
    assert done("review", name, "--json").json["approved"] == planned["assignments"]
    status = done("status", name, "--json").json["campaign"]
    assert status["money"]["spent"] == status["money"]["reserved"] == planned["total"]
    assert status["workers"] == status["simulated_workers"]
    assert status["checks"]["answered"] == 3 * planned["hits"]


def _results(folder: Path) -> None:
    project = open_project(folder)
    for name in STUDIES:
        campaign = campaigns.find(project.engine, name)
        found = assignments.read(project.engine, campaign.id)
        assert all(one.simulated for one in found)
        people = workers.read(project.engine, {one.worker_id for one in found})
        assert all(person.simulated for person in people)
    project.engine.dispose()
    agreement = done("agreement", "marks", "--json").json
    (alpha,) = (
        e["value"] for e in agreement["estimates"]
        if (e["name"], e["subject"], e["over"]) == ("token_alpha", "marks", "units")
    )  # fmt: skip
    # Workers who find most of the evidence agree far above chance, and not wholly.
    assert 0.2 < alpha < 0.95
    for method in ("majority", "dawid_skene"):
        assert done("aggregate", "marks", "--method", method, "--json").json["stored"] == 40
    aligned = done("align", "marks", "--json").json["estimates"]
    auroc = {
        e["subject"]: e["value"] for e in aligned if (e["name"], e["over"]) == ("auroc", "units")
    }
    assert auroc["constant"] == pytest.approx(0.5)
    assert auroc["people"] > 0.6
    assert {"attention", "gradient", "integrated_gradients", "random"} < set(auroc)


def _teach() -> None:
    taught = done("teach", "marks", "--json").json
    objectives = {estimate["subject"] for estimate in taught["estimates"]}
    assert objectives == {"vanilla", "attention_supervision", "shuffled"}
    assert all(gain["verdict"] == "no verdict" for gain in taught["gains"])  # two seeds
    assert any("takes 8 seeds" in note for note in taught["notes"])


def _report(folder: Path) -> None:
    said = done("report", "marks")
    assert said.out == "report.html\n"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "These workers are simulated" in page
    assert "konkyo teach" not in page  # the command that would fill an empty section
    assert "<script" not in page
    assert 'src="http' not in page


def _again() -> None:
    assert "nothing new" in done("import", "jsonl", "reviews.jsonl").out
    assert done("train", "--json").json["new"] is False
    assert set(done("explain", "--json").json["new"].values()) == {0}
    for name in STUDIES:
        assert done("publish", name, "--json").json["made"] == 0
        assert done("simulate", name, "--json").json["assignments"] == 0
        assert done("collect", name, "--json").json["new"] == 0
        assert done("review", name, "--json").json["approved"] == 0
    runs = len(done("status", "marks", "--json").json["runs"])
    first, second = (done("teach", "marks", "--json").json for _ in range(2))
    assert first == second
    assert len(done("status", "marks", "--json").json["runs"]) == runs == 7
