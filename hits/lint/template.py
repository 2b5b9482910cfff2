"""A task template as the checks see it: its markup, scripts, placeholders, and who will fill it.

Which kind a template is decides what the market adds to it:

| kind | is | the market adds |
|---|---|---|
| `page` | the content of an HTMLQuestion | nothing |
| `fragment` | HTML with `${variables}`, for a requester site or Turkle | form, button, raw cells |
| `crowd` | HTML with `<crowd-form>` | nothing; cells in `{{ }}` are escaped |
| `study` | the page of a study of one's own | button; fields are escaped, each must be answered |
| `external`, `form` | an ExternalQuestion or a QuestionForm | everything |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from hits.lint.code import Code
from hits.lint.findings import Finding, Severity
from hits.lint.markup import Element, Markup
from hits.lint.placeholders import Use, uses
from hits.lint.table import Table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as XmlElement

Kind = Literal["page", "fragment", "crowd", "study", "external", "form"]
SUBMIT_ADDRESS = re.compile(r"externalSubmit|turkSubmitTo|urlSubmitTo|turkSetAssignmentID", re.I)
JAVASCRIPT = ("", "module", "text/javascript", "application/javascript", "text/ecmascript")
CONTROLS = ("input", "select", "textarea")
PRESSED = ("button", "hidden", "image", "reset", "submit")


@dataclass(frozen=True)
class Template:
    """What is looked at. `origin` is where the source begins in its file, line and column.

    `fields` and `questions` (name → the values it takes) are those of a study of one's own.
    `question_bytes` is the size of an XML file as it is, `xml` the root of an ExternalQuestion or
    QuestionForm.
    """

    name: str
    kind: Kind
    markup: Markup
    origin: tuple[int, int] = (1, 1)
    table: Table | None = None
    fields: tuple[str, ...] | None = None
    questions: Mapping[str, tuple[str, ...]] | None = None
    in_xml: bool = False
    question_bytes: int | None = None
    xml: XmlElement | None = None

    @property
    def source(self) -> str:
        """The HTML, or the whole file of an ExternalQuestion or QuestionForm."""
        return self.markup.source

    @property
    def is_wrapped(self) -> bool:
        """Whether the page is put inside a form that is not its own."""
        return self.kind in ("fragment", "study")

    @cached_property
    def has_branches(self) -> bool:
        """Whether parts of it come and go (`{% if %}`): then its tags need not match up."""
        return "{%" in self.source

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names that will have values; None where nobody has said."""
        if self.fields is not None:
            return self.fields
        return None if self.table is None else self.table.columns

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every placeholder, in the order of the source."""
        liquid = self.kind == "crowd"
        found = uses(self.markup, self.codes, set(self.columns or ()), liquid)
        return tuple(sorted(found, key=lambda use: use.at))

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Every script of the page, and the code of its event handlers."""
        found = [code for element in self.markup.elements for code in self._codes(element)]
        return tuple(sorted(found, key=lambda code: code.at))

    @cached_property
    def script(self) -> str:
        """All of its JavaScript in one, without comments."""
        return "\n".join(code.kept for code in self.codes)

    @cached_property
    def controls(self) -> tuple[Element, ...]:
        """What a worker fills in: inputs other than hidden ones and buttons, selects, texts."""
        return tuple(element for element in self.markup.elements if is_control(element))

    def finding(self, rule: str, severity: Severity, offset: int, message: str) -> Finding:
        """A finding at an offset of the source."""
        line, column = self.markup.place(offset)
        first, indent = self.origin
        column += indent - 1 if line == 1 else 0
        return Finding(line + first - 1, column, rule, severity, message)

    def _codes(self, element: Element) -> list[Code]:
        found = [
            Code(one.value, one.value_at, is_handler=True)
            for one in element.attributes
            if re.fullmatch(r"on[a-z]+", one.name) and one.value
        ]
        if element.tag == "script" and element.get("type").strip().lower() in JAVASCRIPT:
            texts = self.markup.texts_in(element)
            if texts:
                found.append(Code("".join(text.value for text in texts), texts[0].at))
        return found


def is_control(element: Element) -> bool:
    """Whether a worker fills it in."""
    return element.tag in CONTROLS and not (element.tag == "input" and element.type in PRESSED)


def spoken(names: list[str], most: int = 6) -> str:
    """Names for a message, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more
