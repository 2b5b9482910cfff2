"""A study of one's own: whether its page answers what study.toml asks, with values it knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from db.errors import UsageError
from hits.lint.findings import Finding
from hits.lint.markup import Element
from hits.lint.template import Template, spoken
from hits.studies.own import STUDY_FILE, TEMPLATE_FILE, Own, read_definition

FREE = ("textarea",)


@dataclass(frozen=True)
class Declared:
    """The fields that fill a page, and its questions: name → the values it takes (none: words)."""

    fields: tuple[str, ...]
    questions: Mapping[str, tuple[str, ...]]


def declared(folder: Path) -> Declared:
    """Read study.toml of `folder`; ConfigError names what is missing or wrong in it."""
    if not (folder / STUDY_FILE).is_file() or not (folder / TEMPLATE_FILE).is_file():
        raise UsageError(
            f"{folder} is no study of one's own: it needs {STUDY_FILE} and {TEMPLATE_FILE}; "
            "name a file otherwise"
        )
    own = Own()
    settings = own.check_settings(read_definition(folder))
    values = {q.name: tuple(str(value) for value in q.values) for q in own.questions(settings)}
    return Declared(tuple(settings["fields"]), values)


def check(template: Template) -> Iterator[Finding]:
    """`no-question`, `unknown-value`, `missing-value`, `own-submit`, `unfilled-place`."""
    if template.kind != "study":
        return
    controls = _controls(template)
    for name, values in (template.questions or {}).items():
        if name in controls:
            yield from _values(template, name, values, controls[name])
        else:
            yield template.finding(
                "no-question", "error", 0,
                f"study.toml asks {name!r}, but no control of the page has that name, so no worker "
                "can answer it; name one so, or take the question away",
            )  # fmt: skip
    yield from _unasked(template, controls)
    yield from _buttons(template)
    yield from _places(template)


def _controls(template: Template) -> dict[str, list[Element]]:
    named: dict[str, list[Element]] = defaultdict(list)
    for control in template.controls:
        if control.get("name"):
            named[control.get("name")].append(control)
    return named


def _unasked(template: Template, controls: Mapping[str, list[Element]]) -> Iterator[Finding]:
    for name, found in controls.items():
        if name not in (template.questions or {}):
            yield template.finding(
                "no-question", "error", found[0].at,
                f"workers fill in {name!r}, but study.toml asks no such question, so their answers "
                "cannot be read; add it there, or take the control away",
            )  # fmt: skip


def _values(
    template: Template, name: str, values: tuple[str, ...], controls: list[Element]
) -> Iterator[Finding]:
    """The values that the controls send against those that the question takes."""
    sent = dict(pair for control in controls for pair in _sent(template, control))
    is_free = any(control.tag in FREE or control.type == "text" for control in controls)
    if not values or (is_free and not sent):
        return
    for value, at in sent.items():
        if value not in values:
            yield template.finding(
                "unknown-value", "error", at,
                f"{name!r} sends {value!r}, which study.toml does not list, "
                f"so the answer cannot be "
                f"read; it takes {spoken(list(values))}",
            )  # fmt: skip
    lacking = [value for value in values if value not in sent]
    if lacking:
        yield template.finding(
            "missing-value", "warning", controls[0].at,
            f"workers cannot answer {name!r} with {spoken(lacking)}, which study.toml lists; add "
            "the option, or take the value away",
        )  # fmt: skip


def _sent(template: Template, control: Element) -> Iterator[tuple[str, int]]:
    if control.tag == "select":
        for option in template.markup.inside(control):
            if option.tag == "option":
                words = " ".join(template.markup.text(option).split())
                value = option.get("value") if option.has("value") else words
                if value:
                    yield value, option.at
    elif control.type in ("radio", "checkbox"):
        yield (control.get("value") if control.has("value") else "on"), control.at


def _buttons(template: Template) -> Iterator[Finding]:
    for element in template.markup.find("button", "input"):
        kind = element.get("type").lower() or ("submit" if element.tag == "button" else "text")
        if kind in ("submit", "image", "reset"):
            yield template.finding(
                "own-submit", "warning", element.at,
                "this button does nothing: konkyo's page has its own Submit, and workers press "
                "the wrong one; take it away",
            )  # fmt: skip


def _places(template: Template) -> Iterator[Finding]:
    """Fields are filled into text and attributes alone."""
    for use in template.uses:
        if use.context in ("script", "code", "template", "data", "handler", "style", "tag"):
            yield template.finding(
                "unfilled-place", "error", use.at,
                f"konkyo fills {use.text} into text and attributes only, so here it stays as it "
                "stands and workers miss it; put it into a data- attribute and read it from there",
            )  # fmt: skip
