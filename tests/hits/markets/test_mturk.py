"""The market's client, where what answers is no market."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from db.errors import MarketError
from hits.markets.base import MarketAccess
from hits.markets.mturk import MTurk

PAGE = "<!doctype html>\n<html>\n" + "<p>Not found</p>\n" * 500 + "</html>"


class _Website(BaseHTTPRequestHandler):
    """A web server that has nothing to do with us."""

    def do_POST(self) -> None:
        self.send_response(404)
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def website() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Website)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_from_a_server_that_is_no_market_does_not_fill_the_terminal(website: str) -> None:
    with pytest.raises(MarketError) as caught:
        MTurk(MarketAccess(endpoint_url=website)).balance()
    message = str(caught.value)
    assert website in message
    assert "\n" not in message
    assert len(message) < 500
