"""The page inside the frame: the requester's HTML, made to submit to this site.

It needs no cookie, because a sandboxed page has none to send. Where it submits to comes from its
own address; only addresses of this site are believed, so that nobody can be led to answer into a
stranger's hands.
"""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from starlette.responses import Response

from hits.endpoint import hosts, ids, pages, question
from hits.endpoint.tables import Hit
from hits.endpoint.worker_site import render
from hits.endpoint.worker_site.render import Notice
from hits.endpoint.worker_site.task_page import PREVIEW_ID, PREVIEW_TOKEN
from hits.endpoint.worker_site.visit import Visit

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")


def show(visit: Visit) -> Response:
    """An HTMLQuestion, sandboxed by its own headers as well as by the frame around it."""
    hit_id = visit.entity("hit_id")

    def read(session: Session, _now: int) -> tuple[str, list[str]]:
        query = select(Hit).where(Hit.hit_id == hit_id).options(undefer(Hit.question))
        hit = session.scalars(query).first()
        if hit is None:
            raise Notice("unknown", 404)
        return hit.question, hosts.sources(hit.type)

    asked, outside = visit.market.read(read)
    html = question.parse(asked).html
    if html is None:
        raise Notice("unknown", 404)
    return framed(visit, html, outside)


def show_page(visit: Visit) -> Response:
    """A page that a requester has uploaded, as their HITs' frames show it."""
    page_id = visit.entity("page_id")
    html = visit.market.read(lambda session, _now: pages.find(session, page_id))
    if html is None:
        raise Notice("unknown", 404)
    return framed(visit, html)


def framed(visit: Visit, html: str, outside: Sequence[str] = ()) -> Response:
    """A requester's page, submitting to where its own address says, if that is this site."""
    token = visit.query.get("turkSubmitTo", "").removeprefix(visit.submit_to(""))
    assignment_id = visit.query.get("assignmentId", PREVIEW_ID)
    if not _TOKEN.fullmatch(token) or not ids.ENTITY_ID.fullmatch(assignment_id):
        token, assignment_id = PREVIEW_TOKEN, PREVIEW_ID
    submit_url = visit.submit_to(token)
    page = question.wrap(
        html,
        submit_url=submit_url,
        assignment_id=assignment_id,
        static_url=f"{visit.base}/static",
        preview=token == PREVIEW_TOKEN,
    )
    if visit.assets is not None:
        page = visit.assets.localized(page, visit.base)
    return render.task(visit.base, page, submit_url, outside)
