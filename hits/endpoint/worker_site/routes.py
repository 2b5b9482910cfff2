"""Which address shows which page."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hits.endpoint.assets import PREFIX, Assets
from hits.endpoint.worker_site import (
    earnings,
    files,
    frame,
    messages,
    people,
    profile,
    qualifications,
    queue,
    render,
    submit,
    work,
)
from hits.endpoint.worker_site.visit import receives, shows, takes

ROUTES: list[BaseRoute] = [
    # The four that workers walk all day come first: routes are tried in this order.
    Route("/", shows(queue.show), methods=["GET"]),
    Route("/groups/{hit_type_id}/accept", takes(queue.accept_next), methods=["POST"]),
    Route("/assignments/{assignment_id}", shows(work.show), methods=["GET"]),
    Route("/submit/{token}/mturk/externalSubmit", receives(submit.receive), methods=["POST"]),
    Route("/join/{code}", shows(people.join), methods=["GET"]),
    Route("/register", takes(people.register, signed_in=False), methods=["POST"]),
    Route("/sign-in", takes(people.sign_in, signed_in=False), methods=["POST"]),
    Route("/sign-out", takes(people.sign_out), methods=["POST"]),
    Route("/earnings", shows(earnings.show), methods=["GET"]),
    Route("/messages", shows(messages.show), methods=["GET"]),
    Route("/qualifications", shows(qualifications.show), methods=["GET"]),
    Route("/qualifications/{type_id}", shows(qualifications.show_type), methods=["GET"]),
    Route("/qualifications/{type_id}/request", takes(qualifications.request), methods=["POST"]),
    Route("/profile", takes(profile.save), methods=["POST"]),
    Route("/tests/{request_id}", shows(qualifications.show_test), methods=["GET"]),
    Route("/frame/tests/{request_id}", shows(qualifications.show_frame), methods=["GET"]),
    Route("/groups/{hit_type_id}/next", shows(queue.next_preview), methods=["GET"]),
    Route("/hits/{hit_id}", shows(work.preview), methods=["GET"]),
    Route("/hits/{hit_id}/accept", takes(work.accept), methods=["POST"]),
    Route("/assignments/{assignment_id}/return", takes(work.give_back), methods=["POST"]),
    Route("/frame/{hit_id}", shows(frame.show), methods=["GET"]),
    Route("/pages/{page_id}", shows(frame.show_page), methods=["GET"]),
    Route("/uploads/{upload_id}", shows(files.show), methods=["GET"]),
    Mount("/static", StaticFiles(directory=render.STATIC)),
]


class _Stood(StaticFiles):
    """Files for frames, whose origin is opaque: fonts and modules need leave to be read."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def assets(files: Assets) -> Mount:
    """The files that stand in for addresses of the web."""
    return Mount(PREFIX, _Stood(directory=files.folder))


def _http_error(_request: Request, error: Exception) -> Response:
    """No such page, or not with this method: both are an address that leads nowhere."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return render.notice("unknown", status)


def _failure(_request: Request, _error: Exception) -> Response:
    """A failure of ours; the server logs it."""
    return render.notice("failed", 500)


ERROR_PAGES: Mapping[Any, Any] = {HTTPException: _http_error, Exception: _failure}
