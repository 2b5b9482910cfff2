"""Any endpoint that speaks the MTurk API, through an unmodified boto3.

A page stands in the question itself (flavour "html"), or is uploaded first and the question
holds its address ("external", at konkyo's own endpoint).

boto3's own retries are off: it re-sends requests without a token. We retry ourselves, and only
what cannot happen twice: reads, and orders that carry a deterministic `UniqueRequestToken`.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
)

from db.errors import MarketError, SafetyError
from hits.markets.base import (
    HitOrder,
    HitTerms,
    MarketAccess,
    Submission,
    flavour_of,
    is_loopback,
)
from hits.markets.uploads import PageUploads, Passing
from hits.money import NO_FEE, FeeRule

if TYPE_CHECKING:
    from mypy_boto3_mturk.client import MTurkClient

T = TypeVar("T")

ATTEMPTS = 5
BACKOFF_S = 0.2
PAGE = 100
LONGEST_MESSAGE = 300
RETRYABLE = ("ThrottlingException", "Throttling", "ServiceFault", "InternalFailure", "500", "503")
CLOSED = (
    "Amazon announced the end of Mechanical Turk for 30 September 2026, and nothing here has been "
    "tried against its hosts; name another endpoint in [market] endpoint_url "
    '("konkyo serve" starts one)'
)


class MTurk:
    """The market at `access.endpoint_url`."""

    flavours: ClassVar[tuple[str, ...]] = ("html", "external")

    def __init__(self, access: MarketAccess) -> None:
        host = urlsplit(access.endpoint_url).hostname or ""
        if host == "amazonaws.com" or host.endswith(".amazonaws.com"):
            raise SafetyError(CLOSED)
        self.flavour = flavour_of(access, self.flavours)
        self._url = access.endpoint_url
        self._client, found = _client(access)
        self._key = found.access_key or "" if found else ""
        self._uploads = PageUploads(self._url, found)
        self._types: dict[HitTerms, str] = {}

    @property
    def endpoint_url(self) -> str:
        """Where it is."""
        return self._url

    @property
    def access_key_id(self) -> str:
        """The account we use there."""
        return self._key

    @property
    def fee(self) -> FeeRule:
        """Endpoints of this protocol that are not Amazon's charge no fee."""
        return NO_FEE

    def balance(self) -> Decimal:
        """Money that can still be reserved."""
        return Decimal(self._read(self._client.get_account_balance)["AvailableBalance"])

    def prepare(self, template: str, orders: Sequence[HitOrder]) -> None:
        """Nothing: a HIT brings all that it needs."""

    def create_hit(self, terms: HitTerms, order: HitOrder) -> str:
        """Make the HIT exactly once; `HitAlreadyExists` counts when the HIT there is ours."""
        hit_type = self._hit_type(terms)
        question = order.question
        if self.flavour == "external":
            # The same page keeps its address: after a kill the question is the same again.
            question = self._retried(lambda: self._uploads.question(order.question))

        def call() -> str:
            answer = self._client.create_hit_with_hit_type(
                HITTypeId=hit_type,
                MaxAssignments=terms.assignments_per_hit,
                LifetimeInSeconds=terms.lifetime_s,
                Question=question,
                RequesterAnnotation=order.annotation,
                UniqueRequestToken=order.token,
            )
            return str(answer["HIT"]["HITId"])

        try:
            return self._retried(call)
        except ClientError as error:
            if _code(error) != "HitAlreadyExists":
                raise _translated(error, self._url) from error
            return self._existing(error, order)

    def find_hits(self, annotation_prefix: str) -> dict[str, str]:
        """Annotation → market id of every HIT whose annotation begins so."""
        found: dict[str, str] = {}
        for hit in self._pages(self._client.list_hits, "HITs"):
            annotation = hit.get("RequesterAnnotation", "")
            if annotation.startswith(annotation_prefix):
                found[annotation] = hit["HITId"]
        return found

    def submissions(self, market_hit_id: str) -> Iterator[Submission]:
        """Everything submitted for a HIT so far, oldest first."""
        operation = self._client.list_assignments_for_hit
        for answer in self._pages(operation, "Assignments", HITId=market_hit_id):
            yield _submission(answer)

    def approve(self, market_assignment_id: str) -> None:
        """Approve a submission; one that is approved already stays so."""
        try:
            self._retried(
                lambda: self._client.approve_assignment(AssignmentId=market_assignment_id)
            )
        except ClientError as error:
            if not self._is_approved(market_assignment_id):
                raise _translated(error, self._url) from error

    def _is_approved(self, market_assignment_id: str) -> bool:
        answer = self._read(lambda: self._client.get_assignment(AssignmentId=market_assignment_id))
        return bool(answer["Assignment"]["AssignmentStatus"] == "Approved")

    def _hit_type(self, terms: HitTerms) -> str:
        # CreateHITType answers identical values with the type that exists: safe to repeat.
        if terms not in self._types:
            answer = self._read(
                lambda: self._client.create_hit_type(
                    Title=terms.title,
                    Description=terms.description,
                    Keywords=terms.keywords,
                    Reward=f"{terms.reward:.2f}",
                    AssignmentDurationInSeconds=terms.duration_s,
                    AutoApprovalDelayInSeconds=terms.auto_approval_s,
                )
            )
            self._types[terms] = str(answer["HITTypeId"])
        return self._types[terms]

    def _existing(self, error: ClientError, order: HitOrder) -> str:
        for candidate in re.findall(r"\b[A-Z0-9]{10,64}\b", error.response["Error"]["Message"]):
            hit = self._read(lambda: self._client.get_hit(HITId=candidate))["HIT"]  # noqa: B023
            if hit.get("RequesterAnnotation") == order.annotation:
                return str(hit["HITId"])
        raise SafetyError(
            f"{self._url} says that a HIT with our request token exists, but it does not carry "
            f"our annotation {order.annotation!r}; somebody else's HIT is not touched"
        ) from error

    def _pages(self, operation: Callable[..., Any], key: str, **params: Any) -> Iterator[Any]:
        token: str | None = None
        while True:
            more = {} if token is None else {"NextToken": token}
            page = self._read(lambda: operation(MaxResults=PAGE, **params, **more))  # noqa: B023
            yield from page.get(key, [])
            token = page.get("NextToken")
            if not token or not page.get(key):
                return

    def _read(self, call: Callable[[], T]) -> T:
        try:
            return self._retried(call)
        except ClientError as error:
            raise _translated(error, self._url) from error

    def _retried(self, call: Callable[[], T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            try:
                return call()
            except ClientError as error:
                if not _is_passing(error) or attempt == ATTEMPTS:
                    raise
            except NoCredentialsError as error:
                raise MarketError(
                    f"there are no credentials for {self._url}; set access_key_id and "
                    "secret_access_key in [market], or configure boto3"
                ) from error
            except (ConnectionError, HTTPClientError) as error:
                if attempt == ATTEMPTS:
                    raise MarketError(
                        f"{self._url} does not answer ({type(error).__name__}); is it running? "
                        "The same command continues where this one stopped"
                    ) from error
            except Passing as error:
                if attempt == ATTEMPTS:
                    raise MarketError(
                        f"{self._url} {error}; is it running? The same command continues where "
                        "this one stopped"
                    ) from error
            except BotoCoreError as error:
                raise MarketError(f"{self._url}: {error}") from error
            time.sleep(BACKOFF_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))


def _client(access: MarketAccess) -> tuple[MTurkClient, Credentials | None]:
    key, secret = access.access_key_id, access.secret_access_key
    if not key and is_loopback(access.endpoint_url):
        key, secret = "local", "local"
    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=5,
        read_timeout=60,
        max_pool_connections=8,
    )
    try:
        client: MTurkClient = boto3.client(
            "mturk",
            endpoint_url=access.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=key or None,
            aws_secret_access_key=secret or None,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        raise MarketError(f"[market] endpoint_url {access.endpoint_url!r}: {error}") from error
    return client, Credentials(key, secret) if key else boto3.Session().get_credentials()


def _submission(answer: Any) -> Submission:
    return Submission(
        market_id=answer["AssignmentId"],
        platform_worker_id=answer["WorkerId"],
        status=answer["AssignmentStatus"],
        answer=answer.get("Answer", ""),
        accepted_at=_utc(answer.get("AcceptTime")),
        submitted_at=_utc(answer.get("SubmitTime")),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else datetime.fromtimestamp(moment.timestamp(), UTC)


def _code(error: ClientError) -> str:
    named = str(error.response.get("TurkErrorCode", ""))
    return named.rpartition(".")[2] or str(error.response["Error"].get("Code", ""))


def _is_passing(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _code(error) in RETRYABLE or status >= 500


def _translated(error: ClientError, url: str) -> MarketError:
    message = _one_line(error.response["Error"].get("Message", ""))
    hint = ""
    if _code(error) == "InsufficientFunds":
        hint = "; add money to the account, or plan fewer HITs"
    return MarketError(f"{url} refused {error.operation_name} ({_code(error)}): {message}{hint}")


def _one_line(message: str) -> str:
    """A message fit for a terminal: what is no MTurk endpoint may answer with a whole page."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"
