"""Files that came with answers: addresses that open one of them, for a minute.

The address carries the moment at which it ends and a signature by the requester's own key, so
nothing has to be remembered, and nobody else can make one.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from hits.endpoint import ids
from hits.endpoint.clock import SECOND
from hits.endpoint.tables import Account, Assignment, Hit, Upload

LIFETIME_MS = 60 * SECOND


def address(upload_id: str, secret: str, now: int) -> str:
    """The path and query that open the file until a minute from now."""
    until = now + LIFETIME_MS
    return f"/uploads/{upload_id}?expires={until}&signature={_signature(secret, upload_id, until)}"


def find(session: Session, upload_id: str, until: int, signature: str, now: int) -> Upload | None:
    """The file, if the address is still good."""
    query = (
        select(Upload, Account.secret_key)
        .join(Assignment, Assignment.seq == Upload.assignment_seq)
        .join(Hit, Hit.seq == Assignment.hit_seq)
        .join(Account, Account.seq == Hit.account_seq)
        .where(Upload.upload_id == upload_id)
        .options(undefer(Upload.content))
    )
    found = session.execute(query).first()
    if found is None or now >= until:
        return None
    good = ids.same(_signature(found.secret_key, upload_id, until), signature)
    return found.Upload if good else None


def _signature(secret: str, upload_id: str, until: int) -> str:
    return ids.derive(secret, "upload", f"{upload_id}:{until}")
