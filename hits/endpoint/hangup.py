"""A reply that never comes: the connection is closed where the answer should have been.

No ASGI message says "say nothing", so the connection itself hands the application a way to hang
up, in the state that uvicorn copies into every request's scope.
"""

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_HANG_UP = "konkyo.hang_up"


class HangingUp(H11Protocol):
    """uvicorn's connection, which requests can close: needed by every server with `NoReply`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, _HANG_UP: self._hang_up}, _loop)

    def _hang_up(self) -> None:
        self.transport.abort()


class NoReply(Response):
    """In place of a response: closes the connection before a byte of an answer is sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][_HANG_UP]()
        # Until the server has noticed, it would take the silence for a failure of ours.
        while (await receive())["type"] != "http.disconnect":
            pass
