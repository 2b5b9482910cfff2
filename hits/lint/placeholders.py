"""Where a template will be filled in: `${column}`, and `{{ task.input.column }}` in crowd pages.

In scripts `${…}` may be JavaScript's own: inside a template string it counts as a placeholder only
where a column has that name, for then the market fills it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hits.lint.code import Code
from hits.lint.elements import words
from hits.lint.markup import Attribute, Element, Markup, Text

DOLLAR = re.compile(r"\$\{\s*(?P<name>[^\W\d][\w.\- ]*?)\s*\}")
LIQUID = re.compile(
    r"\{\{-?\s*task\.input\.(?P<name>[^\W\d]\w*)(?P<filters>[^}]*)\}\}"
    r"|\{%[^%]*?task\.input\.(?P<tested>[^\W\d]\w*)[^%]*%\}"
)
ADDRESSES = words("src href action formaction poster data cite background srcset xlink:href")
RAW_FILTER = re.compile(r"\|\s*(?:skip_autoescape|safe|raw)\b")


@dataclass(frozen=True)
class Use:
    """One placeholder: `context` says where its value comes to stand.

    It is "text", "raw" (in a title or a text area), "script" (in a string), "code" (in a script
    without quotes), "template" (a JavaScript template string), "data" (a script of another type,
    such as JSON), "handler", "style", "address", "attribute", "tag" (loose in a tag) or "branch"
    (a condition: the value does not come onto the page). `before` is what stands in the same
    attribute before it. `quote` is the mark around the attribute's value or the string.
    `is_escaped` says whether the market escapes it for HTML, `is_inert` whether it stands in a
    `<template>`, where only a script brings it to light.
    """

    name: str
    at: int
    text: str
    context: str
    before: str = ""
    quote: str = ""
    attribute: str = ""
    is_escaped: bool = False
    is_liquid: bool = False
    is_inert: bool = False


def uses(markup: Markup, codes: tuple[Code, ...], columns: set[str], liquid: bool) -> Iterator[Use]:
    """Every placeholder of a page; comments are left out, for nobody sees those."""
    inert = {one.index for outer in markup.find("template") for one in markup.inside(outer)}
    for parent, use in _everywhere(markup, codes, columns, liquid):
        yield replace(use, is_inert=True) if parent in inert else use


def _everywhere(
    markup: Markup, codes: tuple[Code, ...], columns: set[str], liquid: bool
) -> Iterator[tuple[int, Use]]:
    """The index of the element, and a use in its text or in its start tag."""
    scripts = {code.at: code for code in codes if not code.is_handler}
    for text in markup.texts:
        element = markup.elements[text.parent] if text.parent >= 0 else None
        for found in _found(text.value, liquid):
            use = _in_text(text, found, element, scripts, columns)
            if use:
                yield text.parent, use
    for element in markup.elements:
        for attribute in element.attributes:
            for found in _found(attribute.value, liquid):
                yield element.index, _in_value(attribute, found)
            for found in _found(_loose(markup, attribute), liquid):
                yield element.index, _use(found, attribute.at + found.start(), "tag")


def is_liquid(markup: Markup) -> bool:
    """Whether `{{ task.input.x }}` stands anywhere that is not a script."""
    shown = (text.value for text in markup.texts if _tag(markup, text) not in ("script", "style"))
    given = (one.value for element in markup.elements for one in element.attributes)
    return any(LIQUID.search(value) for values in (shown, given) for value in values)


def _tag(markup: Markup, text: Text) -> str:
    return markup.elements[text.parent].tag if text.parent >= 0 else ""


def _loose(markup: Markup, attribute: Attribute) -> str:
    """The attribute's name as it stands in the source, where placeholders are not yet whole."""
    if "$" not in attribute.name and "{" not in attribute.name:
        return ""
    return markup.source[attribute.at : attribute.at + len(attribute.name)]


def _found(text: str, liquid: bool) -> Iterator[re.Match[str]]:
    if "${" in text:
        yield from DOLLAR.finditer(text)
    if liquid and "task.input." in text:
        yield from LIQUID.finditer(text)


def _use(
    found: re.Match[str], at: int, context: str, *, before: str = "", quote: str = "", of: str = ""
) -> Use:
    """The placeholder that was found; `of` is the attribute it stands in."""
    is_liquid = found.re is LIQUID
    if is_liquid and not found["name"]:
        return Use(found["tested"], at, found[0], "branch", is_liquid=True)
    escaped = is_liquid and not RAW_FILTER.search(found["filters"])
    return Use(found["name"], at, found[0], context, before, quote, of, escaped, is_liquid)


def _in_text(
    text: Text,
    found: re.Match[str],
    element: Element | None,
    scripts: dict[int, Code],
    columns: set[str],
) -> Use | None:
    context, at = _context(element), text.at + found.start()
    code = scripts.get(text.at)
    if context == "script" and code is None:
        context = "data"
    elif code is not None and found.re is DOLLAR:
        return _in_code(code, found, at, columns)
    return _use(found, at, context)


def _in_code(code: Code, found: re.Match[str], at: int, columns: set[str]) -> Use | None:
    part = code.part_at(found.start())
    if part is None:
        return _use(found, at, "code")
    if part.kind == "comment" or (part.kind == "template" and found["name"] not in columns):
        return None
    context = "template" if part.kind == "template" else "script"
    return _use(found, at, context, quote=code.text[part.start])


def _context(element: Element | None) -> str:
    if element is None:
        return "text"
    if element.tag in ("textarea", "title"):
        return "raw"
    return element.tag if element.tag in ("script", "style") else "text"


def _in_value(attribute: Attribute, found: re.Match[str]) -> Use:
    context = "attribute"
    if re.fullmatch(r"on[a-z]+", attribute.name):
        context = "handler"
    elif attribute.name == "style":
        context = "style"
    elif attribute.name in ADDRESSES:
        context = "address"
    return _use(
        found,
        attribute.value_at + found.start(),
        context,
        before=attribute.value[: found.start()],
        quote=attribute.quote,
        of=attribute.name,
    )
