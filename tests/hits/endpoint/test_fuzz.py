"""Whatever programs and browsers send: no failure of ours, no money lost, nothing half done.

500 cases, always the same ones; 10,000 new ones with ``HYPOTHESIS_PROFILE=nightly``.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hits.endpoint.operations import OPERATIONS
from hits.endpoint.validation import model
from tests.hits.endpoint.arena import PREFIX, Answer, Arena
from tests.hits.endpoint.conftest import open_world
from tests.hits.endpoint.wire_shapes import body, calls, harvest

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
CASES = 10_000 if NIGHTLY else 500


def share(percent: int) -> settings:
    """So much of all the cases. Who changes something else should not meet a new case by chance."""
    return settings(
        max_examples=CASES * percent // 100,
        derandomize=not NIGHTLY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def arena(tmp_path_factory, boto_session) -> Iterator[Arena]:
    yield from opened(str(tmp_path_factory.mktemp("arena") / "market.db"), boto_session)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, boto_session) -> Iterator[Arena]:
    """Another, whose clock stands still, so that there is work to be had."""
    yield from opened(str(tmp_path_factory.mktemp("workplace") / "market.db"), boto_session)


def opened(data: str, session: Any) -> Iterator[Arena]:
    for world in open_world(data, session):
        with closing(sqlite3.connect(data, isolation_level=None)) as books:
            yield Arena(world, books)


def assert_spoken_like_aws(answer: Answer) -> dict[str, Any]:
    """JSON of the protocol: an object, or a refusal of the one shape."""
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-RequestId"]
    said = json.loads(answer.content)
    assert isinstance(said, dict)
    assert b"Traceback" not in answer.content
    if answer.status != 200:
        assert answer.status == 400, answer
        assert set(said) - {"TurkErrorCode"} == {"__type", "Message"}
        assert all(isinstance(value, str) and value for value in said.values())
    return said


STEPS = [timedelta()] * 16 + [timedelta(minutes=1), timedelta(hours=2), timedelta(days=31)]


@share(50)
@given(call=calls(), step=st.sampled_from(STEPS))
def test_any_call_is_answered_by_the_protocol_and_leaves_the_books_right(arena, call, step):
    operation, params = call
    if step:
        arena.world.clock.move(step)
        arena.furnish()  # and what time brings has happened before the call
    before = arena.state()
    said = assert_spoken_like_aws(
        answer := arena.call(PREFIX + operation, body(params, arena.known))
    )
    arena.check_books()
    if answer.status != 200:
        assert arena.state() == before, said
        return
    shape = model().operation_model(operation).output_shape
    assert set(said) <= set(shape.members if shape is not None else ())
    harvest(said, arena.known)


VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
TARGETS = (
    st.sampled_from(sorted(OPERATIONS)).map(lambda name: PREFIX + name)
    | st.sampled_from(["", PREFIX, PREFIX + "gethit", PREFIX * 2 + "GetHIT", "GetHIT", "../GetHIT"])
    | st.text(VISIBLE, max_size=40)
)
VALUES = st.binary(max_size=40).map(lambda raw: bytes(b for b in raw if b > 32 and b != 127))
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "Authorization",
                "X-Amz-Date",
                "X-Amz-Target",
                "X-Amz-Content-Sha256",
                "X-Amz-Security-Token",
                "Content-Type",
                "Content-Encoding",
                "Cookie",
                "Accept",
                "Origin",
                "X-HTTP-Method-Override",
            ]
        ),
        VALUES | st.sampled_from(["gzip", "multipart/form-data", "20200101T000000Z", "0" * 64]),
    ),
    max_size=3,
)
BODIES = st.binary(max_size=200) | st.sampled_from(
    [
        b"{}",
        b"null",
        b"[" * 9999,
        b'{"a":1,"a":2}',
        b"\xef\xbb\xbf{}",
        b"{}".ljust(9999),
        b"\x1f\x8b",
    ]
)


@share(15)
@given(target=TARGETS, content=BODIES, more=HEADERS, query=st.text(VISIBLE, max_size=20))
def test_any_bytes_targets_and_headers_are_answered_by_the_protocol(
    arena, target, content, more, query
):
    before = arena.state()
    path = "/" + (f"?{quote(query, safe='=&%+/')}" if query else "")
    answer = arena.call(target, content, path, more)
    assert_spoken_like_aws(answer)
    if answer.status != 200:
        assert arena.state() == before


PIECES = st.sampled_from(
    ["", ".", "..", "%2e%2e", "%00", "%ff", "%", "%zz", "hits", "frame", "groups", "assignments"]
    + [
        "static",
        "submit",
        "uploads",
        "tests",
        "next",
        "accept",
        "mturk",
        "externalSubmit",
        "site.css",
    ]
    + [
        "3" * 30,
        "x" * 3000,
        "%c3%a9",
        "a;b",
        "?before=" + "9" * 30,
        "?before=-1",
        "?assignmentId=%00",
    ]
)
METHODS = st.sampled_from(["GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "get", "BREW"])


@share(10)
@given(pieces=st.lists(PIECES, max_size=5), method=METHODS, signed_in=st.booleans())
def test_any_path_leads_somewhere_or_nowhere_but_never_astray(arena, pieces, method, signed_in):
    before = arena.state()
    cookie = [("Cookie", cookies(arena, 0))] if signed_in else []
    path = "/" + "/".join(pieces)
    answer = arena.send(method, path, b"", cookie)
    assert answer.status < 500
    assert b"Traceback" not in answer.content
    assert arena.state() == before


def cookies(arena: Arena, worker: int) -> str:
    return f"konkyo_session={arena.workers[worker].http.cookies['konkyo_session']}"


NAMES = st.sampled_from(
    [
        "csrf",
        "worker_id",
        "secret",
        "assignmentId",
        "q",
        "q:other",
        "country",
        "adult",
        "answer",
        "\0",
    ]
)
TYPED = st.sampled_from(["", "yes", "US", "on", "A1", "\0", "\ud800", "x" * 5000, "]]>", "\x0b"])
FIELDS = st.lists(st.tuples(NAMES | st.text(max_size=8), TYPED | st.text(max_size=20)), max_size=5)
ADDRESSES = st.sampled_from(
    [
        "/register",
        "/sign-in",
        "/sign-out",
        "/profile",
        "/hits/{hit}/accept",
        "/groups/{type}/accept",
    ]
    + ["/assignments/{assignment}/return", "/qualifications/{qualification}/request"]
    + ["/submit/{token}/mturk/externalSubmit"] * 5
)
DAMAGE = st.none() | st.none() | st.binary(max_size=10)


@st.composite
def forms(draw: st.DrawFn) -> tuple[bytes, str]:
    """A body and its media type: urlencoded, multipart with files, either damaged, or neither."""
    fields = [(name, value) for name, value in draw(FIELDS)]
    kind = draw(st.sampled_from(["urlencoded", "urlencoded", "multipart", "bytes"]))
    if kind == "urlencoded":
        content = urlencode(fields, errors="surrogatepass").encode()
        media_type = "application/x-www-form-urlencoded"
    elif kind == "multipart":
        content, media_type = (
            _multipart(fields, draw(st.booleans())),
            'multipart/form-data; boundary="b"',
        )
    else:
        media_types = [
            "multipart/form-data",
            "text/plain",
            "",
            "multipart/form-data; boundary=\xe9",
        ]
        content, media_type = draw(st.binary(max_size=99)), draw(st.sampled_from(media_types))
    at, damage = draw(st.integers(0, len(content))), draw(DAMAGE)
    return (content if damage is None else content[:at] + damage + content[at + 3 :]), media_type


def _multipart(fields: list[tuple[str, str]], files: bool) -> bytes:
    parts = b""
    for name, value in fields:
        more = b'; filename="\xff.txt"\r\nContent-Type: \xe9' if files else b""
        shown = name.encode("utf-8", "surrogatepass")
        head = b'--b\r\nContent-Disposition: form-data; name="' + shown + b'"' + more
        parts += head + b"\r\n\r\n" + value.encode("utf-8", "surrogatepass") + b"\r\n"
    return parts + b"--b--\r\n"


@share(25)
@given(
    address=ADDRESSES,
    form=forms(),
    worker=st.integers(0, 2),
    n=st.integers(0, 300),
    valid=st.sampled_from([True, True, False]),
)
def test_any_form_gets_a_page_and_leaves_the_books_right(
    workplace, address, form, worker, n, valid
):
    content, media_type = form
    if valid and media_type == "application/x-www-form-urlencoded":
        content = f"csrf={workplace.workers[worker].csrf}&".encode() + content
    path = address.format(
        hit=pick(workplace.known["HITId"], n),
        type=pick(workplace.known["HITTypeId"], n),
        assignment=pick(workplace.known["AssignmentId"], n),
        qualification=pick(workplace.known["QualificationTypeId"], n),
        token=pick(workplace.tokens, n),
    )
    headers = [
        ("Content-Type", media_type.encode("latin-1")),
        ("Cookie", cookies(workplace, worker)),
    ]
    before = workplace.state()
    answer = workplace.send("POST", path, content, headers if valid else headers[:1])
    assert answer.status < 500, answer
    assert b"Traceback" not in answer.content
    workplace.check_books()
    if answer.status >= 400:
        assert b"data-page=" in answer.content or b"data-outcome=" in answer.content
        assert workplace.state() == before
    follow_up(workplace, worker, path, answer)


def pick(values: list[str], n: int) -> str:
    return values[n % len(values)]


def follow_up(workplace: Arena, worker: int, path: str, answer: Answer) -> None:
    """What the next cases need: somebody signed in, addresses to submit to, work that is left."""
    place = answer.headers.get("Location", "")
    if path.endswith("/accept") and answer.status == 409:
        workplace.add_hit()
    if path == "/sign-out" and answer.status == 303:
        workplace.workers[worker] = workplace.world.worker()
    elif place.startswith("/assignments/"):
        assignment_id = place.removeprefix("/assignments/")
        page = workplace.workers[worker].http.get(place)
        if "data-remaining-seconds" in page.text:
            workplace.tokens.append(workplace.token(workplace.workers[worker], assignment_id))
