"""Pages kept by the market itself, so that they may be longer than a question.

`POST /pages` is an addition of konkyo's endpoint to the protocol: a page of up to 2 MiB, signed
as every other call is, answered with the address that an ExternalQuestion then names. The same
page is given the same address again, so an upload may be repeated.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ConnectionError, HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session

from db.errors import MarketError

if TYPE_CHECKING:
    from botocore.credentials import Credentials

NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/"
    "ExternalQuestion.xsd"
)
SERVICE, REGION = "mturk-requester", "us-east-1"
LONGEST_MESSAGE = 300


class Passing(Exception):
    """The upload may succeed when it is tried again; says what happened."""


class PageUploads:
    """Uploads to the market at `url`, signed with the credentials of its client."""

    def __init__(self, url: str, credentials: Credentials | None) -> None:
        self._url = url
        self._credentials = credentials
        self._session = URLLib3Session(timeout=60)

    def question(self, html: str) -> str:
        """Upload `html`; the ExternalQuestion's XML that shows it, filling the frame.

        Passing where trying again may help; MarketError where it does not.
        """
        return external_question(self._address(self._send(html.encode())))

    def _send(self, body: bytes) -> AWSResponse:
        if self._credentials is None:
            raise NoCredentialsError()
        request = AWSRequest(
            "POST",
            f"{self._url.rstrip('/')}/pages",
            data=body,
            headers={"Content-Type": "text/html; charset=utf-8", "X-Amz-Target": "Page"},
        )
        SigV4Auth(self._credentials, SERVICE, REGION).add_auth(request)
        try:
            return self._session.send(request.prepare())
        except (ConnectionError, HTTPClientError) as error:
            raise Passing(f"does not answer ({type(error).__name__})") from error

    def _address(self, answer: AWSResponse) -> str:
        said = _object(answer.content)
        address = said.get("URL")
        if answer.status_code == 201 and isinstance(address, str):
            return address
        kind = str(said.get("__type", answer.status_code)).rpartition("#")[2]
        if answer.status_code >= 500 or "Throttling" in kind:
            raise Passing(f"answered an upload with {kind}")
        message = " ".join(str(said.get("Message") or said.get("message") or "").split())
        raise MarketError(
            f"{self._url} did not take a page ({kind}): {message[:LONGEST_MESSAGE]}; pages are "
            'kept by konkyo\'s own endpoint: elsewhere set [market] flavour = "html"'
        )


def external_question(address: str) -> str:
    """The ExternalQuestion that opens `address` in the whole frame there is."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ExternalQuestion xmlns="{NAMESPACE}">'
        f"<ExternalURL>{escape(address)}</ExternalURL><FrameHeight>0</FrameHeight>"
        "</ExternalQuestion>"
    )


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
