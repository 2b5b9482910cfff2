"""Clients that are not ours, unmodified: the AWS command line, JavaScript, hosts that are fixed."""

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3.util.connection

from hits.endpoint import administration
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.docs.pages import DOCS, marked_block

REQUIRE_NODE = "KONKYO_REQUIRE_NODE"
OLDEST_NODE = 20
CLIENTS = Path(__file__).parent / "clients"
FIXED = "mturk-requester.us-east-1.amazonaws.com"
NO_NETWORK = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """This process's own, with the keys of the default account and no configuration of AWS."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {
        **ours,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


class CommandLine:
    """``aws mturk … --endpoint-url``."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        aws = [sys.executable, "-m", "awscli", "mturk", *words]
        return subprocess.run(
            [*aws, "--endpoint-url", self._url, "--output", "json"],
            env=environment(self._folder),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def __call__(self, *words: str):
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture
def aws(tmp_path, world) -> CommandLine:
    return CommandLine(tmp_path, world.url)


def options(parameters: dict[str, object]) -> list[str]:
    """MaxAssignments=3 → --max-assignments 3."""
    return [
        word
        for name, value in parameters.items()
        for word in ("--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower(), str(value))
    ]


def test_the_aws_command_line_runs_a_hit_from_creation_to_pay(world, aws):
    given = world.requester.hit_parameters(MaxAssignments=3)
    hit = aws("create-hit", *options(given))["HIT"]
    aws("create-hit", *options(given | {"Title": "Another"}))
    first = aws("list-hits", "--max-items", "1", "--page-size", "1")
    rest = aws("list-hits", "--starting-token", first["NextToken"])
    assert {one["Title"] for one in first["HITs"] + rest["HITs"]} == {given["Title"], "Another"}

    done = [world.worker().do(hit["HITId"]) for _ in range(3)]
    listed = aws("list-assignments-for-hit", "--hit-id", hit["HITId"], "--page-size", "1")
    assert [one["AssignmentId"] for one in listed["Assignments"]] == done
    assert all("<FreeText>yes</FreeText>" in one["Answer"] for one in listed["Assignments"])

    # 10000.00 - 3 * 0.50 for each of the two HITs; approval pays 0.50 out of what is held.
    assert aws("approve-assignment", "--assignment-id", done[0]) is None
    balance = aws("get-account-balance")
    assert balance == {"AvailableBalance": "9997.00", "OnHoldBalance": "2.50"}
    statuses = ["--hit-id", hit["HITId"], "--assignment-statuses", "Approved"]
    assert len(aws("list-assignments-for-hit", *statuses)["Assignments"]) == 1


def test_the_aws_command_line_shows_a_refusal(aws):
    refused = aws.run("get-hit", "--hit-id", "3NOWHERE")
    assert refused.returncode != 0
    said = "(RequestError) when calling the GetHIT operation: Hit 3NOWHERE does not exist."
    assert said in refused.stderr


@pytest.fixture(scope="module")
def javascript(tmp_path_factory) -> Path:
    """A folder with our script, and Amazon's packages as the lock file has them."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            absent(f"{tool} is not installed")
    version = subprocess.check_output(["node", "--version"], text=True).strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        absent(f"Amazon's packages need Node {OLDEST_NODE}, and this is {version}")
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(CLIENTS, folder, dirs_exist_ok=True)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode != 0 and NO_NETWORK.search(done.stderr):
        absent("npm reaches no registry")
    assert done.returncode == 0, done.stderr
    return folder


def absent(why: str) -> None:
    if os.environ.get(REQUIRE_NODE):
        pytest.fail(f"{REQUIRE_NODE} is set, but {why}")
    pytest.skip(why)


def node(folder: Path, url: str, step: str, **parameters: object):
    """One step of the script, with the endpoint in the environment."""
    done = subprocess.run(
        ["node", "mturk.mjs", step],
        cwd=folder,
        env=environment(folder, AWS_ENDPOINT_URL_MTURK=url),
        input=json.dumps(parameters),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_amazons_javascript_client_runs_a_hit_from_creation_to_pay(world, javascript):
    parameters = world.requester.hit_parameters(MaxAssignments=2)
    hit = node(javascript, world.url, "create", **parameters)
    expires = world.requester.hit(hit["HITId"])["Expiration"]
    assert hit["expires"][:19] == expires.astimezone(UTC).isoformat()[:19]
    workers = [world.worker() for _ in range(2)]
    for worker in workers:
        worker.do(hit["HITId"])
    reviewed = node(javascript, world.url, "review", HITId=hit["HITId"])
    expected = [{"WorkerId": worker.worker_id, "answered": True} for worker in workers]
    assert reviewed["workers"] == expected
    assert reviewed["balance"]["AvailableBalance"] == "9999.00"
    assert world.requester.hit(hit["HITId"])["NumberOfAssignmentsCompleted"] == 2


def test_amazons_javascript_client_knows_a_refusal(world, javascript):
    error = node(javascript, world.url, "fail", HITId="3NOWHERE")
    assert error["modelled"] is True
    assert error["name"] == "RequestError"
    assert error["message"].startswith("Hit 3NOWHERE does not exist.")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"


BALANCE = (
    "import boto3\n"
    "print(boto3.client('mturk').get_account_balance()['AvailableBalance'])  # no address\n"
)


def test_a_program_that_names_no_address_finds_it_in_the_environment(shared_world, tmp_path):
    for name in ("AWS_ENDPOINT_URL_MTURK", "AWS_ENDPOINT_URL"):
        surroundings = environment(tmp_path, **{name: shared_world.url})
        said = subprocess.check_output([sys.executable, "-c", BALANCE], env=surroundings, text=True)
        assert said == "10000.00\n"


def test_a_program_that_names_no_address_finds_it_in_the_config(shared_world, tmp_path):
    page = (DOCS / "endpoint.md").read_text(encoding="utf-8")
    config = page.split("```ini\n", 1)[1].split("```", 1)[0]
    written = config.replace("http://127.0.0.1:8080", shared_world.url)
    assert written != config
    (tmp_path / "config").write_text(written, encoding="utf-8")
    surroundings = environment(tmp_path)
    said = subprocess.check_output([sys.executable, "-c", BALANCE], env=surroundings, text=True)
    assert said == "10000.00\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A folder in which the documentation's own commands have been run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    commands = marked_block(DOCS / "endpoint.md", "<!-- test: certificates -->")
    script = ["bash", "-euc", commands]
    subprocess.run(script, cwd=folder, check=True, capture_output=True, timeout=120)
    return folder


class Forwarding(BaseHTTPRequestHandler):
    """What the documentation's nginx does: TLS ends here, Host and everything signed go on."""

    upstream = ""
    keeps_host = True
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        address = urlsplit(self.upstream).netloc
        onward = http.client.HTTPConnection(address, timeout=30)
        onward.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            kept = name.lower() != "host" or self.keeps_host
            onward.putheader(name, value if kept else address)
        onward.putheader("X-Forwarded-Proto", "https")
        onward.endheaders(body)
        answer = onward.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        onward.close()

    def log_message(self, *_: object) -> None:
        """Nothing: tests read the output."""


@contextmanager
def proxy(url: str, certificates: Path, *, keeps_host: bool = True) -> Iterator[tuple[str, int]]:
    handler = type("Handler", (Forwarding,), {"upstream": url, "keeps_host": keeps_host})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "host.pem", certificates / "host.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[0], server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def lab(tmp_path) -> Iterator[str]:
    """The recipe's endpoint: behind a proxy, with an account of its own."""
    data = str(tmp_path / "lab.db")
    administration.add_account(data, "lab", "a-secret-of-the-lab", "500.00")
    with running(ServeSettings(data=data, behind_proxy=True)) as url:
        yield url


@pytest.fixture
def fixed(boto_session, certificates, monkeypatch):
    """boto3 without any address of ours: it calls Amazon's host, whose name leads to a proxy.

    A test cannot write to the machine's hosts file, nor listen on port 443: the connection is led
    elsewhere where it is opened. TLS still checks the certificate against Amazon's name.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificates / "ca.pem"))
    real = urllib3.util.connection.create_connection

    def client(leads_to: tuple[str, int]):
        def create_connection(address, *rest, **options):
            assert address == (FIXED, 443)
            return real(leads_to, *rest, **options)

        monkeypatch.setattr(urllib3.util.connection, "create_connection", create_connection)
        return boto_session.client(
            "mturk",
            region_name="us-east-1",
            aws_access_key_id="lab",
            aws_secret_access_key="a-secret-of-the-lab",
        )

    return client


def test_a_client_whose_host_is_fixed_works_through_a_proxy_that_keeps_it(lab, certificates, fixed):
    with proxy(lab, certificates) as address:
        client = fixed(address)
        assert client.meta.endpoint_url == f"https://{FIXED}"
        assert client.get_account_balance()["AvailableBalance"] == "500.00"
        with pytest.raises(client.exceptions.RequestError):
            client.get_hit(HITId="3NOWHERE")


def test_a_proxy_that_changes_the_host_breaks_the_signature(lab, certificates, fixed):
    with proxy(lab, certificates, keeps_host=False) as address:
        client = fixed(address)
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.get_account_balance()
    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_a_server_without_behind_proxy_refuses_what_a_proxy_hands_on(
    shared_world, certificates, fixed
):
    with proxy(shared_world.url, certificates) as address:
        client = fixed(address)
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.get_account_balance()
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "--behind-proxy" in str(caught.value)
