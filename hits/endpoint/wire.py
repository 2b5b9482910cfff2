"""POST /: the JSON protocol of Mechanical Turk, and the shape of every refusal.

The body is AWS JSON 1.1, the operation stands in ``X-Amz-Target``. Whatever goes wrong, the
answer is JSON: modelled refusals are ``RequestError``, a failure of ours is ``ServiceFault`` with
status 500 (which boto3 retries), and the log of it names the operation but never its parameters.
"""

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hits.endpoint import accounts, faults, pages, refusals, sigv4, validation
from hits.endpoint.body import BodyTooLarge, read_body
from hits.endpoint.errors import WireError, service_fault
from hits.endpoint.hangup import NoReply
from hits.endpoint.market import Market
from hits.endpoint.operations import OPERATIONS, Call, Operation, load
from hits.endpoint.settings import ServeSettings
from hits.endpoint.tables import Account

TARGET = "MTurkRequesterServiceV20170117."
MEDIA_TYPE = "application/x-amz-json-1.1"
MAX_BODY = 2 * 1024 * 1024
_log = logging.getLogger(__name__)


async def endpoint(request: Request) -> Response:
    """One call of the API."""
    return await _signed(request, _answer)


async def upload(request: Request) -> Response:
    """``POST /pages``: a page for ExternalQuestions to name, signed like a call of the API."""
    return await _signed(request, _store)


async def _signed(
    request: Request,
    answer: Callable[[sigv4.SignedRequest, str, Market, ServeSettings, faults.Faults], Response],
) -> Response:
    """Read a signed request up to the limit, and answer it beside the event loop."""
    market: Market = request.app.state.market
    settings: ServeSettings = request.app.state.settings
    try:
        body = await read_body(request, MAX_BODY)
    except BodyTooLarge:
        refusals.log("too-large", f"POST {request.url.path}")
        too_large = WireError("RequestEntityTooLargeException", "The request is too large.")
        return _refusal(too_large, market)
    target = request.scope.get("raw_path", b"/").decode("latin-1")
    if query := request.scope["query_string"].decode("latin-1"):
        target = f"{target}?{query}"
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    signed = sigv4.SignedRequest(request.method, target, headers, body)
    base = f"{request.url.scheme}://{headers.get('host', '')}"
    rules: faults.Faults = request.app.state.faults
    if rules.waits:  # not in the market's few threads, where it would hold up the workers' pages
        return await run_in_threadpool(answer, signed, base, market, settings, rules)
    return await market.in_thread(answer, signed, base, market, settings, rules)


def _store(
    signed: sigv4.SignedRequest,
    base: str,
    market: Market,
    settings: ServeSettings,
    _rules: faults.Faults,
) -> Response:
    try:
        access_key = _authenticate(signed, market, settings)

        def work(session: Session, now: int) -> str:
            account = _account(session, access_key)
            return pages.store(session, account.seq, signed.body, now)

        page_id = market.write(work)
    except WireError as error:
        if error.kind in sigv4.REFUSALS:
            refusals.log(error.kind, "POST /pages")
        return _refusal(error, market)
    return _response({"PageId": page_id, "URL": f"{base}/pages/{page_id}"}, 201)


def _answer(
    signed: sigv4.SignedRequest,
    base: str,
    market: Market,
    settings: ServeSettings,
    rules: faults.Faults,
) -> Response:
    name = signed.headers.get("x-amz-target", "").removeprefix(TARGET)
    fault = faults.NONE
    try:
        access_key = _authenticate(signed, market, settings)
        operation = _operation(signed.headers.get("x-amz-target", ""))
        params = validation.check(name, _parse(signed.body))
        fault = rules.next(name)
        fault.strike()
        reply = _response(_perform(market, operation, access_key, params, base))
    except WireError as error:
        if error.kind in sigv4.REFUSALS:
            refusals.log(error.kind, name)
        reply = _refusal(error, market)
    except Exception:  # noqa: BLE001 - whatever it is, a requester gets a ServiceFault
        _log.exception("the operation %r failed", name[:64])
        reply = _refusal(service_fault(), market)
    return NoReply() if fault.drops else reply


def _authenticate(signed: sigv4.SignedRequest, market: Market, settings: ServeSettings) -> str:
    def secret_of(access_key: str) -> str | None:
        if access_key == accounts.DEFAULT_KEY and not settings.is_local:
            return None
        account = market.read(lambda session, _now: accounts.find(session, access_key))
        return account.secret_key if account else None

    return sigv4.access_key_of(signed, secret_of)


def _operation(target: str) -> Operation:
    name = target.removeprefix(TARGET)
    if not target.startswith(TARGET) or name not in OPERATIONS:
        raise WireError("UnknownOperationException", "The operation is not known.")
    return OPERATIONS[name]


def _parse(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("SerializationException", "The body is not valid JSON.") from error
    if not isinstance(params, dict):
        raise WireError("SerializationException", "The body must be a JSON object.")
    return params


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _perform(
    market: Market, operation: Operation, access_key: str, params: dict[str, Any], base: str
) -> dict[str, Any]:
    run = load(operation)

    def work(session: Session, now: int) -> dict[str, Any]:
        account = _account(session, access_key)
        return run(Call(session, now, account.seq, params, base))

    return market.write(work) if operation.writes else market.read(work)


def _account(session: Session, access_key: str) -> Account:
    account = accounts.find(session, access_key)
    if account is None:
        raise WireError("UnrecognizedClientException", "The account no longer exists.")
    return account


def _refusal(error: WireError, market: Market) -> Response:
    body = {"__type": error.kind, "Message": f"{error.message} ({market.clock.now()})"}
    if error.code:
        body["TurkErrorCode"] = error.code
    return _response(body, error.status)


def _response(body: dict[str, Any], status: int = 200) -> Response:
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(json.dumps(body), status, headers=headers, media_type=MEDIA_TYPE)
