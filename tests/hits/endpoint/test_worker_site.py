"""The worker site as a program without a browser meets it: the documented contract."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FUZZ = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_a_worker_registers_signs_out_and_in_again(shared_world):
    worker = shared_world.worker()
    assert re.fullmatch(r"A[A-Z0-9]{13}", worker.worker_id)
    assert shared_world.attribute(worker.http.get("/").text, "data-page") == "queue"
    assert worker.post("/sign-out").status_code == 303
    assert shared_world.attribute(worker.http.get("/").text, "data-page") == "welcome"
    wrong = worker.http.post("/sign-in", data={"worker_id": worker.worker_id, "secret": "no"})
    assert shared_world.attribute(wrong.text, "data-reason") == "wrong-secret"
    right = {"worker_id": worker.worker_id, "secret": worker.secret}
    assert worker.http.post("/sign-in", data=right).status_code == 303
    page = worker.http.get("/").text
    assert shared_world.attribute(page, "data-worker-id") == worker.worker_id


def test_an_announced_id_can_be_taken_once_and_must_be_well_formed(shared_world):
    assert shared_world.worker("ASIM001").worker_id == "ASIM001"
    again = httpx.post(shared_world.url + "/register", data={"worker_id": "ASIM001"})
    assert (again.status_code, shared_world.attribute(again.text, "data-reason")) == (
        409,
        "worker-id-taken",
    )
    for bad in ("B1", "A", "Alower", "A-1", "A" * 65, "A1\0", "'; --"):
        answer = httpx.post(shared_world.url + "/register", data={"worker_id": bad})
        assert shared_world.attribute(answer.text, "data-reason") == "bad-worker-id"


def test_registering_twice_with_one_cookie_makes_one_worker(shared_world):
    worker = shared_world.worker()
    again = worker.http.post("/register")
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_secrets_are_not_in_the_database(world):
    worker = world.worker()
    hit_id = world.requester.create()["HITId"]
    token = worker.submit_address(worker.accept(hit_id)).split("/")[-3]
    cookie = worker.http.cookies["konkyo_session"]
    books = b"".join(path.read_bytes() for path in Path(world.data).parent.glob("market.db*"))
    assert worker.worker_id.encode() in books
    for secret in (worker.secret, token, cookie):
        assert secret.encode() not in books


def test_the_queue_groups_by_type_and_leaves_out_what_is_done(world):
    plenty = [world.requester.create(Title="Plenty", MaxAssignments=2) for _ in range(3)]
    world.requester.create(Title="Single", Reward="1.25", AssignmentDurationInSeconds=5400)
    worker = world.worker()
    page = worker.http.get("/").text
    groups = re.findall(r"<article [^>]*>", page)
    assert [world.attribute(group, "data-available") for group in groups] == ["1", "3"]
    assert world.attribute(groups[0], "data-reward") == "1.25"
    assert world.attribute(groups[0], "data-duration-seconds") == "5400"
    assert world.attribute(groups[1], "data-hit-type-id") == plenty[0]["HITTypeId"]
    assert world.attribute(groups[1], "data-hit-id") == plenty[0]["HITId"]
    assert "1 h 30 min allowed" in page
    assert "<h2>Plenty</h2>" in page
    worker.do(plenty[0]["HITId"])
    held = worker.accept(plenty[1]["HITId"])
    page = worker.http.get("/").text
    group = re.findall(r"<article [^>]*>", page)[1]
    assert world.attribute(group, "data-available") == "1"
    assert world.attribute(group, "data-hit-id") == plenty[2]["HITId"]
    assert world.attribute(page, "data-assignment-id") == held
    # Another worker still sees all three.
    group = re.findall(r"<article [^>]*>", world.worker().http.get("/").text)[1]
    assert world.attribute(group, "data-available") == "3"


def test_text_of_requesters_is_escaped(shared_world):
    shared_world.requester.create(Title="<script>x</script>", Description='"><img src=x>')
    page = shared_world.worker().http.get("/").text
    assert "<script>x" not in page
    assert "<img src=x>" not in page


def test_the_frames_address_carries_what_mturks_does(shared_world):
    hit = shared_world.requester.create(MaxAssignments=2)
    worker = shared_world.worker()
    preview = worker.http.get(f"/hits/{hit['HITId']}").text
    assert shared_world.attribute(preview, "data-page") == "preview"
    assert shared_world.attribute(preview, "data-hit-type-id") == hit["HITTypeId"]
    src = unescape(re.search(r'<iframe data-task[^>]*\ssrc="([^"]+)"', preview)[1])
    assert parse_qs(urlsplit(src).query) == {
        "assignmentId": ["ASSIGNMENT_ID_NOT_AVAILABLE"],
        "hitId": [hit["HITId"]],
        "turkSubmitTo": [f"{shared_world.url}/submit/preview"],
    }
    assignment_id = worker.accept(hit["HITId"])
    given = parse_qs(urlsplit(worker.frame_address(assignment_id)).query)
    assert given["assignmentId"] == [assignment_id]
    assert given["hitId"] == [hit["HITId"]]
    assert given["workerId"] == [worker.worker_id]
    assert re.fullmatch(rf"{shared_world.url}/submit/[\w-]{{43}}", given["turkSubmitTo"][0])


def test_the_frame_needs_no_cookie_and_believes_only_this_sites_addresses(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    worker = shared_world.worker()
    address = worker.frame_address(worker.accept(hit_id))
    page = httpx.get(shared_world.url + address)
    token = parse_qs(urlsplit(address).query)["turkSubmitTo"][0]
    assert f'action="{token}/mturk/externalSubmit"' in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms allow-modals allow-popups ")
    assert f"form-action {token}/;" in policy
    assert "connect-src 'none'" in policy
    for foreign in ("https://evil.example/submit/x", f"{shared_world.url}/submit/x'y;z"):
        query = {"assignmentId": "3A", "turkSubmitTo": foreign}
        page = httpx.get(f"{shared_world.url}/frame/{hit_id}", params=query)
        assert f"{shared_world.url}/submit/preview/mturk" in page.text
        assert "evil" not in page.text + page.headers["content-security-policy"]


def test_an_external_question_is_framed_from_its_own_address(shared_world):
    question = shared_world.external_question("https://lab.example/task?study=7#top")
    hit_id = shared_world.requester.create(Question=question)["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    page = worker.http.get(f"/assignments/{assignment_id}")
    src = urlsplit(worker.frame_address(assignment_id))
    assert src.geturl().startswith("https://lab.example/task?study=7&assignmentId=")
    assert src.fragment == "top"
    assert parse_qs(src.query)["assignmentId"] == [assignment_id]
    assert shared_world.attribute(page.text, "sandbox").endswith(" allow-same-origin")
    assert "frame-src 'self' https://lab.example;" in page.headers["content-security-policy"]
    assert shared_world.outcome(worker.submit(assignment_id, answer="yes")) == "submitted"


def test_an_external_question_on_this_very_site_stays_sandboxed(shared_world):
    question = shared_world.external_question(shared_world.url + "/static/site.css")
    hit_id = shared_world.requester.create(Question=question)["HITId"]
    page = shared_world.worker().http.get(f"/hits/{hit_id}").text
    assert "allow-same-origin" not in page


def test_accepting_twice_gives_the_same_assignment_and_doing_twice_is_refused(shared_world):
    hit_id = shared_world.requester.create(MaxAssignments=3)["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    assert worker.accept(hit_id) == assignment_id
    preview = worker.http.get(f"/hits/{hit_id}")
    assert preview.headers["location"] == f"/assignments/{assignment_id}"
    worker.submit(assignment_id, answer="yes")
    for answer in (worker.post(f"/hits/{hit_id}/accept"), worker.http.get(f"/hits/{hit_id}")):
        assert answer.status_code == 409
        assert shared_world.attribute(answer.text, "data-reason") == "done-before"


def test_a_taken_hit_is_refused_until_it_is_returned(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    first, second = shared_world.worker(), shared_world.worker()
    assignment_id = first.accept(hit_id)
    refused = second.post(f"/hits/{hit_id}/accept")
    assert shared_world.attribute(refused.text, "data-reason") == "taken"
    assert first.post(f"/assignments/{assignment_id}/return").status_code == 303
    page = first.http.get(f"/assignments/{assignment_id}").text
    assert shared_world.attribute(page, "data-state") == "Returned"
    second.accept(hit_id)


def test_done_leads_to_the_next_of_the_group_until_none_is_left(world):
    hits = [world.requester.create(Title="Series") for _ in range(2)]
    worker = world.worker()
    type_id = hits[0]["HITTypeId"]
    assignment_id = worker.do(hits[0]["HITId"])
    page = worker.http.get(f"/assignments/{assignment_id}").text
    assert world.attribute(page, "data-page") == "done"
    assert f'data-next href="/groups/{type_id}/next"' in page
    answer = worker.http.get(f"/groups/{type_id}/next")
    assert answer.headers["location"] == f"/hits/{hits[1]['HITId']}"
    answer = worker.post(f"/groups/{type_id}/accept")
    worker.submit(answer.headers["location"].rsplit("/", 1)[1], answer="yes")
    for answer in (
        worker.http.get(f"/groups/{type_id}/next"),
        worker.post(f"/groups/{type_id}/accept"),
    ):
        assert world.attribute(answer.text, "data-reason") == "none-left"


def test_a_replayed_submission_changes_nothing(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    address = worker.submit_address(assignment_id)
    first = httpx.post(address, data={"answer": "first"})
    again = httpx.post(address, data={"answer": "second"})
    assert shared_world.outcome(first) == "submitted"
    assert (again.status_code, shared_world.outcome(again)) == (200, "already-submitted")
    [seen] = shared_world.requester.assignments(hit_id)
    assert "first" in seen["Answer"]
    shared_world.requester.client.approve_assignment(AssignmentId=assignment_id)
    assert shared_world.outcome(httpx.post(address, data={"a": "b"})) == "already-submitted"


def test_what_comes_too_late_is_given_back(world):
    from datetime import timedelta

    hits = [world.requester.create()["HITId"] for _ in range(2)]
    worker = world.worker()
    returned, abandoned = (worker.accept(hit_id) for hit_id in hits)
    addresses = [worker.submit_address(one) for one in (returned, abandoned)]
    worker.post(f"/assignments/{returned}/return")
    world.clock.move(timedelta(minutes=10))
    for address, expected in zip(addresses, ("returned", "abandoned"), strict=True):
        answer = httpx.post(address, data={"note": "an hour of <work> 😀"})
        assert (answer.status_code, world.outcome(answer)) == (409, expected)
        assert "an hour of &lt;work&gt; 😀" in answer.text
    assert world.requester.assignments(hits[0]) == []


def test_submissions_that_belong_nowhere(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    address = worker.submit_address(assignment_id)
    for target, data, status, expected in (
        (f"{shared_world.url}/submit/preview/mturk/externalSubmit", {"a": "b"}, 409, "preview"),
        (f"{shared_world.url}/submit/nonsense/mturk/externalSubmit", {"a": "b"}, 404, "unknown"),
        (address, {"assignmentId": "3OTHER", "a": "b"}, 400, "wrong-assignment"),
    ):
        answer = httpx.post(target, data=data)
        assert (answer.status_code, shared_world.outcome(answer)) == (status, expected)
    # A file field that was left empty is no file.
    blank = httpx.post(
        address,
        content=b'--x\r\nContent-Disposition: form-data; name="photo"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert shared_world.outcome(blank) == "submitted"


def test_a_form_beyond_the_limit_is_refused(shared_world):
    address = f"{shared_world.url}/submit/x/mturk/externalSubmit"
    answer = httpx.post(address, data={"a": "x" * (2 * 1024 * 1024)})
    assert (answer.status_code, shared_world.attribute(answer.text, "data-reason")) == (
        413,
        "too-large",
    )
    answer = httpx.post(address, content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 415


def test_signing_in_anew_keeps_an_open_assignment_workable(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    worker.http.cookies.clear()
    right = {"worker_id": worker.worker_id, "secret": worker.secret}
    worker.http.post("/sign-in", data=right)
    assert shared_world.outcome(worker.submit(assignment_id, answer="yes")) == "submitted"


def test_other_peoples_forms_and_sites_are_refused(shared_world):
    hit_id = shared_world.requester.create(MaxAssignments=3)["HITId"]
    worker, other = shared_world.worker(), shared_world.worker()
    path = f"/hits/{hit_id}/accept"
    for fields in ({}, {"csrf": ""}, {"csrf": other.csrf}):
        answer = worker.http.post(path, data=fields)
        assert (answer.status_code, shared_world.attribute(answer.text, "data-reason")) == (
            403,
            "stale-form",
        )
    for origin in ("null", "https://evil.example", shared_world.url.replace("http", "https")):
        for address in (path, "/register", "/sign-in"):
            answer = worker.http.post(
                address, data={"csrf": worker.csrf}, headers={"Origin": origin}
            )
            assert shared_world.attribute(answer.text, "data-reason") == "foreign-origin"
    answer = worker.http.post(
        path, data={"csrf": worker.csrf}, headers={"Origin": shared_world.url}
    )
    assert answer.status_code == 303


def test_another_workers_assignment_is_not_there(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    assignment_id = shared_world.worker().accept(hit_id)
    other = shared_world.worker()
    assert other.http.get(f"/assignments/{assignment_id}").status_code == 404
    assert other.post(f"/assignments/{assignment_id}/return").status_code == 404


def test_earnings_add_up(world):
    hits = [world.requester.create(MaxAssignments=1)["HITId"] for _ in range(4)]
    worker = world.worker()
    done = [worker.do(hit_id) for hit_id in hits[:3]]
    worker.accept(hits[3])
    client = world.requester.client
    client.approve_assignment(AssignmentId=done[0])
    client.reject_assignment(AssignmentId=done[1], RequesterFeedback="Please read <all> of it.")
    for amount in ("0.10", "0.15"):
        client.send_bonus(
            WorkerId=worker.worker_id, AssignmentId=done[0], BonusAmount=amount, Reason="r"
        )
    page = worker.http.get("/earnings").text
    assert world.attribute(page, "data-approved") == "0.50"
    assert world.attribute(page, "data-waiting") == "0.50"
    assert world.attribute(page, "data-bonuses") == "0.25"
    assert "Please read &lt;all&gt; of it." in page
    states = re.findall(r'<tr data-assignment-id="[^"]+" data-state="(\w+)"', page)
    assert states == ["Accepted", "Submitted", "Rejected", "Approved"]


def test_earnings_are_paged(world):
    worker = world.worker()
    made = world.requester.create(Title="Many")
    client = world.requester.client
    for _ in range(50):
        client.create_hit_with_hit_type(
            HITTypeId=made["HITTypeId"], LifetimeInSeconds=60, Question=world.html_question()
        )
    for _ in range(51):
        assert worker.post(f"/groups/{made['HITTypeId']}/accept").status_code == 303
    first = worker.http.get("/earnings").text
    older = re.search(r'data-older href="([^"]+)"', first)[1]
    second = worker.http.get(older).text
    listed = re.findall(r'<tr data-assignment-id="([^"]+)"', first + second)
    assert len(listed) == len(set(listed)) == 51


def test_signed_out_visitors_are_led_to_the_start(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    for path in (f"/hits/{hit_id}", "/assignments/3X", "/earnings", "/groups/3X/next"):
        answer = httpx.get(shared_world.url + path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/hits/lower", "/hits/3NONE", "/frame/3X", "/hits/%00"]
)
def test_addresses_that_lead_nowhere_say_so(shared_world, path):
    answer = shared_world.worker().http.get(path)
    assert answer.status_code == 404
    assert shared_world.attribute(answer.text, "data-reason") == "unknown"


def test_our_pages_run_no_foreign_script(shared_world):
    worker = shared_world.worker()
    hit_id = shared_world.requester.create()["HITId"]
    for path in ("/", f"/hits/{hit_id}", "/earnings", "/nowhere"):
        answer = worker.http.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "style=" not in answer.text
        assert "onclick" not in answer.text


PAGES = st.sampled_from(
    ["/", "/hits/", "/assignments/", "/frame/", "/groups/", "/earnings?before="]
)


@FUZZ
@given(page=PAGES, rest=st.text(max_size=30), cookie=st.text(st.characters(codec="ascii")))
def test_no_address_makes_the_site_fail(shared_world, page, rest, cookie):
    safe = re.sub(r"[^!-~]|[;,\"\\ ]", "", cookie)
    address = (
        httpx.URL(shared_world.url)
        .copy_with(path="/")
        .join(page + "".join(f"%{byte:02x}" for byte in rest.encode("utf-8", "replace")))
    )
    answer = shared_world.stranger.get(address, headers={"Cookie": f"konkyo_session={safe}"})
    assert answer.status_code in (200, 303, 307, 404, 405)


KINDS = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=x; charset=unicode_escape",
        "text/plain",
        "",
    ]
)
BODIES = st.binary(max_size=300) | st.lists(
    st.sampled_from(
        [
            b"--x\r\n",
            b'Content-Disposition: form-data; name="a"\r\n\r\n',
            b'Content-Disposition: form-data; name="f"; filename="n"\r\n\r\n',
            b"\\ud800\x00%ff%00%ed%a0%80",
            b"\r\n",
            b"--x--\r\n",
            b"a=b&c",
        ]
    ),
    max_size=8,
).map(b"".join)


@FUZZ
@given(
    path=st.sampled_from(["/register", "/sign-in", "/sign-out", "SUBMIT"]), kind=KINDS, body=BODIES
)
def test_no_form_makes_the_site_fail(shared_world, fuzzed_address, path, kind, body):
    address = fuzzed_address if path == "SUBMIT" else shared_world.url + path
    answer = httpx.Client(cookies={}, transport=shared_world.stranger._transport).post(
        address, content=body, headers={"Content-Type": kind} if kind else {}
    )
    assert answer.status_code in (200, 303, 400, 403, 409, 413, 415)


@pytest.fixture
def fuzzed_address(shared_world):
    """Where one open assignment's answer goes; the first form that is read closes it."""
    worker = shared_world.worker()
    hit_id = shared_world.requester.create()["HITId"]
    return worker.submit_address(worker.accept(hit_id))
