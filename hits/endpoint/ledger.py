"""Money in and out of a requester's account.

An account's ``available_cents`` is what may still be promised. Open work is covered in advance:
what is held for a HIT stands in the HIT's ``held_cents``. This endpoint charges no fee.
"""

from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from hits.endpoint.errors import insufficient_funds
from hits.endpoint.tables import Account, Hit


def draw(session: Session, account_seq: int, cents: int) -> None:
    """Take `cents` from the account, or give back if negative; never below zero.

    One UPDATE that carries its own condition, so no reader's stale balance can overdraw it.
    """
    if cents == 0:
        return
    result = session.execute(
        update(Account)
        .where(Account.seq == account_seq, Account.available_cents >= cents)
        .values(available_cents=Account.available_cents - cents)
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], result).rowcount == 0:
        raise insufficient_funds()


def available(session: Session, account_seq: int) -> int:
    """Cents that may still be promised."""
    return session.scalars(select(Account.available_cents).where(Account.seq == account_seq)).one()


def on_hold(session: Session, account_seq: int) -> int:
    """Cents promised to open work."""
    held = select(func.coalesce(func.sum(Hit.held_cents), 0)).where(
        Hit.account_seq == account_seq, Hit.held_cents > 0
    )
    return int(session.scalars(held).one())
