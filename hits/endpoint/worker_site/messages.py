"""Messages from requesters, newest first; opening the page marks them as read."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint import messages
from hits.endpoint.tables import Message
from hits.endpoint.worker_site import people, render
from hits.endpoint.worker_site.visit import Visit, go

_PAGE = 50


def show(visit: Visit) -> Response:
    """A page of them; ``?before=`` continues an older page."""
    before = visit.number("before")

    def write(session: Session, now: int) -> Response:
        worker = people.worker_of(session, visit.secret, now)
        if worker is None:
            return go("/")
        query = select(Message).where(Message.worker_seq == worker.seq)
        if before is not None:
            query = query.where(Message.seq < before)
        rows = session.scalars(query.order_by(Message.seq.desc()).limit(_PAGE + 1)).all()
        # Rendered before it is marked, so that what is new can be seen to be.
        page = render.page(
            "messages.html",
            signed_in=worker.worker_id,
            csrf=visit.csrf,
            rows=rows[:_PAGE],
            older=rows[_PAGE - 1].seq if len(rows) > _PAGE else None,
        )
        messages.mark_read(session, worker, now)
        return page

    return visit.market.write(write)
