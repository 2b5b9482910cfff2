"""Who may speak to the server at all.

A loopback server carries an account whose secret everybody knows. What protects it is that only
this machine can reach it, so anything that suggests otherwise is refused: a forwarding header
means that a proxy stands in front, and a foreign Host means that some web page has pointed its
own name at this machine (DNS rebinding).
"""

import json
import re

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hits.endpoint import refusals
from hits.endpoint.settings import is_loopback

_FORWARDING = {b"forwarded", b"via", b"x-real-ip"}
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>\d{1,5}))?")


class Guard:
    """ASGI middleware; `local` says that the server is meant for this machine alone."""

    def __init__(self, app: ASGIApp, local: bool) -> None:
        self.app = app
        self.local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope["headers"]) if scope["type"] == "http" else None
        if problem is None:
            await self.app(scope, receive, send)
            return
        refusals.log("guard", problem)
        body = json.dumps({"__type": "AccessDeniedException", "Message": problem})
        await Response(body, 403, media_type="application/json")(scope, receive, send)

    def _problem(self, headers: list[tuple[bytes, bytes]]) -> str | None:
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        host = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if host is None:
            return "The request must name one host."
        if not self.local:
            return None
        if any(n in _FORWARDING or n.startswith(b"x-forwarded-") for n, _ in headers):
            return (
                "This server is for its own machine, and the request was forwarded to it. "
                "Start it with --behind-proxy to serve others."
            )
        if not is_loopback(host["name"]):
            return "This server is for its own machine and answers to its own names only."
        return None
