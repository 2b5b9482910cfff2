"""The dashboard: a requester in a browser, by the same rules as through the API."""

import re

import httpx
import pytest

from hits.endpoint.administration import add_account
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.hits.endpoint.conftest import attribute

SECRET = "a-secret-of-a-lab-0123"


class Dashboard:
    """A requester's browser."""

    def __init__(self, url, key="local", secret="local"):
        self.http = httpx.Client(base_url=url, timeout=30)
        self.answer = self.http.post(
            "/requester/sign-in", data={"access_key": key, "secret_key": secret}
        )

    @property
    def csrf(self):
        return re.search(r'name="csrf" value="([^"]+)"', self.http.get("/requester").text)[1]

    def decide(self, hit_type, verdict, *assignments, feedback="", csrf=None):
        return self.http.post(
            f"/requester/types/{hit_type}/decide",
            data={
                "csrf": csrf or self.csrf,
                "assignment": list(assignments),
                "verdict": verdict,
                "feedback": feedback,
            },
        )


def counts(page, hit_type):
    """The numbers of a HIT type's row, by the head of their column."""
    row = page.partition(f'data-hit-type-id="{hit_type}"')[2].partition("</tr>")[0]
    return dict(re.findall(r'data-label="([^"]+)" class="number">([^<]+)<', row))


def test_the_overview_counts_what_is_out(world):
    hit = world.requester.create(MaxAssignments=3)
    worker = world.worker()
    done = worker.do(hit["HITId"])
    world.worker().accept(hit["HITId"])
    desk = Dashboard(world.url)
    assert desk.answer.headers["location"] == "/requester"
    page = desk.http.get("/requester").text
    assert counts(page, hit["HITTypeId"]) == {
        "Reward": "$0.50",
        "HITs": "1",
        "Open": "1",
        "At work": "1",
        "To review": "1",
        "Approved": "0",
        "Rejected": "0",
    }
    assert (attribute(page, "data-available"), attribute(page, "data-on-hold")) == (
        "9998.50",
        "1.50",
    )
    world.requester.client.approve_assignment(AssignmentId=done)
    assert counts(desk.http.get("/requester").text, hit["HITTypeId"])["Approved"] == "1"


def test_submissions_are_read_approved_and_rejected(world):
    hit = world.requester.create(MaxAssignments=3)
    workers = [world.worker() for _ in range(3)]
    done = [
        worker.do(hit["HITId"], answer=f"<b>{n}</b>", why=["x", "y"])
        for n, worker in enumerate(workers)
    ]
    desk = Dashboard(world.url)
    page = desk.http.get(f"/requester/types/{hit['HITTypeId']}").text
    assert page.count("<article") == 3
    assert "&lt;b&gt;0&lt;/b&gt;" in page and "<b>0</b>" not in page
    assert "x|y" in page
    assert workers[0].worker_id in page

    assert desk.decide(hit["HITTypeId"], "approve", *done[:2]).status_code == 303
    unexplained = desk.decide(hit["HITTypeId"], "reject", done[2])
    assert attribute(unexplained.text, "data-reason") == "reason-needed"
    desk.decide(hit["HITTypeId"], "reject", done[2], feedback="Not read.")
    states = {
        a["AssignmentId"]: a["AssignmentStatus"] for a in world.requester.assignments(hit["HITId"])
    }
    assert [states[one] for one in done] == ["Approved", "Approved", "Rejected"]
    rejected = desk.http.get(f"/requester/types/{hit['HITTypeId']}?state=Rejected").text
    assert "Not read." in rejected and rejected.count("<article") == 1
    # A page that is behind the times changes nothing of what was decided.
    assert desk.decide(hit["HITTypeId"], "approve", done[2]).status_code == 303
    assert world.requester.balance() == ("9999.00", "0.00")


def test_nothing_is_decided_by_accident(world):
    hit = world.requester.create()
    done = world.worker().do(hit["HITId"])
    desk = Dashboard(world.url)
    none = desk.decide(hit["HITTypeId"], "approve")
    assert attribute(none.text, "data-reason") == "nothing-chosen"
    forged = desk.decide(hit["HITTypeId"], "approve", done, csrf="forged")
    assert attribute(forged.text, "data-reason") == "stale-form"
    stranger = httpx.post(
        f"{world.url}/requester/types/{hit['HITTypeId']}/decide",
        data={"assignment": done, "verdict": "approve"},
    )
    assert stranger.status_code == 403
    assert world.requester.assignments(hit["HITId"])[0]["AssignmentStatus"] == "Submitted"


@pytest.mark.parametrize("given", [("local", "wrong"), ("nobody", "local"), ("", "")])
def test_a_wrong_key_opens_nothing(shared_world, given):
    desk = Dashboard(shared_world.url, *given)
    assert attribute(desk.answer.text, "data-reason") == "wrong-key"
    for path in ("/requester", "/requester/types/3X"):
        assert desk.http.get(path).headers["location"] == "/requester/sign-in"


def test_requesters_do_not_see_each_others_work(world):
    add_account(world.data, "lab", SECRET, "1.00")
    hit = world.requester.create()
    done = world.worker().do(hit["HITId"])
    desk = Dashboard(world.url, "lab", SECRET)
    assert hit["HITTypeId"] not in desk.http.get("/requester").text
    assert desk.http.get(f"/requester/types/{hit['HITTypeId']}").status_code == 404
    assert desk.decide(hit["HITTypeId"], "approve", done).status_code == 404
    assert world.requester.assignments(hit["HITId"])[0]["AssignmentStatus"] == "Submitted"


def test_signing_out_ends_it_and_a_workers_session_is_another(world):
    desk = Dashboard(world.url)
    cookie = desk.http.cookies["konkyo_requester"]
    desk.http.post("/requester/sign-out", data={"csrf": desk.csrf})
    again = httpx.get(f"{world.url}/requester", cookies={"konkyo_requester": cookie})
    assert again.headers["location"] == "/requester/sign-in"
    worker = world.worker()
    as_requester = {"konkyo_requester": worker.http.cookies["konkyo_session"]}
    assert httpx.get(f"{world.url}/requester", cookies=as_requester).status_code == 303


def test_the_default_account_has_no_dashboard_behind_a_proxy(tmp_path):
    data = str(tmp_path / "m.db")
    with running(ServeSettings(data=data)):
        pass
    with running(ServeSettings(data=data, behind_proxy=True)) as url:
        assert attribute(Dashboard(url).answer.text, "data-reason") == "wrong-key"


def test_long_lists_come_in_pages(world):
    hit = world.requester.create(MaxAssignments=30)
    done = [world.worker().do(hit["HITId"]) for _ in range(27)]
    desk = Dashboard(world.url)
    address = f"/requester/types/{hit['HITTypeId']}"
    first = desk.http.get(address).text
    further = re.search(r'data-further href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = desk.http.get(address + further).text
    shown = [
        re.findall(r'<article[^>]*data-assignment-id="([^"]+)"', page) for page in (first, second)
    ]
    assert [len(page) for page in shown] == [25, 2]
    assert shown[0] + shown[1] == done


def test_a_requester_allows_outside_hosts_for_their_own_tasks(world):
    hit = world.requester.create()
    desk = Dashboard(world.url)
    address = f"/requester/types/{hit['HITTypeId']}"

    def allow(named, browser=desk):
        return browser.http.post(f"{address}/hosts", data={"csrf": browser.csrf, "hosts": named})

    def policy():
        return httpx.get(f"{world.url}/frame/{hit['HITId']}").headers["content-security-policy"]

    assert allow("cdn.example.org, *.example.net").status_code == 303
    assert "https://cdn.example.org https://*.example.net" in policy()
    assert 'value="cdn.example.org *.example.net"' in desk.http.get(address).text
    refused = allow("cdn.example.org 'unsafe-eval'")
    assert attribute(refused.text, "data-reason") == "bad-host"
    assert "https://cdn.example.org" in policy()
    add_account(world.data, "lab", SECRET, "1.00")
    assert allow("evil.example", Dashboard(world.url, "lab", SECRET)).status_code == 404
    assert "evil.example" not in policy()
    allow("")
    assert "example" not in policy()
