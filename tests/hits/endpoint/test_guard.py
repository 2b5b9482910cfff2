"""Who may reach the server, and which database it opens."""

import os
import signal
import sqlite3
import subprocess
import sys

import httpx
import pytest

from hits.endpoint.app import create_app
from hits.endpoint.errors import EndpointError
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"],
)
def test_a_forwarded_request_is_refused(shared_world, header):
    for method, path in (("POST", "/"), ("GET", "/"), ("GET", "/healthz"), ("POST", "/register")):
        answer = httpx.request(method, shared_world.url + path, headers={header: "10.0.0.1"})
        assert answer.status_code == 403
        assert answer.json()["__type"] == "AccessDeniedException"


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "localhost.example.org",
        "10.0.0.1:80",
        "127.0.0.1.nip.io",
        "[2001:db8::1]",
        "",
    ],
)
def test_a_foreign_host_is_refused(shared_world, host):
    assert httpx.get(shared_world.url, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.8.9.1:99", "[::1]:8080"])
def test_every_name_of_this_machine_is_answered(shared_world, host):
    assert httpx.get(shared_world.url, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_listening_to_a_network_without_a_proxy_is_refused(tmp_path, host):
    settings = ServeSettings(host=host, data=str(tmp_path / "m.db"))
    with pytest.raises(EndpointError, match="--behind-proxy"):
        create_app(settings)
    assert not (tmp_path / "m.db").exists()


def test_behind_a_proxy_the_default_account_does_not_exist(tmp_path, connect):
    data = str(tmp_path / "m.db")
    with running(ServeSettings(data=data)) as url:
        assert connect(url).balance()[0] == "10000.00"
    # The account is in the books now, and still cannot be used.
    with running(ServeSettings(data=data, behind_proxy=True)) as url:
        error = connect(url).refusal("get_account_balance")
        assert error["Error"]["Code"] == "UnrecognizedClientException"


def test_behind_a_proxy_the_public_address_is_used(tmp_path):
    with running(ServeSettings(data=str(tmp_path / "m.db"), behind_proxy=True)) as url:
        headers = {
            "Host": "work.example.org",
            "X-Forwarded-Proto": "https",
            "Origin": "https://work.example.org",
        }
        answer = httpx.post(url + "/register", headers=headers)
        assert answer.status_code == 200
        assert "Secure" in answer.headers["set-cookie"]


def test_the_balance_survives_a_restart(tmp_path, connect):
    settings = ServeSettings(data=str(tmp_path / "m.db"))
    with running(settings) as url:
        hit = connect(url).create()
    with running(settings) as url:
        assert connect(url).hit(hit["HITId"]) == hit
        assert connect(url).balance() == ("9999.50", "0.50")


@pytest.mark.parametrize("table", ["instances", "campaigns", "alembic_version"])
def test_a_projects_database_is_refused_and_left_as_it_is(tmp_path, table):
    path = tmp_path / "konkyo.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table {table} (id integer)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(EndpointError, match=table):
        create_app(ServeSettings(data=str(path)))
    assert path.read_bytes() == before


def test_data_that_cannot_be_opened_is_refused_in_words(tmp_path):
    (tmp_path / "text.db").write_text("not a database " * 100)
    for data in (
        str(tmp_path / "text.db"),
        str(tmp_path / "no" / "such" / "folder" / "m.db"),
        "sqlite://",
        "nosuchbackend://host/db",
        "://",
    ):
        with pytest.raises(EndpointError):
            create_app(ServeSettings(data=data))


def test_a_database_of_a_later_version_is_refused(tmp_path):
    path = tmp_path / "m.db"
    create_app(ServeSettings(data=str(path))).state.market.close()
    with sqlite3.connect(path) as connection:
        connection.execute("update market_alembic_version set version_num = '9999'")
    connection.close()
    with pytest.raises(EndpointError, match="9999"):
        create_app(ServeSettings(data=str(path)))


def test_a_taken_port_is_said(shared_world, tmp_path):
    from hits.endpoint.serve import serve

    port = int(shared_world.url.rsplit(":", 1)[1])
    with pytest.raises(EndpointError, match=str(port)):
        serve(ServeSettings(port=port, data=str(tmp_path / "m.db")))


def test_serve_stops_cleanly_when_interrupted_and_never_reads_the_projects_database(tmp_path):
    code = (
        "from hits.endpoint.serve import serve\n"
        "from hits.endpoint.settings import ServeSettings\n"
        "serve(ServeSettings(port=0), on_ready=lambda url: print(url, flush=True))\n"
        "print('stopped')\n"
    )
    project = tmp_path / "project.db"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "KONKYO_DB": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert httpx.get(url + "/healthz").text == "ok\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "stopped\n", "")
    assert (tmp_path / "market.db").exists()
    assert not project.exists()
