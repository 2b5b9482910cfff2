"""Study and items → one self-contained HTML page, and the HTMLQuestion that carries it.

Everything that the pages of a campaign have in common is rendered once (`Shell`); the items of a
page are put into it as JSON. All escaping happens here and in `hits.page`: templates escape
whatever they print, and what HTML and XML cannot carry is shown as a symbol. The page asks for
nothing from outside: style and script stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rcssmin import cssmin  # type: ignore[import-untyped]
from rjsmin import jsmin  # type: ignore[import-untyped]

from db.errors import KonkyoError
from hits.page import one_newline, page_data, script_json, visible
from hits.protocol import Check, protocol_parts
from hits.studies import load_study
from hits.studies.base import Study
from hits.studies.nouns import NOUNS
from hits.studies.panels import ShownItem, StudyError
from hits.templates.prose import to_html

LARGEST_QUESTION = 65_535
NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
)
PAGE_PARTS = ("page.css", "core.js", "clock.js", "steps.js", "save.js", "submit.js")
_WORDS = ("words.css", "words.js")
_SHOWN = ("shown.css", "shown.js")
_MARKED = (*_WORDS, "marking.css", "mark.css", "marks.js", "mark_drawing.js", "mark_keys.js")
_REGION = ("region_rle.js", "region_state.js", "region_view.js", "region_areas.js")
_SHOWN_TEXT = (*_WORDS, *_SHOWN, "shown_text.css", "shown_text.js")
WIDGET_PARTS: Mapping[str, tuple[str, ...]] = {
    "choice": ("choice.css", "choice.js"),
    "pick": (*_SHOWN, "choice.css", "pick.css", "pick.js"),
    "free": ("free.css", "free.js"),
    "own": ("own.css", "own.js"),
    "rest": (*_SHOWN, "rest.css", "rest.js"),
    "beside": ("beside.css",),
    "marks:text": (*_MARKED, "mark_pointer.js", "mark.js"),
    "marks:pair": (*_MARKED, "mark_pointer.js", "mark.js"),
    "kinds": ("mark_kinds.css", "mark_kinds.js"),
    "marks:image": ("marking.css", "region.css", *_REGION, "region_input.js", "region.js"),
    "marks:row": ("marking.css", "features.css", "marks.js", "features.js"),
    "shown:text": _SHOWN_TEXT,
    "shown:pair": _SHOWN_TEXT,
    "shown:image": (*_SHOWN, "shown_image.css", "shown_image.js"),
    "shown:row": (*_SHOWN, "shown_row.css", "shown_row.js"),
    "shown:words": (*_WORDS, *_SHOWN, "shown_words.css", "shown_words.js"),
}
"""Widget (of a kind of thing, where it matters) → the files that a page with it carries."""
DATA_PLACE = "@konkyo-data@"
VARIABLE = "konkyo"
"""The column of a batch file that holds a page's data, and the variable that takes it."""
_PAST_BMP = re.compile("[\U00010000-\U0010ffff]")


class PageTooLarge(KonkyoError):
    """A page is larger than a market takes; says by how much and what to do."""


@dataclass(frozen=True)
class PageFacts:
    """What a page says to the worker beside its items.

    `pay` is shown as it stands ("$0.60", "1 credit"); `minutes` is the expected time for the
    page; `hourly` is the pay an hour that follows, shown only where given. `instructions`,
    `example`, `consent_page` and `debriefing` are Markdown (see `hits.templates.prose`); an empty
    `example` leaves the study's own. `consent` is the line beside the button that submits; with a
    `consent_page` nothing else is shown before somebody has agreed. `comprehension` is asked
    before the items, and `debriefing` is shown after the last, before Submit. `practice` says
    that pages of the campaign may hold practice items.
    """

    title: str
    pay: str
    minutes: float
    instructions: str
    consent: str
    example: str = ""
    language: str = "en"
    hourly: str = ""
    consent_page: str = ""
    debriefing: str = ""
    comprehension: tuple[Check, ...] = ()
    practice: bool = False


class Shell:
    """The pages of one campaign but for their items: rendered once, filled for every HIT.

    `kind` is the kind of instance that the campaign shows; it decides which widgets a page needs.
    """

    def __init__(
        self,
        study_name: str,
        settings: Mapping[str, Any],
        facts: PageFacts,
        kind: str = "text",
        study: Study | None = None,
    ) -> None:
        self._study = study or load_study(study_name)
        self._settings = self._study.check_settings(settings)
        self._facts = facts
        self._kind = kind
        self._head, self._tail = self._rendered(fragment=False).split(DATA_PLACE)

    def page(self, items: Sequence[ShownItem]) -> str:
        """The whole HTML document that puts `items` before a worker, one at a time."""
        return f"{self._head}{self.data(items)}{self._tail}"

    def fragment(self) -> str:
        """The page as a template for a market that puts it into a form of its own, with
        `${konkyo}` where the data of a HIT belong, and no other variable: instructions that speak
        of `${name}` are words. Scripts, where an escape would mean nothing, write no `${`."""
        plain = self._rendered(fragment=True).replace("${", "&#36;{")
        return plain.replace(DATA_PLACE, f"${{{VARIABLE}}}")

    def data(self, items: Sequence[ShownItem]) -> str:
        """The items of a page as the JSON that its script reads."""
        if not items:
            raise StudyError(f"a page of the study {self._study.name!r} needs at least one item")
        if len({item.id for item in items}) < len(items):
            raise StudyError("an item stands twice on a page")
        if not self._facts.practice and any(item.practice is not None for item in items):
            raise StudyError("a practice item on a page whose facts announce no practice")
        for item in items:
            self._study.check_item(item, self._settings)
        seen = {name: value for name, value in self._settings.items() if name != "html"}
        return script_json(page_data(self._study.name, items, seen))

    def _rendered(self, fragment: bool) -> str:
        template = _environment().get_template(self._study.template)
        questions = self._study.questions(self._settings)
        html = template.render(
            page=self._facts,
            settings=self._settings,
            questions={q.name: q for q in questions},
            protocol=protocol_parts(self._facts, questions),
            kind=self._kind,
            words=NOUNS[self._kind],
            noun=self._settings.get("noun") or NOUNS[self._kind]["noun"],
            own_html=Markup(self._settings.get("html", "")),
            fragment=fragment,
            data=Markup(DATA_PLACE),
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
def _parts(kind: str, widgets: tuple[str, ...], protocol: tuple[str, ...] = ()) -> Markup:
    """The style ("css") or script ("js") of the page, its protocol and the widgets it uses."""
    of_widgets = [name for widget in widgets for name in WIDGET_PARTS[widget]]
    names = [*PAGE_PARTS, *protocol, *of_widgets]
    if kind == "js":
        names.append("start.js")
    wanted = dict.fromkeys(name for name in names if name.endswith(f".{kind}"))
    # Workers' markets count bytes; a minifier that renames nothing keeps errors readable.
    minify = {"css": cssmin, "js": jsmin}[kind]
    return Markup(minify("\n".join(map(_source, wanted))))


def _source(name: str) -> str:
    return files("hits.templates").joinpath(name).read_text(encoding="utf-8")
