"""Who gets in, what is logged of those who do not, and the queue's filters."""

import logging
import re
import ssl
import subprocess
import threading
from datetime import timedelta

import httpx
import pytest

from hits.endpoint.clock import SetClock
from hits.endpoint.errors import EndpointError
from hits.endpoint.invitations import invite, list_invitations
from hits.endpoint.serve import running, serve
from hits.endpoint.settings import ServeSettings
from tests.hits.endpoint.conftest import Worker, attribute


@pytest.fixture
def invited(tmp_path):
    """A server where people join by invitation: its address, books and clock."""
    clock = SetClock()
    settings = ServeSettings(data=str(tmp_path / "m.db"), clock=clock, registration="invited")
    with running(settings) as url:
        yield url, settings.data, clock


def register(url, code):
    return httpx.post(f"{url}/register", data={"invitation": code})


def test_nobody_registers_without_an_invitation(invited):
    url, data, _ = invited
    assert "data-by-invitation" in httpx.get(url).text
    for code in ("", "guess"):
        refused = register(url, code)
        assert (refused.status_code, attribute(refused.text, "data-reason")) == (
            403,
            "no-invitation",
        )
    assert httpx.get(f"{url}/join/guess").status_code == 403
    code = invite(data, places=2, days=30, note="lab")
    page = httpx.get(f"{url}/join/{code}")
    assert f'name="invitation" value="{code}"' in page.text
    assert [register(url, code).status_code for _ in range(3)] == [200, 200, 403]
    (listed,) = list_invitations(data)
    assert (listed.note, listed.places, listed.used) == ("lab", 2, 2)


def test_an_invitation_grows_old(invited):
    url, data, clock = invited
    code = invite(data, places=1, days=1, note="")
    # Made by the machine's clock; the market's is moved beyond the day.
    clock.move(timedelta(days=1, seconds=5))
    assert register(url, code).status_code == 403


def test_a_place_is_used_once_however_many_come_at_a_time(invited):
    url, data, _ = invited
    code = invite(data, places=3, days=1, note="")
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(register(url, code).status_code))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 3 + [403] * 9


def test_a_taken_id_does_not_use_the_place(invited):
    url, data, _ = invited
    first, second = (invite(data, places=1, days=1, note="") for _ in range(2))
    httpx.post(f"{url}/register", data={"invitation": first, "worker_id": "AMINE"})
    taken = httpx.post(f"{url}/register", data={"invitation": second, "worker_id": "AMINE"})
    assert taken.status_code == 409
    assert register(url, second).status_code == 200


def test_other_machines_are_served_with_tls_or_a_proxy_alone(tmp_path):
    for settings in (
        ServeSettings(host="0.0.0.0"),
        ServeSettings(certificate=tmp_path / "c.pem"),
        ServeSettings(certificate=tmp_path / "c.pem", private_key=tmp_path / "k.pem"),
        ServeSettings(registration="closed"),
    ):
        with pytest.raises(EndpointError):
            settings.check()


def test_the_server_speaks_tls_itself(tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", str(key)]
        + ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    settings = ServeSettings(
        host="0.0.0.0",
        port=0,
        data=str(tmp_path / "m.db"),
        certificate=certificate,
        private_key=key,
    )
    ready = threading.Event()
    seen = []
    thread = threading.Thread(
        target=serve, args=(settings, lambda url: (seen.append(url), ready.set())), daemon=True
    )
    thread.start()
    assert ready.wait(20)
    url = seen[0].replace("0.0.0.0", "127.0.0.1")
    assert url.startswith("https://")
    trust = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(verify=trust, base_url=url) as client:
        registered = client.post("/register")
        assert "Secure" in registered.headers["set-cookie"]
        assert "data-worker-id" in registered.text


# What is refused is logged


def test_refusals_are_logged_without_secrets(shared_world, caplog):
    hit = shared_world.requester.create()
    worker, other = shared_world.worker(), shared_world.worker()
    held = worker.accept(hit["HITId"])
    address = worker.submit_address(held)
    token = address.split("/")[-3]
    with caplog.at_level(logging.WARNING, logger="hits.endpoint.refusals"):
        other.http.get(f"/assignments/{held}")
        worker.http.post(f"/assignments/{held}/return", data={"csrf": "forged"})
        worker.http.post("/", headers={"Origin": "https://elsewhere.example"})
        httpx.post(address, data={"assignmentId": "3OTHER"})
        httpx.post(f"{shared_world.url}/submit/forged/mturk/externalSubmit", data={})
        httpx.post(f"{shared_world.url}/sign-in", data={"worker_id": "A1", "secret": "wrong"})
        httpx.get(shared_world.url, headers={"Host": "elsewhere.example"})
        httpx.post(shared_world.url, content=b"{}", headers={"X-Amz-Target": "GetHIT"})
        httpx.post(address, content=b"x" * (3 * 2**20))
    said = [record.getMessage() for record in caplog.records]
    for reason in (
        "not theirs",
        "stale-form",
        "wrong-assignment token",
        "unknown token",
        "wrong-secret",
        "guard",
        "MissingAuthenticationTokenException",
        "too-large",
    ):
        assert any(f"refused ({reason})" in line for line in said), (reason, said)
    everything = "\n".join(said)
    for secret in (token, held, worker.worker_id, worker.secret, "wrong\n", "forged"):
        assert secret not in everything


# The queue's filters


@pytest.fixture(scope="module")
def stocked(shared_world):
    """Three groups: a cheap one, a dear one, and one that asks for something."""
    requester = shared_world.requester
    kind = requester.client.create_qualification_type(
        Name="Filter", Description="d", QualificationTypeStatus="Active"
    )["QualificationType"]["QualificationTypeId"]
    need = {"QualificationTypeId": kind, "Comparator": "Exists", "ActionsGuarded": "Accept"}
    requester.create(Title="Filter: cheap words", Reward="0.05", Keywords="zebra")
    requester.create(Title="Filter: dear pictures", Reward="5.00", MaxAssignments=2)
    requester.create(Title="Filter: closed", Reward="1.00", QualificationRequirements=[need])
    return Worker(shared_world.url)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=filter", ["closed", "dear pictures", "cheap words"]),
        ("q=filter&order=reward", ["dear pictures", "closed", "cheap words"]),
        ("q=FILTER+zebra", ["cheap words"]),
        ("q=filter&least=1", ["closed", "dear pictures"]),
        ("q=filter&qualified=1", ["dear pictures", "cheap words"]),
        ("q=filter&least=abc&order=odd", ["closed", "dear pictures", "cheap words"]),
        ("q=nothing+like+it", []),
        ("q=filter&least=NaN", ["closed", "dear pictures", "cheap words"]),
        ("q=filter&least=1e999999999", ["closed", "dear pictures", "cheap words"]),
    ],
)
def test_the_queue_shows_what_is_wanted(stocked, query, titles):
    page = stocked.http.get(f"/?{query}").text
    assert re.findall(r"<h2>Filter: ([^<]*)</h2>", page) == titles
    if not titles:
        assert "Nothing like that right now." in page
