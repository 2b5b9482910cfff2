"""Turkle's own server on loopback: its pages, its database, its API, in a process of its own.

Turkle's package brings an application without a site; `benchmarks/turkle_site.py` is one. What a
requester does in Turkle's administration is done through its API here, which checks the same.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FrameLocator, Page

SITE = Path(__file__).resolve().parents[2] / "benchmarks"
PASSWORD = "only-on-loopback"
REQUESTER = "requester"
SERVE = """
import sys, socketserver, turkle_site
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command

class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

password, requester, *workers = sys.argv[1:]
call_command("migrate", verbosity=0)
get_user_model().objects.create_superuser(requester, password=password)
for name in workers:
    get_user_model().objects.create_user(name, password=password)
application = StaticFilesHandler(turkle_site.application)
server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""


@dataclass(frozen=True)
class Turkle:
    """A running Turkle with the requester signed in, and workers who have accounts."""

    url: str
    api: httpx.Client

    def load(self, name: str, folder: Path, assignments: int) -> int:
        """Make a project of template.html and a published batch of batch.csv; the batch's id."""
        project = self._post(
            "projects",
            name=name,
            filename="template.html",
            html_template=(folder / "template.html").read_text("utf-8"),
            assignments_per_task=assignments,
        )
        batch = self._post(
            "batches",
            name=name,
            project=project,
            filename="batch.csv",
            csv_text=(folder / "batch.csv").read_text("utf-8"),
            assignments_per_task=assignments,
            published=True,
        )
        return batch

    def results(self, batch: int) -> bytes:
        """The table that Turkle offers for download."""
        return self.api.get(f"/api/batches/{batch}/results/").raise_for_status().content

    def sign_in(self, page: Page, worker: str) -> None:
        """Sign a worker in, in their browser."""
        page.goto(f"{self.url}/login/?next=/")
        page.fill("input[name=username]", worker)
        page.fill("input[name=password]", PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(f"{self.url}/")

    def accept(self, page: Page, batch: int) -> FrameLocator:
        """Take the next HIT of a batch; its frame."""
        page.goto(f"{self.url}/batch/{batch}/accept_next_task/")
        return page.frame_locator("#task_assignment_iframe")

    def _post(self, what: str, **fields: object) -> int:
        answer = self.api.post(f"/api/{what}/", json=fields)
        assert answer.status_code == 201, answer.text
        made: int = answer.json()["id"]
        return made


@contextmanager
def turkle(folder: Path, *workers: str) -> Iterator[Turkle]:
    """Serve Turkle with its database in `folder`; skips where it is not installed."""
    if importlib.util.find_spec("turkle") is None:
        pytest.skip("Turkle is not installed: the fragment is not tried in it")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(SITE), os.environ.get("PYTHONPATH")])),
        "TURKLE_DATA": str(folder / "turkle.db"),
        "TURKLE_KEY": "only for this run",
    }
    command = [sys.executable, "-W", "ignore", "-c", SERVE, PASSWORD, REQUESTER, *workers]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdigit(), "Turkle did not start"
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, auth=(REQUESTER, PASSWORD), timeout=30) as api:
            yield Turkle(url, api)
    finally:
        process.terminate()
        process.wait()
