"""Pages that requesters upload, so that an ExternalQuestion can be longer than 65,535 bytes.

A page is a file, rendered before: nothing in it depends on who looks. Its id is drawn from what it
holds and whose it is, so uploading it again changes nothing, and an address never changes its
page. Like an HTMLQuestion it lives in a frame without our origin, and submits to where its
address says.
"""

from sqlalchemy.orm import Session

from hits.endpoint import ids
from hits.endpoint.errors import WireError
from hits.endpoint.tables import Page

MAX_BYTES = 2 * 1024 * 1024


def store(session: Session, account_seq: int, body: bytes, now: int) -> str:
    """Keep the page; its id. What is no text in UTF-8 is refused."""
    try:
        html = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WireError("SerializationException", "The page is not text in UTF-8.") from error
    if not html.strip() or "\0" in html:
        raise WireError("SerializationException", "The page is empty, or holds NUL.")
    page_id = ids.digest(f"{account_seq}:{html}")[:32].upper()
    if session.get(Page, page_id) is None:
        session.add(Page(page_id=page_id, account_seq=account_seq, html=html, created_ms=now))
        session.flush()
    return page_id


def find(session: Session, page_id: str) -> str | None:
    """The page with this id."""
    page = session.get(Page, page_id)
    return page.html if page else None
