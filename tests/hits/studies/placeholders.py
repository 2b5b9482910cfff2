"""What a rendered page has places for: its widgets, their questions and options, its inputs."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any


class Template(HTMLParser):
    """`options` of each question, `widgets` used, and the names of the hidden `inputs`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.options: dict[str, list[Any]] = {}
        self.widgets: set[str] = set()
        self.inputs: list[str | None] = []
        self._question = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect widgets, their questions and the values of their radio buttons."""
        has = dict(attrs)
        self.widgets |= {has["data-widget"] or ""} if "data-widget" in has else set()
        if "data-question" in has:
            self._question = has["data-question"] or ""
            self.options[self._question] = []
        # Other radio buttons choose a tool, or stand in somebody's own template.
        if has.get("type") == "radio" and "value" in has and self._question:
            self.options[self._question].append(json.loads(has["value"] or ""))
        if tag == "input" and has.get("type") == "hidden":
            self.inputs.append(has.get("name"))
