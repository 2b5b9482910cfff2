"""What the tests of the report share: a whole report and a browser that may fetch nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from report_sample import whole_report

from analysis.report.content import ReportContent

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., Page]


@pytest.fixture
def sample() -> ReportContent:
    """Content with every section filled."""
    return whole_report()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; skipped where none is installed."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium on this machine: the report was not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_report(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page in the browser; any complaint or request for something else fails the test."""
    troubles: list[str] = []
    pages: list[Page] = []

    def allow(route: Route) -> None:
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            troubles.append(f"request for {route.request.url}")
            route.abort()

    def opened(html: str, width: int = 1280, scheme: str = "light") -> Page:
        path = tmp_path / "report.html"
        path.write_text(html, encoding="utf-8")
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.route("**/*", allow)
        page.goto(path.as_uri())
        return page

    yield opened
    for page in pages:
        page.close()
    assert troubles == []
