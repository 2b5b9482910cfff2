"""One Chromium for the neighbouring files of a folder: to start and end it takes over a second."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_holding = ExitStack()
_started: list[Browser] = []


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; what is opened in it is closed afterwards.

    It stays for the next caller until `quit_browsers`. Where there is none, the test is skipped.
    """
    browser = _browser()
    before = list(browser.contexts)
    yield browser
    for context in browser.contexts:
        if context not in before:
            context.close()


def quit_browsers() -> None:
    """End the browser, if one was started; a test that runs an event loop cannot stand beside it."""
    _started.clear()
    _holding.pop_all().close()


def _browser() -> Browser:
    sync_api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine: the pages are not tried in a browser")
    if _started and not _started[0].is_connected():
        quit_browsers()
    if not _started:
        playwright = _holding.enter_context(sync_api.sync_playwright())
        one = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, env={**os.environ, "LANG": "C.UTF-8"}
        )
        _holding.callback(one.close)
        _started.append(one)
    return _started[0]
