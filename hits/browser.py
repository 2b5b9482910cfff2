"""One worker's session at a worker site, without a screen: cookies, pages, forms.

It follows the contract that the site documents (`data-` attributes, form fields), and asks for
nothing that a person's browser would not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin

import httpx

from db.errors import MarketError

TIMEOUT_S = 30.0


class WorkerSession:
    """One worker's session at the site: cookies, pages, forms."""

    def __init__(self, site: str) -> None:
        self._client = httpx.Client(base_url=site, timeout=TIMEOUT_S, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def register(self, platform_id: str) -> None:
        """Sign up under the given id."""
        page = self._send("POST", "/register", data={"worker_id": platform_id})
        if page.status_code != 200:
            raise MarketError(
                f"the worker site refused to register {platform_id} ({_reason(page)}); "
                "simulate needs a site where workers may choose their id"
            )

    def accept(self, hit: str) -> str | None:
        """Preview and accept a HIT; the task's address, None where it cannot be taken."""
        preview = self._send("GET", f"/hits/{hit}")
        if preview.status_code != 200:
            return None
        form = {"csrf": _Elements.of(preview).first("input", "csrf").get("value", "")}
        page = self._send("POST", f"/hits/{hit}/accept", data=form)
        if page.status_code != 200:
            return None
        task = _Elements.of(page).first("iframe", "data-task")
        return urljoin(str(page.url), task.get("src", ""))

    def get(self, address: str) -> str:
        """The text of a page."""
        page = self._send("GET", address)
        if page.status_code != 200:
            raise MarketError(f"{address} answered {page.status_code}")
        return page.text

    def submit(self, address: str, form: Mapping[str, str]) -> bool:
        """Post an answer; whether it was taken."""
        return self._send("POST", address, data=dict(form)).status_code == 200

    def _send(self, method: str, address: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, address, **content)
        except httpx.HTTPError as error:
            raise MarketError(
                f"the worker site does not answer ({type(error).__name__}); is it running? "
                "Run the same command again for the HITs that are left"
            ) from error


def _reason(page: httpx.Response) -> str:
    return _Elements.of(page).first("main", "data-page").get("data-reason", str(page.status_code))


@dataclass
class _Elements(HTMLParser):
    """The start tags of a page, to be found by an attribute, a name or an id."""

    found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, page: httpx.Response) -> _Elements:
        elements = cls()
        elements.feed(page.text)
        return elements

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def first(self, tag: str, mark: str) -> dict[str, str]:
        """Attributes of the first `tag` that has the attribute `mark`, or is named so."""
        for name, attributes in self.found:
            if name == tag and (mark in attributes or attributes.get("name") == mark):
                return attributes
        return {}
