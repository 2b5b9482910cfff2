"""Faults injected on purpose: what a requester's program meets, and how often."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from hits.endpoint.clock import SetClock
from hits.endpoint.errors import EndpointError
from hits.endpoint.faults import read_faults
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings

from .conftest import Requester, World


@pytest.fixture
def faulty(tmp_path, boto_session) -> Iterator[Callable[..., World]]:
    """Start a market that fails as this TOML says."""
    with ExitStack() as stack:

        def start(toml: str, name: str = "market") -> World:
            path = tmp_path / f"{name}.toml"
            path.write_text(toml, encoding="utf-8")
            data, clock = str(tmp_path / f"{name}.db"), SetClock()
            settings = ServeSettings(data=data, clock=clock, faults=path)
            return World(stack.enter_context(running(settings)), clock, data, boto_session)

        yield start


def rule(operation: str = "*", kind: str = "throttle", **more: float) -> str:
    lines = [f'operation = "{operation}"', f'kind = "{kind}"']
    return "\n".join(["[[fault]]", *lines, *(f"{key} = {more[key]}" for key in more), ""])


def persistent(session: boto3.session.Session, url: str) -> Requester:
    """boto3 as it comes, with the retries that it makes by itself."""
    return configured(session, url, Config(retries={"total_max_attempts": 4, "mode": "standard"}))


def impatient(session: boto3.session.Session, url: str) -> Requester:
    """boto3 that waits for half a second and asks once."""
    return configured(session, url, Config(retries={"total_max_attempts": 1}, read_timeout=0.5))


def configured(session: boto3.session.Session, url: str, config: Config) -> Requester:
    requester = Requester(session, url)
    requester.client = session.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=config,
    )
    return requester


def outcomes(requester: Requester, calls: int) -> str:
    """One letter a call: a dot for an answer, else the first letter of the error."""
    said = ""
    for _ in range(calls):
        try:
            requester.balance()
            said += "."
        except requester.client.exceptions.ClientError as error:
            said += error.response["Error"]["Code"][0]
        except ConnectionClosedError:
            said += "c"
    return said


def test_a_throttled_call_is_refused_before_anything_is_done(faulty):
    requester = faulty(rule("CreateHIT", "throttle")).requester
    error = requester.refusal("create_hit", **requester.hit_parameters())
    assert error["Error"]["Code"] == "ThrottlingException"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert requester.client.list_hits()["HITs"] == []
    assert requester.balance() == ("10000.00", "0.00")


def test_an_error_is_a_service_fault_before_anything_is_done(faulty):
    requester = faulty(rule("CreateHIT", "error")).requester
    with pytest.raises(requester.client.exceptions.ServiceFault) as caught:
        requester.create()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert requester.client.list_hits()["HITs"] == []


def test_insufficient_funds_are_said_though_there_are_funds(faulty):
    requester = faulty(rule("CreateHIT", "insufficient-funds")).requester
    with pytest.raises(requester.client.exceptions.RequestError) as caught:
        requester.create()
    assert caught.value.response["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    assert requester.balance() == ("10000.00", "0.00")


def test_a_dropped_reply_hides_work_that_was_done(faulty, caplog):
    requester = faulty(rule("CreateHIT", "drop")).requester
    with pytest.raises(ConnectionClosedError):
        requester.create()
    assert len(requester.client.list_hits()["HITs"]) == 1
    assert requester.balance() == ("9999.50", "0.50")
    assert caplog.text == ""  # on purpose, so the server's log has nothing to complain of


def test_a_dropped_reply_has_no_byte_of_an_answer(faulty):
    world = faulty(rule("*", "drop"))
    seen = []
    world.requester.client.meta.events.register(
        "before-send.*", lambda request, **_: seen.append(request)
    )
    with pytest.raises(ConnectionClosedError):
        world.requester.balance()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        httpx.post(world.url, headers=dict(seen[0].headers.items()), content=seen[0].body)


def test_a_slow_call_outlasts_an_impatient_client_and_is_answered_to_a_patient_one(
    faulty, boto_session
):
    world = faulty(rule("GetAccountBalance", "latency", seconds=1.5, first=2))
    with pytest.raises(ReadTimeoutError):
        impatient(boto_session, world.url).balance()
    assert world.requester.balance() == ("10000.00", "0.00")
    assert impatient(boto_session, world.url).balance() == ("10000.00", "0.00")


def test_slow_calls_do_not_hold_up_the_workers_pages(faulty, boto_session):
    world = faulty(rule("GetAccountBalance", "latency", seconds=8))
    waiting = [impatient(boto_session, world.url) for _ in range(12)]
    with ThreadPoolExecutor(len(waiting)) as pool:
        for result in [pool.submit(one.balance) for one in waiting]:
            assert isinstance(result.exception(), ReadTimeoutError)
    # All of them still wait inside the server, far longer than this visitor would.
    assert httpx.get(world.url, timeout=5).status_code == 200


def test_a_dropped_bonus_with_a_token_is_paid_once_though_boto3_asks_again(faulty, boto_session):
    world = faulty(rule("SendBonus", "drop", first=1))
    worker, hit = world.worker(), world.requester.create(Reward="1.00")
    assignment_id = worker.do(hit["HITId"])
    requester = persistent(boto_session, world.url)
    bonus = {"WorkerId": worker.worker_id, "AssignmentId": assignment_id, "Reason": "Thanks"}
    error = requester.refusal(
        "send_bonus", **bonus, BonusAmount="2.00", UniqueRequestToken="bonus-1"
    )
    # The first try was dropped after it had paid; the second is told so.
    assert error["ResponseMetadata"]["RetryAttempts"] == 1
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.DuplicateRequest"
    paid = requester.client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"]
    assert [one["BonusAmount"] for one in paid] == ["2.00"]
    assert requester.balance() == ("9997.00", "1.00")  # 10000 - 1.00 held - 2.00 paid


def test_a_dropped_bonus_without_a_token_is_paid_twice(faulty, boto_session):
    world = faulty(rule("SendBonus", "drop", first=1))
    worker, hit = world.worker(), world.requester.create(Reward="1.00")
    assignment_id = worker.do(hit["HITId"])
    requester = persistent(boto_session, world.url)
    requester.client.send_bonus(
        WorkerId=worker.worker_id, AssignmentId=assignment_id, BonusAmount="2.00", Reason="Thanks"
    )
    assert requester.balance() == ("9995.00", "1.00")


def test_boto3_gets_through_faults_that_pass(faulty, boto_session):
    world = faulty(rule("*", "throttle", first=1) + rule("*", "error", first=2))
    requester = persistent(boto_session, world.url)
    assert requester.balance() == ("10000.00", "0.00")


def test_the_same_seed_gives_the_same_sequence_and_another_seed_another(faulty):
    rules = rule("*", "throttle", rate=0.5) + rule("*", "drop", rate=0.2)
    first = outcomes(faulty("seed = 7\n" + rules, "first").requester, 40)
    again = outcomes(faulty("seed = 7\n" + rules, "again").requester, 40)
    other = outcomes(faulty("seed = 8\n" + rules, "other").requester, 40)
    assert first == again != other
    assert set(first) == {".", "T", "c"}


def test_a_rules_sequence_does_not_depend_on_other_rules(faulty):
    rare = rule("GetAccountBalance", "throttle", rate=0.5)
    alone = outcomes(faulty(rare, "alone").requester, 30)
    company = rule("*", "error", rate=0.5) + rule("ListHITs", "drop") + rare
    among = outcomes(faulty(company, "among").requester, 30)
    # Where the error did not come first, each call meets what it meets without the other rules.
    assert "S" in among
    assert all(here in (there, "S") for here, there in zip(among, alone, strict=True))


def test_other_calls_leave_a_rules_sequence_alone(faulty):
    rare = rule("GetAccountBalance", "throttle", rate=0.5)
    alone = outcomes(faulty(rare, "alone").requester, 20)
    busy = faulty(rare, "busy").requester
    among = ""
    for _ in range(20):
        busy.client.list_hits()
        among += outcomes(busy, 1)
    assert among == alone


def test_only_the_first_matching_calls_fail_and_unsigned_ones_do_not_count(faulty):
    world = faulty(rule("GetAccountBalance", "throttle", first=2))
    world.requester.client.list_hits()
    world.requester_with("wrong").refusal("get_account_balance")
    assert outcomes(world.requester, 5) == "TT..."


def test_a_rate_of_nothing_never_strikes(faulty):
    assert outcomes(faulty(rule("*", "drop", rate=0)).requester, 20) == "." * 20


def test_workers_never_meet_a_fault(faulty):
    world = faulty(rule("*", "error"))
    assert world.worker().http.get("/").status_code == 200


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[[fault", "not TOML"),
        ("", "no [[fault]]"),
        ("fault = 3", "no [[fault]]"),
        ("fault = [3]", "[[fault]] 1: is not a table"),
        ("sed = 7\n" + rule(), "'sed'"),
        ("seed = 1.5\n" + rule(), "seed 1.5; give a whole number"),
        (rule() + '[[fault]]\nkind = "drop"', "[[fault]] 2: operation is None"),
        (rule("SendBonsu"), "[[fault]] 1: operation is 'SendBonsu'; name an operation"),
        (rule(kind="explode"), "kind is 'explode'; choose one of throttle,"),
        (rule(kind="drop", rat=0.5), "no meaning for 'rat'; use operation, kind, rate"),
        (rule(rate=1.5), "rate is 1.5; give a number from 0 to 1"),
        (rule() + 'rate = "often"', "rate is 'often'"),
        (rule() + "rate = nan", "rate is nan"),
        (rule(first=0), "first is 0; give a whole number from 1 on"),
        (rule(seconds=1), "seconds belong to latency alone"),
        (rule(kind="latency"), "seconds is None; give a number above 0"),
        (rule(kind="latency", seconds=-1), "seconds is -1"),
        (rule() + "kind = [1]", "not TOML"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_entry(tmp_path, toml, words):
    path = tmp_path / "faults.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(EndpointError) as caught:
        read_faults(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert ";" in str(caught.value)  # what to do stands behind it


@pytest.mark.parametrize("value", ["[1]", "{}", "1"])
@pytest.mark.parametrize("key", ["operation", "kind"])
def test_a_name_that_is_no_text_is_refused(tmp_path, key, value):
    path = tmp_path / "faults.toml"
    path.write_text(rule().replace('"*"' if key == "operation" else '"throttle"', value))
    with pytest.raises(EndpointError, match=f"{key} is "):
        read_faults(path)


def test_a_file_that_cannot_be_read_is_refused_and_no_books_are_made(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    for path in (tmp_path / "missing.toml", tmp_path, tmp_path / "latin.toml"):
        settings = ServeSettings(data=str(tmp_path / "m.db"), faults=path)
        with pytest.raises(EndpointError, match=path.name), running(settings):
            pass
    assert not (tmp_path / "m.db").exists()


def test_the_command_says_that_faults_are_injected_or_what_is_wrong_with_them(tmp_path):
    (tmp_path / "faults.toml").write_text(rule("GetHIT"), encoding="utf-8")
    konkyo = [sys.executable, "-c", "from pipeline.cli.main import run; run()"]
    konkyo += ["serve", "--port", "0", "--faults"]
    process = subprocess.Popen(
        [*konkyo, "faults.toml"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    assert "worker site" in process.stderr.readline()
    assert "faults are injected into the API, as faults.toml says" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    process.stderr.close()
    bad = subprocess.run([*konkyo, "gone.toml"], cwd=tmp_path, capture_output=True, text=True)
    assert bad.returncode == 2
    assert "cannot read gone.toml" in " ".join(bad.stderr.split())
