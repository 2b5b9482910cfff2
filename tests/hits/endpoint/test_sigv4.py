"""Signatures, checked against a signer written from AWS's description alone."""

import hashlib
import hmac
import json
import time

import pytest

TARGET = "MTurkRequesterServiceV20170117.GetAccountBalance"


def signed(
    url,
    body=b"{}",
    secret="local",
    key="local",
    at=None,
    service="mturk-requester",
    extra=None,
    also_signed=(),
):
    """Headers of a signed request; see "Signature Version 4 signing process"."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() if at is None else at))
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": url.removeprefix("http://"),
        "x-amz-date": date,
        "x-amz-target": TARGET,
        **(extra or {}),
    }
    names = sorted({"host", "x-amz-date", "x-amz-target", *also_signed})
    canonical = "\n".join(
        ["POST", "/", "", *(f"{name}:{headers[name]}" for name in names), "", ";".join(names)]
    )
    canonical += "\n" + hashlib.sha256(body).hexdigest()
    scope = f"{date[:8]}/us-east-1/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
    signing_key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        signing_key = hmac.new(signing_key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing_key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, "
        f"Signature={signature}"
    )
    return headers


def ask(world, headers, body=b"{}"):
    answer = world.stranger.post(world.url, headers=headers, content=body)
    return answer.status_code, json.loads(answer.text).get("__type")


def test_a_signature_made_by_hand_is_accepted(shared_world):
    assert ask(shared_world, signed(shared_world.url)) == (200, None)


def test_any_header_may_be_signed_even_those_botocore_leaves_out(shared_world):
    headers = signed(
        shared_world.url,
        extra={"user-agent": "aws-sdk-java/1.12  (x)"},
        also_signed=["user-agent", "content-type"],
    )
    # Sequential spaces count as one in the canonical form.
    assert ask(shared_world, headers)[1] == "InvalidSignatureException"
    headers = signed(
        shared_world.url,
        extra={"user-agent": "aws-sdk-java/1.12"},
        also_signed=["user-agent", "content-type"],
    )
    assert ask(shared_world, headers) == (200, None)


def test_a_wrong_secret_is_refused_through_boto3_as_well(shared_world):
    wrong = shared_world.requester_with("not-the-secret").refusal("get_account_balance")
    assert wrong["Error"]["Code"] == "InvalidSignatureException"
    assert wrong["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_unknown_key_is_refused(shared_world):
    headers = signed(shared_world.url, key="somebody")
    assert ask(shared_world, headers) == (400, "UnrecognizedClientException")


def test_a_body_changed_on_the_way_is_refused(shared_world):
    headers = signed(shared_world.url)
    assert ask(shared_world, headers, b'{"a":1}') == (400, "InvalidSignatureException")


def test_a_stated_hash_does_not_stand_in_for_the_body(shared_world):
    stated = {"x-amz-content-sha256": hashlib.sha256(b"{}").hexdigest()}
    headers = signed(shared_world.url, extra=stated, also_signed=list(stated))
    assert ask(shared_world, headers) == (200, None)
    assert ask(shared_world, headers, b'{"a":1}')[1] == "InvalidSignatureException"


def test_a_target_changed_on_the_way_is_refused(shared_world):
    headers = signed(shared_world.url)
    headers["x-amz-target"] = headers["x-amz-target"].replace("GetAccountBalance", "ListHITs")
    assert ask(shared_world, headers) == (400, "InvalidSignatureException")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_more_than_five_minutes_off_is_refused(shared_world, minutes):
    headers = signed(shared_world.url, at=time.time() + minutes * 60)
    assert ask(shared_world, headers) == (400, "InvalidSignatureException")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_less_than_five_minutes_off_is_accepted(shared_world, minutes):
    headers = signed(shared_world.url, at=time.time() + minutes * 60)
    assert ask(shared_world, headers) == (200, None)


def test_no_signature_is_refused(shared_world):
    headers = signed(shared_world.url)
    del headers["authorization"]
    assert ask(shared_world, headers) == (400, "MissingAuthenticationTokenException")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda h: h | {"authorization": "Basic bG9jYWw6bG9jYWw="},
        lambda h: h | {"authorization": h["authorization"].replace("Signature=", "Sig=")},
        lambda h: h | {"authorization": h["authorization"].replace("host;", "")},
        lambda h: h | {"authorization": h["authorization"].replace("host;", "host;x-gone;")},
        lambda h: h | {"authorization": h["authorization"].replace("aws4_request", "aws5")},
        lambda h: h | {"authorization": "AWS4-HMAC-SHA256 " + "=,/;" * 50},
        lambda h: h | {"x-amz-date": "yesterday"},
        lambda h: h | {"x-amz-date": "20010101T000000Z"},
    ],
)
def test_incomplete_signatures_are_refused(shared_world, spoil):
    headers = spoil(signed(shared_world.url))
    assert ask(shared_world, headers) == (400, "IncompleteSignatureException")


def test_a_signature_for_another_service_is_refused(shared_world):
    headers = signed(shared_world.url, service="s3")
    assert ask(shared_world, headers) == (400, "IncompleteSignatureException")
