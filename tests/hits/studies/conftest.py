"""One browser and one market for each test file of this folder; the page is used again and again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parent))
from workbench import Market, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this machine."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """A page as wide as a laptop's."""
    return browser.new_page(viewport={"width": 1000, "height": 900})


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    """The loopback market that frames pages and takes answers."""
    one = Market()
    yield one
    one.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a small touch screen."""
    context = browser.new_context(
        viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()
