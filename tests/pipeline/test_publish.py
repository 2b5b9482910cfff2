"""Publishing: exactly the planned HITs, none twice, whatever happens on the way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import boto3
import pytest

from db.errors import MarketError, SafetyError, StoreError, UsageError
from db.store import campaigns, instances, ledger
from db.store.locks import publisher
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from pipeline.plan import Planned, PlanRequest, plan
from pipeline.project import Project, open_project
from pipeline.publish import publish
from tests.support.data import reviews
from tests.support.proxy import Fault, faulty

pytestmark = pytest.mark.usefixtures("impatient")
MakeProject = Callable[..., Project]


def settings(url: str, more: str = "") -> str:
    return (
        f'[market]\nendpoint_url = "{url}"\ncap = "1000.00"\n{more}\n[study]\nitems_per_hit = 4\n'
    )


def planned(project: Project, n: int = 40, **request: object) -> Planned:
    instances.add(project.engine, reviews(60)[0])
    return plan(project, PlanRequest("highlight", "pilot", items=n, **request))  # type: ignore[arg-type]


def hits_on(url: str) -> list[str]:
    """Annotations of every HIT on the endpoint, through a boto3 client of our own."""
    client = boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    pages = client.get_paginator("list_hits").paginate()
    return [hit["RequesterAnnotation"] for page in pages for hit in page["HITs"]]


def assert_exactly_planned(project: Project, url: str, plan: Planned) -> None:
    """Every planned HIT is on the market once, and we know each one's market id."""
    hits = campaigns.read_hits(project.engine, plan.campaign.id)
    wanted = [f"konkyo:{plan.campaign.id}:{hit.position}" for hit in hits]
    assert sorted(hits_on(url)) == sorted(wanted)
    assert all(hit.market_id for hit in hits)
    assert len({hit.market_id for hit in hits}) == len(hits)
    reserved = ledger.totals(project.engine, plan.campaign.id)["reserved"]
    assert reserved == plan.quote.total


def test_publish_makes_the_planned_hits_and_a_second_call_makes_none(
    make_project: MakeProject, endpoint: str
) -> None:
    project = make_project(settings(endpoint))
    made = planned(project)
    # 40 items, 3 a page beside 1 check item: 14 HITs
    assert made.quote.hits == 14
    assert made.quote.total == Decimal("0.40") * 3 * 14
    assert publish(project, None).made == 14
    assert publish(project, None).made == 0
    assert_exactly_planned(project, endpoint, made)


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(["pass", "drop", "pass", "drop", "drop"], id="lost replies"),
        pytest.param(["throttle", "pass", "throttle", "throttle"], id="throttled"),
        pytest.param(["refuse", "pass", "refuse"], id="refused connections"),
        pytest.param(["drop", "throttle", "refuse", "drop", "pass"] * 2, id="everything at once"),
    ],
)
def test_a_bad_network_ends_with_exactly_the_planned_hits(
    make_project: MakeProject, endpoint: str, faults: list[Fault]
) -> None:
    with faulty(endpoint, "CreateHITWithHITType", faults) as (url, server):
        project = make_project(settings(url))
        made = planned(project)
        publish(project, None)
        assert server.seen > made.quote.hits  # faults did happen
    assert_exactly_planned(project, endpoint, made)


def test_a_network_that_stays_down_is_reported_and_the_same_command_continues(
    make_project: MakeProject, endpoint: str
) -> None:
    faults: list[Fault] = ["pass", "pass", "drop", *["refuse"] * 5]  # type: ignore[list-item]
    with faulty(endpoint, "CreateHITWithHITType", faults) as (url, _):
        project = make_project(settings(url))
        made = planned(project)
        with pytest.raises(MarketError, match="continues where this one stopped"):
            publish(project, None)
        assert len(hits_on(endpoint)) == 3  # two known, one made whose reply was lost
        publish(project, None)
    assert_exactly_planned(project, endpoint, made)


def test_a_killed_publisher_leaves_nothing_double(make_project: MakeProject, endpoint: str) -> None:
    project = make_project(settings(endpoint))
    made = planned(project)
    rng = random.Random(5)
    command = [sys.executable, "-c", "from pipeline.cli.main import run; run()", "publish"]
    for _ in range(3):
        process = subprocess.Popen(command, cwd=project.folder, stderr=subprocess.DEVNULL)
        _wait_for_hits(endpoint, len(hits_on(endpoint)) + rng.randint(1, 3), process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    publish(project, None)
    assert_exactly_planned(project, endpoint, made)


def _wait_for_hits(url: str, wanted: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while len(hits_on(url)) < wanted and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)


def test_another_endpoint_is_refused(
    make_project: MakeProject, endpoint: str, tmp_path: Path
) -> None:
    project = make_project(settings(endpoint))
    planned(project)
    publish(project, None)
    with running(ServeSettings(port=0, data=str(tmp_path / "other.db"))) as other:
        moved = make_project(settings(other))
        with pytest.raises(SafetyError, match="was planned for"):
            publish(moved, None)
        assert hits_on(other) == []


def test_another_key_is_refused(make_project: MakeProject, endpoint: str) -> None:
    planned(make_project(settings(endpoint)))
    with pytest.raises(SafetyError, match="another access key"):
        publish(
            make_project(settings(endpoint, 'access_key_id = "K"\nsecret_access_key = "S"')), None
        )


def test_hits_that_vanished_are_never_silently_republished(
    make_project: MakeProject, tmp_path: Path
) -> None:
    data = tmp_path / "market.db"
    with running(ServeSettings(port=0, data=str(data))) as url:
        port = int(url.rpartition(":")[2])
        project = make_project(settings(url))
        made = planned(project)
        publish(project, None)
    # Somebody starts the endpoint anew on the same port with an empty database.
    campaigns.set_state(project.engine, made.campaign.id, "publishing")
    with _server(port, tmp_path / "new.db"), pytest.raises(SafetyError, match="not on"):
        publish(project, None)


def _server(port: int, data: Path) -> _Subprocess:
    return _Subprocess(port, data)


class _Subprocess:
    """`konkyo serve` on a port of our choice."""

    def __init__(self, port: int, data: Path) -> None:
        self._command = [
            sys.executable, "-c", "from pipeline.cli.main import run; run()",
            "serve", "--port", str(port), "--data", str(data),
        ]  # fmt: skip
        self._url = f"http://127.0.0.1:{port}"

    def __enter__(self) -> None:
        import httpx

        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL, env=os.environ)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self._url}/healthz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


def test_one_publisher_at_a_time(make_project: MakeProject, endpoint: str) -> None:
    project = make_project(settings(endpoint))
    made = planned(project)
    with (
        publisher(project.engine, made.campaign.id),
        pytest.raises(StoreError, match="another konkyo is publishing"),
    ):
        publish(project, None)


def test_a_page_that_is_too_large_is_refused_at_plan_and_may_be_uploaded(
    make_project: MakeProject, endpoint: str
) -> None:
    from tests.support.data import instance

    project = make_project(settings(endpoint))
    huge = [instance("word " * 20_000 + end, label) for end, label in (("x", "a"), ("y", "b"))]
    instances.add(project.engine, huge)
    with pytest.raises(UsageError, match=r"65,535 .* \[market\] flavour"):
        plan(project, PlanRequest("highlight", "pilot"))
    assert campaigns.read(project.engine) == []
    # Uploaded, a page may be longer.
    (project.folder / "konkyo.toml").write_text(
        settings(endpoint).replace("[market]", '[market]\nflavour = "external"'), encoding="utf-8"
    )
    longer = open_project(project.folder)
    assert plan(longer, PlanRequest("highlight", "pilot")).quote.hits == 1
    publish(longer, None)
    assert len(hits_on(endpoint)) == 1


def test_too_little_money_publishes_nothing(make_project: MakeProject, endpoint: str) -> None:
    text = settings(endpoint).replace("1000.00", "100000.00") + 'reward = "500.00"\n'
    project = make_project(text)
    planned(project)
    with pytest.raises(SafetyError, match="the balance at"):
        publish(project, None)
    assert hits_on(endpoint) == []


def test_a_campaign_above_the_cap_is_not_even_planned(
    make_project: MakeProject, endpoint: str
) -> None:
    project = make_project(settings(endpoint).replace("1000.00", "10.00"))
    with pytest.raises(SafetyError, match="the cap"):
        planned(project)
    assert campaigns.read(project.engine) == []


def test_production_needs_live_and_agreement(make_project: MakeProject, endpoint: str) -> None:
    project = make_project(settings(endpoint))
    made = planned(project, environment="production")
    with pytest.raises(SafetyError, match="--live"):
        publish(project, None)
    with pytest.raises(SafetyError, match="not agreed"):
        publish(project, None, live=True, agree=lambda *_: False)
    assert hits_on(endpoint) == []
    asked: list[Decimal] = []
    publish(
        project,
        None,
        live=True,
        agree=lambda _, quote, balance: bool(asked.append(balance)) or True,
    )
    assert asked == [Decimal("10000.00")]
    assert_exactly_planned(project, endpoint, made)


def test_amazon_is_refused_with_the_reason(make_project: MakeProject) -> None:
    project = make_project(settings("https://mturk-requester.us-east-1.amazonaws.com"))
    with pytest.raises(SafetyError, match="30 September 2026"):
        planned(project, environment="production")


def test_local_means_this_machine(make_project: MakeProject) -> None:
    project = make_project(settings("https://mturk.example.org"))
    with pytest.raises(SafetyError, match="this machine"):
        planned(project)
