"""One message, sent once. Whatever keeps it from arriving is a `NotSent` that says what.

Queues and topics are reached with the credentials, region and endpoints that boto3 finds in the
server's own environment (``AWS_…``, ``AWS_ENDPOINT_URL_SQS``, ``AWS_ENDPOINT_URL_SNS``): a
requester names where a message goes, never whom the server talks to. A webhook gets a POST,
follows no redirect, and is signed::

    X-Konkyo-Signature: hex(HMAC-SHA256(secret, timestamp + "." + body))
"""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import httpx
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hits.endpoint.notifications.listeners import SNS, SQS

_TIMEOUT_S = 10
_REGION = re.compile(r"sqs[.-]([a-z0-9-]+)\.amazonaws|arn:[^:]*:sns:([a-z0-9-]+):")
_ELSEWHERE = "us-east-1"


class NotSent(Exception):
    """The message did not arrive, or nobody said that it did."""


@dataclass(frozen=True)
class Message:
    """What to send where; `attempt` counts from 1, and above it this may be a repeat."""

    transport: str
    destination: str
    event_id: str
    body: str
    attempt: int = 1
    secret: str | None = None


def send(message: Message) -> None:
    """Deliver it, or raise NotSent."""
    try:
        _SENDERS.get(message.transport, _post)(message)
    except (BotoCoreError, ClientError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(f"{type(error).__name__}: {error}") from error


def _to_queue(message: Message) -> None:
    fifo = message.destination.endswith(".fifo")
    _client("sqs", _region(message.destination)).send_message(
        QueueUrl=message.destination,
        MessageBody=message.body,
        MessageAttributes=_attributes(message),
        **(_deduplicated(message) if fifo else {}),
    )


def _to_topic(message: Message) -> None:
    fifo = message.destination.endswith(".fifo")
    _client("sns", _region(message.destination)).publish(
        TopicArn=message.destination,
        Message=message.body,
        MessageAttributes=_attributes(message),
        **(_deduplicated(message) if fifo else {}),
    )


def _attributes(message: Message) -> dict[str, Any]:
    return {"Attempt": {"DataType": "Number", "StringValue": str(message.attempt)}}


def _deduplicated(message: Message) -> dict[str, str]:
    return {"MessageGroupId": "konkyo", "MessageDeduplicationId": message.event_id}


def _region(destination: str) -> str | None:
    """The region that a queue or topic names; boto3's own default for a stand-in."""
    found = _REGION.search(destination)
    return (found[1] or found[2]) if found else None


@cache
def _client(service: str, region: str | None) -> Any:
    session = boto3.session.Session()
    config = Config(
        connect_timeout=_TIMEOUT_S, read_timeout=_TIMEOUT_S, retries={"max_attempts": 0}
    )
    where = region or session.region_name or _ELSEWHERE
    # The service is known only here, and its stubs are not installed.
    make: Any = session.client
    return make(service, region_name=where, config=config)


def _post(message: Message) -> None:
    at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Konkyo-Event-Id": message.event_id,
        "X-Konkyo-Attempt": str(message.attempt),
        "X-Konkyo-Timestamp": at,
        "X-Konkyo-Signature": signature(message.secret or "", at, message.body),
    }
    answer = httpx.post(
        message.destination,
        content=message.body.encode(),
        headers=headers,
        timeout=_TIMEOUT_S,
        trust_env=False,
    )
    if not answer.is_success:
        raise NotSent(f"the webhook answered {answer.status_code}")


def signature(secret: str, at: str, body: str) -> str:
    """What a receiver computes and compares."""
    return hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()


_SENDERS = {SQS: _to_queue, SNS: _to_topic}
