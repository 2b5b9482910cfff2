"""Which address of the dashboard shows which page."""

from starlette.routing import BaseRoute, Route

from hits.endpoint.requester_site import group, overview, sessions
from hits.endpoint.worker_site.visit import REQUESTER_COOKIE as COOKIE
from hits.endpoint.worker_site.visit import shows, takes

ROUTES: list[BaseRoute] = [
    Route("/requester", shows(overview.show, cookie=COOKIE), methods=["GET"]),
    Route("/requester/sign-in", shows(sessions.show_sign_in, cookie=COOKIE), methods=["GET"]),
    Route(
        "/requester/sign-in",
        takes(sessions.sign_in, signed_in=False, cookie=COOKIE),
        methods=["POST"],
    ),
    Route("/requester/sign-out", takes(sessions.sign_out, cookie=COOKIE), methods=["POST"]),
    Route("/requester/types/{hit_type_id}", shows(group.show, cookie=COOKIE), methods=["GET"]),
    Route(
        "/requester/types/{hit_type_id}/decide",
        takes(group.decide, cookie=COOKIE),
        methods=["POST"],
    ),
    Route(
        "/requester/types/{hit_type_id}/hosts",
        takes(group.allow_hosts, cookie=COOKIE),
        methods=["POST"],
    ),
]
