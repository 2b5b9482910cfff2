"""What the tests of the report share: a whole report and a browser that may fetch nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route
from report_sample import whole_report

from analysis.report.content import ReportContent
from tests.support import browsers

Open = Callable[..., Page]


@pytest.fixture
def sample() -> ReportContent:
    """Content with every section filled."""
    return whole_report()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with browsers.chromium() as one:
        yield one


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
