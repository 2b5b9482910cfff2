"""Signature Version 4, checked by letting botocore's own signer sign the request again.

The signature must cover the host, the date, the target and the body, so that none of them can be
changed on the way, and must be fresh by the machine's clock. What is said to the asker does not
tell an unknown key from a wrong secret more precisely than AWS does.
"""

import re
import time
from calendar import timegm
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPMessage
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from hits.endpoint import ids
from hits.endpoint.errors import WireError

SERVICE = "mturk-requester"
MAX_SKEW_S = 5 * 60
REFUSALS = {
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
}
"""What a request is refused with when it is not shown whose it is."""
_ALGORITHM = "AWS4-HMAC-SHA256"
_MUST_BE_SIGNED = {"host", "x-amz-date", "x-amz-target"}
_SCOPE = re.compile(r"(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[^/]+)/(.+)")
_UNKNOWN_SECRET = "-"


@dataclass(frozen=True)
class SignedRequest:
    """What arrived: lower-case header names, the path with its query, the body's bytes."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class _Claim:
    """What the Authorization header says."""

    access_key: str
    day: str
    region: str
    signed: tuple[str, ...]
    signature: str


def access_key_of(
    request: SignedRequest,
    secret_of: Callable[[str], str | None],
    machine_time: Callable[[], float] = time.time,
) -> str:
    """The access key that signed this request; raises the refusal AWS would give."""
    claim = _claim(request.headers)
    secret = secret_of(claim.access_key)
    expected = _signature(request, claim, secret or _UNKNOWN_SECRET)
    if secret is None:
        raise WireError(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    if not ids.same(expected, claim.signature):
        raise WireError(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
        )
    _require_fresh(request.headers["x-amz-date"], machine_time())
    return claim.access_key


def _claim(headers: Mapping[str, str]) -> _Claim:
    header = headers.get("authorization", "")
    if not header:
        raise WireError("MissingAuthenticationTokenException", "Missing Authentication Token")
    algorithm, _, rest = header.partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    scope = _SCOPE.fullmatch(parts.get("Credential", ""))
    signed = tuple(parts.get("SignedHeaders", "").split(";"))
    date = headers.get("x-amz-date", "")
    if algorithm != _ALGORITHM or scope is None or not parts.get("Signature"):
        raise _incomplete("The Authorization header is not a complete AWS4-HMAC-SHA256 signature.")
    if not re.fullmatch(r"\d{8}T\d{6}Z", date) or date[:8] != scope["day"]:
        raise _incomplete("X-Amz-Date is missing, malformed, or not of the credential's day.")
    if scope["service"] != SERVICE or scope[5] != "aws4_request":
        raise _incomplete(f"The credential should be scoped to the service {SERVICE!r}.")
    if missing := sorted(_MUST_BE_SIGNED.difference(signed)):
        raise _incomplete(f"These headers must be signed: {', '.join(missing)}.")
    if unsent := sorted(name for name in signed if name not in headers):
        raise _incomplete(f"These signed headers are missing: {', '.join(unsent)}.")
    return _Claim(scope["key"], scope["day"], scope["region"], signed, parts["Signature"])


def _incomplete(message: str) -> WireError:
    return WireError("IncompleteSignatureException", message)


class _Verifier(SigV4Auth):
    """Signs exactly the headers that the client says it signed, over the body that arrived."""

    def __init__(self, secret: str, claim: _Claim) -> None:
        super().__init__(Credentials(claim.access_key, secret), SERVICE, claim.region)
        self._signed = claim.signed

    def headers_to_sign(self, request: Any) -> HTTPMessage:
        headers = HTTPMessage()
        for name in self._signed:
            headers[name] = request.headers[name]
        return headers


def _signature(request: SignedRequest, claim: _Claim, secret: str) -> str:
    verifier = _Verifier(secret, claim)
    headers = {name: request.headers[name] for name in claim.signed}
    # A client may state the body's hash; botocore would believe it, so it is replaced by the truth.
    headers["x-amz-content-sha256"] = sha256(request.body).hexdigest()
    url = f"http://endpoint{request.target}"  # the host is signed as a header
    again = AWSRequest(method=request.method, url=url, headers=headers, data=request.body)
    again.context["timestamp"] = request.headers["x-amz-date"]
    canonical = verifier.canonical_request(again)
    return verifier.signature(verifier.string_to_sign(again, canonical), again)


def _require_fresh(date: str, machine_time: float) -> None:
    try:
        signed_at = timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    except ValueError as error:
        raise _incomplete("X-Amz-Date is not a date.") from error
    if abs(machine_time - signed_at) > MAX_SKEW_S:
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(machine_time))
        raise WireError(
            "InvalidSignatureException",
            f"Signature expired: {date} is more than {MAX_SKEW_S // 60} minutes from {now}.",
        )
