"""Panels and questions on a page of their own: konkyo's scripts without a study around them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from playwright.sync_api import Locator, Page

from hits.page import page_data, script_json
from hits.render import WIDGET_PARTS
from hits.studies.base import Question
from hits.studies.panels import Panel, Picture, ShownItem

WIDGETS = ("choice", "shown:text", "shown:words", "shown:row", "shown:image", "pick", "free")
PARTS = ["page.css", "core.js", *(name for widget in WIDGETS for name in WIDGET_PARTS[widget])]
HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gallery</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{{ css }}</style></head><body>
<main id="konkyo-main"><h1>Gallery</h1><div id="konkyo-items"></div></main>
<template id="konkyo-item"><article class="item"><h2 data-heading>Text 1</h2>
{% import "widgets.html" as widget %}
{% for at in range(panels) %}{{ widget.shown(at, caption) }}{% endfor %}
{% for q in questions %}{{ widget.free(q) if q.form == "text" else widget.pick(q) }}{% endfor %}
</article></template><form id="konkyo-form"></form>
<script type="application/json" id="konkyo-data">{{ data }}</script>
<script>(function () { 'use strict';
{{ js }}
page.items.forEach(function (item, position) {
  const view = makeView(item, position, () => { window.changes = (window.changes || 0) + 1; });
  views.push(view);
  byId('items').append(view.root);
});
Object.assign(window, { views, fields, missing });
})();</script></body></html>"""


def hang(
    page: Page,
    items: Sequence[ShownItem],
    *,
    panels: int = 1,
    questions: Sequence[Question] = (),
    caption: str = "",
) -> None:
    """Put `items` on `page`, each with its first `panels` panels and the questions."""
    environment = Environment(
        loader=PackageLoader("hits"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page.set_content(
        environment.from_string(HTML).render(
            css=Markup(_parts(".css")),
            js=Markup(_parts(".js")),
            panels=panels,
            questions=questions,
            caption=caption,
            data=Markup(script_json(page_data("gallery", items, {}))),
        )
    )


def _parts(kind: str) -> str:
    folder = files("hits.templates")
    names = dict.fromkeys(name for name in PARTS if name.endswith(kind))
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def text(words: str, scores: Sequence[float] | None = None, **more: Any) -> Panel:
    """A text whose tokens are what stands between single spaces."""
    spans, at = [], 0
    for token in words.split(" "):
        spans.append((at, at + len(token)))
        at += len(token) + 1
    given = None if scores is None else tuple(scores)
    return Panel("text", text=words, offsets=tuple(spans), scores=given, **more)


def row(scores: Sequence[float] | None = None, **more: Any) -> Panel:
    """Four features of a penguin."""
    names = ("bill length (mm)", "island", "body mass (g)", "sex")
    values = ("39.1", "Torgersen", "3750", "male")
    given = None if scores is None else tuple(scores)
    return Panel("row", names=names, values=values, scores=given, **more)


def image(
    scores: Sequence[float] | None, grid: tuple[int, int], picture: Picture, **more: Any
) -> Panel:
    """A picture with the scores of a grid on it."""
    given = None if scores is None else tuple(scores)
    return Panel("image", picture=picture, scores=given, grid=grid, **more)


def picture(width: int = 64, height: int = 48, alt: str = "") -> Picture:
    """A picture of a red disc on a light ground, as SVG in a data URI."""
    svg = (
        f"%3Csvg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'%3E"
        "%3Crect width='100%25' height='100%25' fill='%23e8efe4'/%3E"
        "%3Ccircle cx='50%25' cy='50%25' r='30%25' fill='%23c0392b'/%3E%3C/svg%3E"
    )
    return Picture(f"data:image/svg+xml,{svg}", width, height, alt)


def show(page: Page, *panels: Panel, caption: str = "") -> Locator:
    """The panels of one item, hung under each other."""
    hang(page, [ShownItem("i1", panels)], panels=len(panels), caption=caption)
    return page.locator(".panel")


def styles(nodes: Locator, name: str) -> list[str]:
    """A computed property of each node."""
    found: list[str] = nodes.evaluate_all(
        "(nodes, name) => nodes.map(node => getComputedStyle(node)[name])", name
    )
    return found


def classes(nodes: Locator) -> list[str]:
    """The class attribute of each node."""
    found: list[str] = nodes.evaluate_all("nodes => nodes.map(node => node.className)")
    return found


def lightness(colour: Sequence[int]) -> float:
    """CIE L* (0 to 100) of an sRGB colour."""
    linear = [
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour[:3]
    ]
    shine = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * shine ** (1 / 3) - 16 if shine > 0.008856 else 903.3 * shine
