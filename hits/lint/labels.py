"""Whether every field says what it is for, to eyes, screen readers and clumsy fingers alike."""

from __future__ import annotations

from collections.abc import Iterator

from hits.lint.findings import Finding
from hits.lint.markup import Element
from hits.lint.template import PRESSED, Template, is_control

NAMING = ("aria-label", "aria-labelledby", "title")
CROWD_FIELDS = ("crowd-input", "crowd-text-area", "crowd-slider", "crowd-checkbox")
GROUPING = ("group", "radiogroup")


def check(template: Template) -> Iterator[Finding]:
    """`no-label` for fields and buttons, `no-legend` for groups of radio buttons."""
    named = {one.get("for") for one in template.markup.find("label") if _says(template, one)}
    for element in template.markup.elements:
        if _needs_label(template, element) and not _has_label(template, element, named):
            yield template.finding(
                "no-label", "warning", element.at,
                f"nothing names this {_what(element)}: screen readers call it nothing, and its "
                "words cannot be clicked; put it into a <label> with its words, or give it "
                "aria-label",
            )  # fmt: skip
    yield from _groups(template)


def _needs_label(template: Template, element: Element) -> bool:
    if element.get("aria-hidden") == "true" or element.has("hidden"):
        return False
    if element.tag == "button":
        return not _says(template, element)
    if element.tag == "input" and element.type in PRESSED:
        return element.type == "button" and not element.get("value")
    return is_control(element) or element.tag in CROWD_FIELDS


def _has_label(template: Template, element: Element, named: set[str]) -> bool:
    if any(element.get(name).strip() for name in NAMING):
        return True
    if element.has("id") and element.get("id") in named:
        return True
    if element.tag.startswith("crowd-"):
        inside = _says(template, element) or element.get("label") or element.get("placeholder")
        return bool(inside)
    around = (one for one in template.markup.ancestors(element) if one.tag == "label")
    return any(_says(template, label) for label in around)


def _says(template: Template, element: Element) -> bool:
    """Whether there are words in it, a picture with words, or something that a script fills."""
    inside = template.markup.inside(element)
    hidden = {one.index for one in inside if one.tag in ("select", "textarea", "script", "style")}
    words = any(
        text.value.strip() and not _within(template, text.parent, hidden)
        for text in template.markup.texts_in(element)
    )
    if words or any(element.get(name).strip() for name in NAMING):
        return True
    return any(one.get("alt").strip() or one.get("aria-label") for one in inside) or any(
        name.name.startswith("data-") for one in (element, *inside) for name in one.attributes
        if one.tag not in ("input", "select", "textarea")
    )  # fmt: skip


def _within(template: Template, index: int, hidden: set[int]) -> bool:
    """Whether an element is in one of those; the options of a select label nothing."""
    if index in hidden:
        return True
    return any(one.index in hidden for one in template.markup.ancestors(_at(template, index)))


def _at(template: Template, index: int) -> Element:
    return template.markup.elements[index]


def _groups(template: Template) -> Iterator[Finding]:
    """One finding for each group of radio buttons that no question stands over."""
    seen: set[str] = set()
    for radio in template.markup.find("input"):
        name = radio.get("name")
        if radio.type != "radio" or not name or name in seen:
            continue
        seen.add(name)
        if not any(_is_group(template, one) for one in template.markup.ancestors(radio)):
            yield template.finding(
                "no-legend", "warning", radio.at,
                f"screen readers do not say what the options {name!r} answer; put them into a "
                "<fieldset> with the question as its <legend>",
            )  # fmt: skip


def _is_group(template: Template, element: Element) -> bool:
    if element.get("role") in GROUPING:
        return any(element.get(name).strip() for name in NAMING)
    if element.tag != "fieldset":
        return False
    legends = (one for one in template.markup.inside(element) if one.tag == "legend")
    return any(_says(template, one) for one in legends) or any(element.has(n) for n in NAMING)


def _what(element: Element) -> str:
    if element.tag == "input":
        return f"{element.type} input"
    return {"textarea": "text area", "select": "list"}.get(element.tag, element.tag)
