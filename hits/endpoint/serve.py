"""Running the endpoint: in this process until Ctrl-C, or in a thread for a demo or a test."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import uvicorn

from hits.endpoint.app import create_app
from hits.endpoint.errors import EndpointError
from hits.endpoint.hangup import HangingUp
from hits.endpoint.settings import ServeSettings

_START_S = 30.0
_STOP_S = 10.0


def serve(settings: ServeSettings, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted. `on_ready` hears the base URL once requests are answered."""
    settings.check()
    with _listen(settings) as listener:
        server = _Server(settings, _url(settings, listener), on_ready)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


@contextmanager
def running(settings: ServeSettings) -> Iterator[str]:
    """Serve in a thread, on a free port of the settings' host, and yield the base URL."""
    settings = replace(settings, port=0)
    settings.check()
    with _listen(settings) as listener:
        url = _url(settings, listener)
        server = _Server(settings, url, None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _wait_until_healthy(thread, listener)
            yield url
        finally:
            server.should_exit = True
            thread.join(_STOP_S)


class _Server(uvicorn.Server):
    """uvicorn, quiet: its access log would write down submit tokens, which stand in paths."""

    def __init__(
        self, settings: ServeSettings, url: str, on_ready: Callable[[str], None] | None
    ) -> None:
        config = uvicorn.Config(
            create_app(settings),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.behind_proxy,
            forwarded_allow_ips="*",
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.private_key,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
            ws="none",
            http=HangingUp if settings.faults else "auto",
        )
        super().__init__(config)
        self._url = url
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_ready is not None:
            self._on_ready(self._url)


def _listen(settings: ServeSettings) -> socket.socket:
    host = settings.host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, settings.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise EndpointError(
            f"cannot listen on {host} port {settings.port}: {error.strerror or error}; "
            "is another server running there? Choose another with --port"
        ) from error
    return listener


def _url(settings: ServeSettings, listener: socket.socket) -> str:
    host = settings.host.strip("[]")
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if settings.certificate else "http"
    return f"{scheme}://{shown}:{listener.getsockname()[1]}"


def _wait_until_healthy(thread: threading.Thread, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    until = time.monotonic() + _START_S
    while thread.is_alive() and time.monotonic() < until:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise EndpointError("the endpoint did not start; its log says why")
