"""What an operator does to the books from outside, whether or not a server runs on them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint import accounts, ids, ledger
from hits.endpoint.clock import Clock
from hits.endpoint.errors import EndpointError
from hits.endpoint.market import Market
from hits.endpoint.money import CENT, HIGHEST, to_dollars
from hits.endpoint.tables import Account

_KEY = re.compile(r"[A-Za-z0-9_-]{3,128}")
_SECRET = re.compile(r"[!-~]{16,128}")


@dataclass(frozen=True)
class Standing:
    """An account as its operator sees it: dollars that can be promised, dollars held."""

    access_key: str
    available: str
    on_hold: str


def add_account(data: str, access_key: str, secret: str | None, balance: str) -> str:
    """Make a requester's account; returns the secret, drawn where none was given."""
    cents = _cents(balance, lowest=0)
    if not _KEY.fullmatch(access_key):
        raise EndpointError(
            f"{access_key!r} cannot be an access key: 3 to 128 letters, digits, - and _"
        )
    if access_key == accounts.DEFAULT_KEY:
        raise EndpointError(
            f"the account {accounts.DEFAULT_KEY!r} is made by servers that only their own machine "
            "can reach; choose another access key"
        )
    secret = ids.secret() if secret is None else secret
    if not _SECRET.fullmatch(secret):
        raise EndpointError("a secret has 16 to 128 printable characters without spaces")
    with books(data) as market:
        market.write(lambda session, now: accounts.add(session, access_key, secret, cents, now))
    return secret


def list_accounts(data: str) -> list[Standing]:
    """Every account, in the order in which they were made; never their secrets."""

    def read(session: Session, _now: int) -> list[Standing]:
        found = session.scalars(select(Account).order_by(Account.seq)).all()
        return [_standing(session, account) for account in found]

    with books(data, exist=True) as market:
        return market.read(read)


def fund_account(data: str, access_key: str, amount: str) -> Standing:
    """Add money to an account's balance."""
    cents = _cents(amount, lowest=1)

    def write(session: Session, _now: int) -> Standing:
        account = accounts.require(session, access_key)
        ledger.draw(session, account.seq, -cents)
        return _standing(session, account)

    with books(data, exist=True) as market:
        return market.write(write)


def _standing(session: Session, account: Account) -> Standing:
    available = ledger.available(session, account.seq)
    held = ledger.on_hold(session, account.seq)
    return Standing(account.access_key, to_dollars(available), to_dollars(held))


@contextmanager
def books(data: str, exist: bool = False) -> Iterator[Market]:
    """The market's books, for one visit; with `exist`, none are made where there are none."""
    if exist and "://" not in data and not Path(data).expanduser().is_file():
        raise EndpointError(f"there are no books at {data}; name them with --data")
    market = Market.open(data, Clock())
    try:
        yield market
    finally:
        market.close()


def _cents(amount: str, lowest: int) -> int:
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not lowest * CENT <= value <= HIGHEST or value % CENT:
        raise EndpointError(
            f"{amount!r} is no amount in dollars and cents from {lowest * CENT} to {HIGHEST}"
        )
    return int(value / CENT)
