"""A campaign on the market that is a folder, from the command line, with Amazon's kind of table.

The folder is also given to `konkyo market load`, which fills templates as the requester site does.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import frames
from db.errors import SafetyError
from db.store import campaigns, instances
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from hits.page import study_page_data
from pipeline.plan import PlanRequest, plan
from pipeline.project import Project, open_project
from pipeline.publish import publish
from tests.cli.support import TINY, done, konkyo, write_reviews
from tests.hits.endpoint.conftest import Worker
from tests.support.data import reviews

csv.field_size_limit(sys.maxsize)
SETTINGS = TINY + 'name = "files"\n'
FACTS = {"active_ms": 61_000, "focus_losses": 1, "pastes": 0}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with reviews, whose market is a folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "konkyo.toml").write_text(SETTINGS, encoding="utf-8")
    done("init")
    done("import", "jsonl", write_reviews(tmp_path / "reviews.jsonl"))
    return tmp_path


def said(data: dict[str, Any], label: str) -> str:
    """The field that a page of `highlight` sends when every first word is marked."""
    entries = [
        {"id": i["id"], "position": n, "label": label, "marks": [0], "nothing": False, "ms": 9}
        for n, i in enumerate(data["items"])
    ]
    sent = {"v": 1, "study": "highlight", "items": entries, "facts": FACTS}
    return json.dumps(sent)


def batch(folder: Path) -> list[dict[str, str]]:
    with (folder / "files" / "marks" / "batch.csv").open(newline="", encoding="ascii") as file:
        return list(csv.DictReader(file))


def put_results(folder: Path, n_workers: int = 2) -> int:
    """A table as Amazon's requester site gives it out; how many rows."""
    rows = [
        {
            "HITId": f"3HIT{n}",
            "AssignmentId": f"3ASSIGNMENT{n}W{worker}",
            "WorkerId": f"A{worker}",
            "AssignmentStatus": "Submitted",
            "AcceptTime": "Tue Mar 03 06:05:06 PST 2026",
            "SubmitTime": "Tue Mar 03 06:07:06 PST 2026",
            "Input.hit": row["hit"],
            "Input.konkyo": row["konkyo"],
            "Answer.konkyo": said(json.loads(row["konkyo"]), ("positive", "negative")[worker]),
            "Approve": "",
            "Reject": "",
        }
        for n, row in enumerate(batch(folder))
        for worker in range(n_workers)
    ]
    with (folder / "files/marks/results/Batch_1_results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def test_a_campaign_goes_out_as_a_folder_and_comes_back_as_a_table(folder: Path) -> None:
    planned = done("plan", "highlight", "marks", "--items", "10", "--json").json
    assert done("publish", "--json").json["made"] == planned["hits"] == len(batch(folder))
    assert done("collect", "--json").json["new"] == 0
    rows = put_results(folder)
    collected = done("collect", "--json").json
    assert (collected["new"], collected["unreadable"]) == (rows, {})
    assert done("collect", "--json").json["new"] == 0
    assert done("review", "--json").json["approved"] == rows
    decisions = (folder / "files/marks/decisions.csv").read_text("ascii").splitlines()
    assert decisions[0] == '"AssignmentId","Approve"'
    assert len(decisions) == rows + 1
    # The table still says Submitted; what was approved stays so.
    done("collect")
    status = done("status", "--json").json["campaign"]
    assert status["assignments"]["Approved"] == rows
    # 0.40 for each of them
    assert float(status["money"]["spent"]) == pytest.approx(0.40 * rows)
    table = frames.answers(*_stored(folder), "marks")
    assert all(value == [0] for value in table["value"])
    assert len(table) == 2 * planned["items"]


def _stored(folder: Path) -> tuple[Any, str]:
    project = open_project(folder)
    return project.engine, campaigns.find(project.engine, "marks").id


def test_a_stop_on_the_way_ends_with_the_same_bytes(folder: Path) -> None:
    done("plan", "highlight", "marks", "--items", "20")
    project = open_project(folder)

    def stop(number: int, _total: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(project, None, on_hit=stop)
    before = {p.name: p.read_bytes() for p in (folder / "files/marks").glob("*.*")}
    assert publish(project, None).made == publish(project, None).hits - 2
    after = {p.name: p.read_bytes() for p in (folder / "files/marks").glob("*.*")}
    assert before == after
    hits = campaigns.read_hits(project.engine, campaigns.find(project.engine, "marks").id)
    assert [hit.market_id for hit in hits] == [row["hit"] for row in batch(folder)]


def test_a_changed_batch_is_refused_while_hits_are_still_to_be_made(folder: Path) -> None:
    done("plan", "highlight", "marks", "--items", "10")
    target = folder / "files" / "marks"
    target.mkdir(parents=True)
    (target / "batch.csv").write_text("another batch")
    refused = konkyo("publish")
    assert refused.code == 3
    assert "batch.csv is not what this campaign wrote" in refused.err
    assert not (target / "template.html").exists()


def test_a_folder_that_vanished_is_not_made_anew_in_silence(folder: Path) -> None:
    done("plan", "highlight", "marks", "--items", "10")
    done("publish")
    (folder / "files" / "marks").rename(folder / "elsewhere")
    refused = konkyo("publish")
    assert refused.code == 3
    assert "are not on files/marks any more" in refused.err
    assert not (folder / "files" / "marks").exists()


def test_another_folder_than_planned_is_refused(folder: Path) -> None:
    done("plan", "highlight", "marks", "--items", "10")
    (folder / "konkyo.toml").write_text(SETTINGS + 'folder = "other"\n', encoding="utf-8")
    refused = konkyo("publish")
    assert refused.code == 3
    assert "set [market] folder back" in refused.err


def test_a_flavour_that_the_market_does_not_have_is_refused_at_plan(folder: Path) -> None:
    (folder / "konkyo.toml").write_text(SETTINGS + 'flavour = "html"\n', encoding="utf-8")
    refused = konkyo("plan", "highlight", "marks", "--items", "10")
    assert refused.code == 2
    assert "takes: fragment" in refused.err


def test_production_is_asked_about_before_a_folder_is_written(
    make_project: Callable[..., Project],
) -> None:
    project = make_project('[market]\nname = "files"\n')
    instances.add(project.engine, reviews(20)[0])
    plan(project, PlanRequest("highlight", "paid", items=8, environment="production"))
    with pytest.raises(SafetyError, match="--live"):
        publish(project, None)
    asked: list[object] = []
    with pytest.raises(SafetyError, match="not agreed"):
        publish(project, None, live=True, agree=lambda *given: bool(asked.append(given[2])))
    assert asked == [None]
    assert not (project.folder / "files").exists()
    publish(project, None, live=True, agree=lambda *_: True)
    assert (project.folder / "files" / "paid" / "batch.csv").exists()


def test_simulated_workers_have_nowhere_to_go(folder: Path) -> None:
    done("plan", "highlight", "marks", "--items", "10")
    done("publish")
    refused = konkyo("simulate")
    assert refused.code == 2
    assert "no address where simulated workers could answer" in refused.err


def test_our_own_loader_of_templates_takes_the_folder(folder: Path) -> None:
    done("plan", "highlight", "marks", "--items", "4")
    done("publish")
    rows = batch(folder)
    files = folder / "files" / "marks"
    with running(ServeSettings(port=0, data=str(folder / "market.db"))) as url:
        done(
            "market", "load", files / "template.html", files / "batch.csv",
            "--title", "Mark", "--reward", "0.05",
        )  # fmt: skip
        worker = Worker(url)
        for _ in rows:
            group = worker.http.get("/").text.partition('data-hit-type-id="')[2].partition('"')[0]
            location = worker.post(f"/groups/{group}/accept").headers["location"]
            held = location.removeprefix("/assignments/")
            data = study_page_data(worker.http.get(worker.frame_address(held)).text)
            worker.submit(held, konkyo=said(data, "positive"))
        done("market", "results", "1", "--out", files / "results" / "one.csv")
    collected = done("collect", "--json").json
    assert (collected["new"], collected["unreadable"]) == (len(rows), {})
