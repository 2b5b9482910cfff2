"""Requester accounts, and the default one that only a loopback server knows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint.errors import EndpointError
from hits.endpoint.tables import Account

DEFAULT_KEY = "local"
DEFAULT_SECRET = "local"
DEFAULT_BALANCE_CENTS = 10_000_00


def find(session: Session, access_key: str) -> Account | None:
    """The account with this access key."""
    return session.scalars(select(Account).where(Account.access_key == access_key)).first()


def require(session: Session, access_key: str) -> Account:
    """The account with this access key, or what the operator is told."""
    account = find(session, access_key)
    if account is None:
        hint = "; a server that starts makes it" if access_key == DEFAULT_KEY else ""
        raise EndpointError(f"there is no account with the access key {access_key!r}{hint}")
    return account


def add(session: Session, access_key: str, secret_key: str, balance_cents: int, now: int) -> None:
    """A new account with a prepaid balance."""
    if find(session, access_key) is not None:
        raise EndpointError(f"there is already an account with the access key {access_key!r}")
    session.add(
        Account(
            access_key=access_key,
            secret_key=secret_key,
            available_cents=balance_cents,
            created_ms=now,
        )
    )
    session.flush()


def ensure_default(session: Session, now: int) -> None:
    """Make the default account once; its balance then lives on like any other's."""
    if find(session, DEFAULT_KEY) is None:
        add(session, DEFAULT_KEY, DEFAULT_SECRET, DEFAULT_BALANCE_CENTS, now)
