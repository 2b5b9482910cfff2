"""UniqueRequestToken: remembered in the very transaction that it protects.

The row's primary key is (account, purpose, token), so two requests with one token cannot both
commit. Tokens of HITs and of places added to them are forgotten after 24 hours, as Amazon
documents. Tokens of bonuses are kept: forgetting one could only ever pay twice.
"""

from sqlalchemy.orm import Session

from hits.endpoint.clock import DAY
from hits.endpoint.tables import RequestToken

HITS = "hit"
BONUSES = "bonus"
PLACES = "places"
_MEMORY_MS = {HITS: DAY, PLACES: DAY}


def result_of(
    session: Session, account_seq: int, purpose: str, token: str | None, now: int
) -> str | None:
    """What this token has already made, if it is still remembered."""
    if token is None:
        return None
    row = session.get(RequestToken, (account_seq, purpose, token))
    if row is None:
        return None
    if purpose in _MEMORY_MS and now - row.created_ms >= _MEMORY_MS[purpose]:
        session.delete(row)
        session.flush()
        return None
    return row.result


def remember(
    session: Session, account_seq: int, purpose: str, token: str | None, result: str, now: int
) -> None:
    """Bind the token to what it made."""
    if token is None:
        return
    session.add(
        RequestToken(
            account_seq=account_seq, purpose=purpose, token=token, result=result, created_ms=now
        )
    )
    session.flush()
