"""What workers say of themselves: where they are, and that they are adults. Nothing is required."""

import re

from sqlalchemy.orm import Session
from starlette.responses import Response

from hits.endpoint.worker_site import people
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.visit import Visit, go

_CODE = re.compile(r"[A-Z]{2}")


def save(visit: Visit) -> Response:
    """Keep it; an empty field takes back what was said."""
    country = visit.form.get("country").strip().upper()
    subdivision = visit.form.get("subdivision").strip().upper()
    if any(code and not _CODE.fullmatch(code) for code in (country, subdivision)):
        raise Notice("bad-place", 400)
    if subdivision and not country:
        raise Notice("bad-place", 400)

    def write(session: Session, now: int) -> None:
        worker = people.require_worker(session, visit, now)
        worker.country, worker.subdivision = country or None, subdivision or None
        worker.adult = bool(visit.form.get("adult"))

    visit.market.write(write)
    return go("/qualifications")
