"""Pages uploaded for ExternalQuestions: signed, kept by what they hold, shown in the same sandbox."""

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from hits.endpoint.administration import add_account
from tests.hits.endpoint.conftest import attribute

LONG = "<p>A long text.</p>" * 5000 + "<input name='answer'>"


def upload(world, body, key="local", secret="local"):
    """Sign as every other request of the API is signed, and send."""
    request = AWSRequest(
        "POST",
        f"{world.url}/pages",
        data=body,
        headers={"Content-Type": "text/html; charset=utf-8", "X-Amz-Target": "Page"},
    )
    SigV4Auth(Credentials(key, secret), "mturk-requester", "us-east-1").add_auth(request)
    return httpx.post(f"{world.url}/pages", content=body, headers=dict(request.headers))


def test_a_page_beyond_a_questions_length_is_worked_on(world):
    answer = upload(world, LONG.encode())
    assert answer.status_code == 201
    address = answer.json()["URL"]
    hit_id = world.requester.create(Question=world.external_question(address))["HITId"]
    worker = world.worker()
    held = worker.accept(hit_id)
    frame = worker.frame_address(held)
    assert frame.startswith(f"{address}?")
    page = httpx.get(frame)
    assert attribute(page.text, "action").startswith(f"{world.url}/submit/")
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in worker.http.get(f"/assignments/{held}").text
    assert world.outcome(worker.submit(held, answer="read")) == "submitted"


def test_the_same_page_keeps_its_address_and_another_requesters_has_its_own(world):
    add_account(world.data, "lab", "a-secret-of-a-lab-0123", "0.00")
    first, again = (upload(world, b"<p>x</p>").json()["URL"] for _ in range(2))
    other = upload(world, b"<p>x</p>", "lab", "a-secret-of-a-lab-0123").json()["URL"]
    assert first == again != other
    assert "<p>x</p>" in httpx.get(other).text


@pytest.mark.parametrize(
    ("body", "key", "kind"),
    [
        (b"<p>x</p>", "nobody", "UnrecognizedClientException"),
        (b"\xff\xfe", "local", "SerializationException"),
        (b"  ", "local", "SerializationException"),
        (b"a\0b", "local", "SerializationException"),
        (b"x" * (2 * 2**20 + 1), "local", "RequestEntityTooLargeException"),
    ],
)
def test_what_cannot_be_kept_is_refused(shared_world, body, key, kind):
    answer = upload(shared_world, body, key)
    assert answer.status_code == 400
    assert answer.json()["__type"] == kind


def test_an_unsigned_page_is_refused(shared_world):
    answer = httpx.post(f"{shared_world.url}/pages", content=b"<p>x</p>")
    assert answer.json()["__type"] == "MissingAuthenticationTokenException"
    assert httpx.get(f"{shared_world.url}/pages/NOSUCH").status_code == 404
