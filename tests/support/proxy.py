"""A network that fails on purpose: a real HTTP proxy on loopback in front of a real endpoint.

`faults` is a list of what happens to requests of one API operation, in order; when it is used up,
requests pass. "drop" does the work and then loses the reply, "throttle" answers with MTurk's
throttling error, "refuse" closes the connection before the work is done.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["pass", "drop", "throttle", "refuse"]


class FaultyServer(ThreadingHTTPServer):
    """The proxy; `seen` counts the requests of the operation that arrived."""

    daemon_threads = True

    def __init__(self, target: str, operation: str, faults: list[Fault]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target)
        self.operation = operation
        self.faults = list(faults)
        self.seen = 0
        self.lock = threading.Lock()

    def next_fault(self, operation: str) -> Fault:
        with self.lock:
            if operation != self.operation:
                return "pass"
            self.seen += 1
            return self.faults.pop(0) if self.faults else "pass"


class _Handler(BaseHTTPRequestHandler):
    server: FaultyServer

    def do_GET(self) -> None:
        self._relay(b"")

    def do_POST(self) -> None:
        self._relay(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _relay(self, body: bytes) -> None:
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        fault = self.server.next_fault(operation)
        if fault == "refuse":
            self.close_connection = True
            return
        if fault == "throttle":
            refusal = {"__type": "ThrottlingException", "Message": "Rate exceeded (1)"}
            self._answer(
                400, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(refusal).encode()
            )
            return
        connection = http.client.HTTPConnection(self.server.target.netloc, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        if fault == "drop":
            self.close_connection = True
            return
        kept = [(n, v) for n, v in reply.getheaders() if n.lower() not in _HOP]
        self._answer(reply.status, kept, content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


_HOP = ("content-length", "transfer-encoding", "connection", "date", "server")


@contextmanager
def faulty(target: str, operation: str, faults: list[Fault]) -> Iterator[tuple[str, FaultyServer]]:
    """Run the proxy; yields its address and the server."""
    server = FaultyServer(target, operation, faults)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        server.server_close()
