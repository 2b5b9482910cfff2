"""Study and items → one self-contained HTML page, and the HTMLQuestion that carries it.

All escaping happens here and in `hits.page`: templates escape whatever they print, item data
travel as JSON, and what HTML and XML cannot carry is shown as a symbol. The page asks for
nothing from outside: style and script stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from db.errors import KonkyoError
from hits.page import one_newline, page_data, script_json, visible
from hits.studies import load_study
from hits.studies.base import ShownItem, StudyError
from hits.templates.prose import to_html

LARGEST_QUESTION = 65_535
NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
)
PAGE_PARTS = ("page.css", "core.js", "clock.js", "steps.js", "save.js", "submit.js")
WIDGET_PARTS: Mapping[str, tuple[str, ...]] = {
    "choice": ("choice.css", "choice.js"),
    "mark": (
        "words.css",
        "words.js",
        "mark.css",
        "marks.js",
        "mark_keys.js",
        "mark_pointer.js",
        "mark.js",
    ),
    "shown": ("words.css", "words.js", "shown.css", "shown.js"),
}
_PAST_BMP = re.compile("[\U00010000-\U0010ffff]")


class PageTooLarge(KonkyoError):
    """A page is larger than a market takes; says by how much and what to do."""


@dataclass(frozen=True)
class PageFacts:
    """What a page says to the worker beside its items.

    `pay` is shown as it stands ("$0.60", "1 credit"); `minutes` is the expected time for the
    page. `instructions` and `example` take the few marks of `hits.templates.prose`; an empty
    `example` leaves the study's own. `consent` is the line beside the button that submits.
    """

    title: str
    pay: str
    minutes: float
    instructions: str
    consent: str
    example: str = ""
    language: str = "en"


def render_page(
    study_name: str, items: Sequence[ShownItem], settings: Mapping[str, Any], page: PageFacts
) -> str:
    """The whole HTML document that puts `items` before a worker, one at a time."""
    study = load_study(study_name)
    complete = study.check_settings(settings)
    if not items:
        raise StudyError(f"a page of the study {study_name!r} needs at least one item")
    if len({item.id for item in items}) < len(items):
        raise StudyError("an item stands twice on a page")
    for item in items:
        study.check_item(item)
    template = _environment().get_template(study.template)
    html = template.render(
        page=page,
        settings=complete,
        questions={question.name: question for question in study.questions(settings)},
        n_items=len(items),
        data=Markup(script_json(page_data(study.name, items, complete))),
    )
    return wire_safe(html)


def html_question(html: str, frame_height: int = 0) -> str:
    """The HTMLQuestion XML that carries `html`; a height of 0 fills the frame there is.

    PageTooLarge where it takes more than 65,535 bytes, the most that CreateHIT accepts.
    """
    content = wire_safe(html).replace("]]>", "]]]]><![CDATA[>")
    question = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<HTMLQuestion xmlns="{NAMESPACE}">'
        f"<HTMLContent><![CDATA[{content}]]></HTMLContent>"
        f"<FrameHeight>{frame_height:d}</FrameHeight></HTMLQuestion>"
    )
    size = len(question.encode())
    if size > LARGEST_QUESTION:
        raise PageTooLarge(
            f"the page takes {size:,} bytes, over the {LARGEST_QUESTION:,} that a market accepts; "
            "put fewer items on each HIT, or shorter texts"
        )
    return question


def wire_safe(html: str) -> str:
    """`html` in characters that XML carries and none past U+FFFF, so that every market takes it.

    Characters past U+FFFF become numeric references; inside scripts, where those mean nothing,
    konkyo's own pages have none.
    """
    shown = visible(one_newline(html))
    return _PAST_BMP.sub(lambda match: f"&#{ord(match.group())};", shown)


@cache
def _environment() -> Environment:
    """The templates, with escaping always on."""
    environment = Environment(
        loader=PackageLoader("hits"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = to_html
    environment.globals["parts"] = _parts
    return environment


@cache
def _parts(kind: str, widgets: tuple[str, ...]) -> Markup:
    """The style ("css") or script ("js") of the page and of the widgets it uses."""
    names = [*PAGE_PARTS, *(name for widget in widgets for name in WIDGET_PARTS[widget])]
    if kind == "js":
        names.append("start.js")
    wanted = dict.fromkeys(name for name in names if name.endswith(f".{kind}"))
    return Markup("\n".join(_compact(_source(name).splitlines()) for name in wanted))


def _source(name: str) -> str:
    return files("hits.templates").joinpath(name).read_text(encoding="utf-8")


def _compact(lines: Iterable[str]) -> str:
    """Without indentation, empty lines and whole-line comments: workers' markets count bytes."""
    stripped = (line.strip() for line in lines)
    return "\n".join(line for line in stripped if line and not line.startswith(("//", "/*")))
