"""The JSON protocol: shapes of refusals, and never an HTML page for a program."""

import json
import re
import sqlite3

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.loaders import Loader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hits.endpoint.operations import OPERATIONS, load
from hits.endpoint.validation import model

PREFIX = "MTurkRequesterServiceV20170117."
FUZZ = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def call(world, target, body):
    """Send these very bytes, correctly signed."""
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", world.url + "/", headers=headers, data=body)
    SigV4Auth(Credentials("local", "local"), "mturk-requester", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    return world.stranger.post(world.url + "/", headers=headers, content=body)


def test_every_operation_of_the_table_exists_in_botocores_model():
    model = Loader().load_service_model("mturk", "service-2")
    assert set(OPERATIONS) <= set(model["operations"])
    assert all(callable(load(operation)) for operation in OPERATIONS.values())


def test_a_refusal_has_mturks_shape(shared_world):
    answer = call(shared_world, PREFIX + "GetHIT", b'{"HITId": "3X"}')
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-requestid"]
    body = json.loads(answer.text)
    assert set(body) == {"__type", "Message", "TurkErrorCode"}
    assert body["__type"] == "RequestError"
    assert body["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert re.fullmatch(r"Hit 3X does not exist\. \(\d{13}\)", body["Message"])


def test_times_are_numbers_of_seconds(shared_world):
    shared_world.requester.create()
    answer = call(shared_world, PREFIX + "ListHITs", b"{}")
    created = json.loads(answer.text)["HITs"][0]["CreationTime"]
    assert isinstance(created, float)
    assert created == pytest.approx(shared_world.clock.now() / 1000, abs=60)


def test_every_operation_of_the_model_is_offered():
    assert set(OPERATIONS) == set(model().operation_names)
    assert all(callable(load(operation)) for operation in OPERATIONS.values())


@pytest.mark.parametrize("target", ["", "GetHIT", PREFIX, PREFIX + "Nonsense", "S3.GetHIT"])
def test_unknown_targets(shared_world, target):
    answer = call(shared_world, target, b"{}")
    assert answer.status_code == 400
    assert json.loads(answer.text)["__type"] == "UnknownOperationException"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"MaxResults": NaN}',
        b'{"MaxResults": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_object(shared_world, body):
    answer = call(shared_world, PREFIX + "ListHITs", body)
    assert answer.status_code == 400
    assert json.loads(answer.text)["__type"] == "SerializationException"


def test_a_body_beyond_the_limit_is_not_read(shared_world):
    answer = call(shared_world, PREFIX + "ListHITs", b" " * (2 * 1024 * 1024 + 1))
    assert json.loads(answer.text)["__type"] == "RequestEntityTooLargeException"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"MaxResults": true}', "MaxResults"),
        (b'{"MaxResults": 1.5}', "MaxResults"),
        (b'{"MaxResults": "10"}', "MaxResults"),
        (b'{"MaxResults": 0}', "MaxResults"),
        (b'{"MaxResults": 101}', "MaxResults"),
        (b'{"NextToken": ""}', "NextToken"),
        (b'{"NextToken": 7}', "NextToken"),
        (b'{"NextToken": "\\ud800"}', "NextToken"),
    ],
)
def test_types_and_ranges_are_checked(shared_world, body, name):
    answer = json.loads(call(shared_world, PREFIX + "ListHITs", body).text)
    assert answer["__type"] == "ParameterValidationError"
    assert answer["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"
    assert name in answer["Message"]


def test_what_is_missing_is_named(shared_world):
    answer = json.loads(call(shared_world, PREFIX + "CreateHIT", b'{"Title": "t"}').text)
    assert "is required" in answer["Message"]
    nested = {"Title": "t", "QualificationRequirements": [{"Comparator": "Exists"}]}
    rest = {
        "Description": "d",
        "Reward": "1",
        "LifetimeInSeconds": 60,
        "AssignmentDurationInSeconds": 60,
    }
    answer = call(shared_world, PREFIX + "CreateHIT", json.dumps(nested | rest).encode())
    assert "QualificationRequirements[0].QualificationTypeId" in answer.text


def test_null_is_absent_and_unknown_members_are_ignored(shared_world):
    answer = call(shared_world, PREFIX + "ListHITs", b'{"NextToken": null, "Colour": "blue"}')
    assert answer.status_code == 200


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
MEMBERS = st.sampled_from(
    [
        "HITId",
        "AssignmentId",
        "WorkerId",
        "HITTypeId",
        "Title",
        "Description",
        "Reward",
        "Question",
        "MaxAssignments",
        "LifetimeInSeconds",
        "AssignmentDurationInSeconds",
        "AutoApprovalDelayInSeconds",
        "NextToken",
        "MaxResults",
        "AssignmentStatuses",
        "UniqueRequestToken",
        "ExpireAt",
        "BonusAmount",
        "Reason",
        "RequesterFeedback",
        "OverrideRejection",
        "QualificationRequirements",
        "Keywords",
    ]
)
PLAUSIBLE = st.sampled_from(["3X", "A1", "0.05", 60, 1, "x", ["Approved"], 1e12, -1, True])


@FUZZ
@given(
    operation=st.sampled_from(sorted(OPERATIONS)),
    params=st.dictionaries(MEMBERS, VALUES | PLAUSIBLE, max_size=8),
)
def test_no_parameters_make_the_service_fail(shared_world, operation, params):
    answer = call(shared_world, PREFIX + operation, json.dumps(params).encode())
    assert answer.status_code in (200, 400)
    assert isinstance(json.loads(answer.text), dict)


@FUZZ
@given(body=st.binary(max_size=200), target=st.text(st.characters(codec="ascii"), max_size=30))
def test_no_bytes_make_the_service_fail(shared_world, body, target):
    target = re.sub(r"[^!-~]", "", target)
    answer = call(shared_world, PREFIX + target, body)
    assert answer.status_code == 400
    assert json.loads(answer.text)["__type"]


@FUZZ
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200))
def test_no_authorization_makes_the_service_fail(shared_world, header):
    for value in (header, f"AWS4-HMAC-SHA256 {header}"):
        answer = shared_world.stranger.post(
            shared_world.url,
            content=b"{}",
            headers={"Authorization": value.strip() or "x", "X-Amz-Date": header.strip()},
        )
        assert answer.status_code == 400
        assert json.loads(answer.text)["__type"]


def test_a_failure_of_ours_is_a_service_fault_and_the_log_tells_no_secrets(world, caplog):
    worker = world.worker()
    with sqlite3.connect(world.data) as books:
        books.execute("alter table hit_types rename to gone")
    books.close()
    parameters = world.requester.hit_parameters(Title="a title that nobody else may read")
    error = world.requester.refusal("create_hit", **parameters)
    assert error["Error"]["Code"] == "ServiceFault"
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.ServiceFault"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "'CreateHIT' failed" in caplog.text
    page = worker.http.get("/")
    assert page.status_code == 500
    assert world.attribute(page.text, "data-reason") == "failed"
    for secret in ("a title that nobody", "AWS4-HMAC", worker.http.cookies["konkyo_session"]):
        assert secret not in caplog.text
