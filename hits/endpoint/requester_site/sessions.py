"""Requesters in a browser: signing in with an access key, out again, and who is behind a cookie."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import accounts, ids
from hits.endpoint.clock import SECOND
from hits.endpoint.tables import Account, RequesterSession
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import REQUESTER_COOKIE, Visit, go

HOURS = 12
_LIFETIME_MS = HOURS * 3600 * SECOND


def account_of(session: Session, secret: str, now: int) -> Account | None:
    """The account whose requester's browser holds this secret."""
    if not secret:
        return None
    query = (
        select(Account)
        .join(RequesterSession, RequesterSession.account_seq == Account.seq)
        .where(
            RequesterSession.secret_hash == ids.digest(secret),
            RequesterSession.created_ms > now - _LIFETIME_MS,
        )
    )
    return session.scalars(query).first()


def require_account(session: Session, visit: Visit, now: int) -> Account:
    """The visiting requester; a form of somebody signed out is stale."""
    account = account_of(session, visit.secret, now)
    if account is None:
        raise Notice("stale-form", 403)
    return account


def show_sign_in(visit: Visit) -> Response:
    """The way in."""
    if visit.market.read(lambda session, now: account_of(session, visit.secret, now)):
        return go("/requester")
    return render.page("requester_sign_in.html")


def sign_in(visit: Visit) -> Response:
    """A session of twelve hours for who knows the secret key."""
    cookie = ids.secret()
    key = visit.form.get("access_key").strip()[:128].replace("\0", "")

    def write(session: Session, now: int) -> None:
        account = accounts.find(session, key)
        if key == accounts.DEFAULT_KEY and not visit.is_local:
            account = None
        given = visit.form.get("secret_key").strip()
        if account is None or not ids.same(account.secret_key, given):
            raise Notice("wrong-key", 403)
        session.add(
            RequesterSession(
                secret_hash=ids.digest(cookie), account_seq=account.seq, created_ms=now
            )
        )

    visit.market.write(write)
    response = go("/requester")
    response.set_cookie(
        REQUESTER_COOKIE,
        cookie,
        max_age=HOURS * 3600,
        path="/requester",
        httponly=True,
        samesite="strict",
        secure=visit.base.startswith("https:"),
    )
    return response


def sign_out(visit: Visit) -> Response:
    """End this session."""
    mine = RequesterSession.secret_hash == ids.digest(visit.secret)
    visit.market.write(lambda session, _now: session.execute(delete(RequesterSession).where(mine)))
    response = go("/requester/sign-in")
    response.delete_cookie(REQUESTER_COOKIE, path="/requester")
    return response
