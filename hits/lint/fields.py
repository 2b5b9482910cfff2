"""Whether what a worker enters arrives: names, values, ids, and that an empty page is caught."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from hits.lint.elements import words
from hits.lint.findings import Finding, Severity
from hits.lint.markup import Element
from hits.lint.template import Template

CROWD_FIELDS = words(
    "crowd-input crowd-text-area crowd-slider crowd-checkbox crowd-radio-group "
    "crowd-classifier crowd-toggle-button crowd-keypoint crowd-bounding-box crowd-polygon "
    "crowd-instance-segmentation"
)


def check(template: Template) -> Iterator[Finding]:
    """`no-name`, `same-id`, `lone-radio`, `no-value`, `same-value`, `nothing-required`."""
    yield from _names(template)
    yield from _ids(template)
    for name, radios in _groups(template).items():
        yield from _options(template, name, radios)
    yield from _required(template)


def _names(template: Template) -> Iterator[Finding]:
    severity: Severity = "warning" if template.script else "error"
    for control in template.controls:
        if control.get("name").strip() or _is_scripted(template, control):
            continue
        yield template.finding(
            "no-name", severity, control.at,
            "this field has no name, so what a worker enters here is never sent; give it one",
        )  # fmt: skip
    for element in template.markup.elements:
        if element.tag in CROWD_FIELDS and not element.has("name"):
            if element.tag == "crowd-radio-group":
                continue
            yield template.finding(
                "no-name", "error", element.at,
                f"this {element.tag} has no name, so what a worker enters here is never sent; give "
                "it one",
            )  # fmt: skip


def _is_scripted(template: Template, control: Element) -> bool:
    """Whether a script speaks of the field by its id, a class or a data- attribute."""
    handled = [one for one in control.attributes if re.fullmatch(r"on[a-z]+", one.name)]
    name = control.get("id")
    named = [name, *control.get("class").split()]
    # Scripts that put one prefix before all their ids speak of the rest, in quotes.
    named += [f"'{rest}'" for rest in [name.partition("-")[2]] if rest]
    for one in control.attributes:
        if one.name.startswith("data-"):
            key = one.name.removeprefix("data-")
            named += [one.name, f"'{key}'", "." + re.sub(r"-([a-z])", lambda m: m[1].upper(), key)]
    return bool(handled) or any(word and word in template.script for word in named)


def _ids(template: Template) -> Iterator[Finding]:
    if template.has_branches:
        return
    first: dict[tuple[str, int], Element] = {}
    for element in template.markup.elements:
        name = element.get("id")
        if not name:
            continue
        # What stands in a <template> is no part of the page yet.
        around = (one.index for one in template.markup.ancestors(element) if one.tag == "template")
        key = (name, next(around, -1))
        if key in first:
            line = template.finding("", "error", first[key].at, "").line
            yield template.finding(
                "same-id", "error", element.at,
                f"the id {name!r} stands in line {line} already: labels and scripts reach only the "
                "first one, and a worker's click goes there; make it another",
            )  # fmt: skip
        first.setdefault(key, element)


def _groups(template: Template) -> dict[str, list[Element]]:
    groups: dict[str, list[Element]] = defaultdict(list)
    for element in template.markup.find("input"):
        if element.type == "radio" and element.get("name"):
            groups[element.get("name")].append(element)
    return groups


def _options(template: Template, name: str, radios: list[Element]) -> Iterator[Finding]:
    if len(radios) == 1 and not template.has_branches and not _makes_fields(template):
        yield template.finding(
            "lone-radio", "warning", radios[0].at,
            f"{name!r} has one option, which cannot be taken back once chosen; give it a second, "
            "or make it a checkbox",
        )  # fmt: skip
    seen: set[str] = set()
    for radio in radios:
        if not radio.has("value") and not _is_gathered(template, radio):
            yield template.finding(
                "no-value", "error", radio.at,
                f"this option of {name!r} has no value and is sent as 'on', like every other; give "
                "it one",
            )  # fmt: skip
        elif radio.has("value") and radio.get("value") in seen and not template.has_branches:
            yield template.finding(
                "same-value", "error", radio.at,
                f"two options of {name!r} send {radio.get('value')!r}, so the answers cannot be "
                "told apart; change one",
            )  # fmt: skip
        seen |= {radio.get("value")} if radio.has("value") else set()


def _is_gathered(template: Template, control: Element) -> bool:
    """Whether a script reads the group around it by a data- attribute."""
    around = template.markup.ancestors(control)
    names = {one.name for outer in around for one in outer.attributes}
    keys = {name.removeprefix("data-") for name in names if name.startswith("data-")}
    return any(f"data-{key}" in template.script or f".{key}" in template.script for key in keys)


def _makes_fields(template: Template) -> bool:
    return bool(re.search(r"createElement|cloneNode|innerHTML|\.append|\.html\(", template.script))


def _required(template: Template) -> Iterator[Finding]:
    """Only where nothing at all is required, and no script looks at the answers before sending."""
    looked_at = re.search(
        r"preventDefault|onsubmit|['\"]submit['\"]|checkValidity", template.script
    )
    if looked_at or template.kind == "study":
        return
    crowd = [one for one in template.markup.elements if one.tag in CROWD_FIELDS]
    asked = [one for one in template.controls if one.type != "checkbox" and not one.has("disabled")]
    asked += [one for one in crowd if one.tag in ("crowd-input", "crowd-text-area")]
    if any(one.has("required") for one in (*template.controls, *crowd)):
        return
    if asked and not any(one.tag in ("crowd-classifier", "crowd-bounding-box") for one in crowd):
        first = min(asked, key=lambda one: one.at)
        yield template.finding(
            "nothing-required", "warning", first.at,
            "no field is required, so a worker can hand in an empty page and be paid for it; write "
            "required on what has to be answered",
        )  # fmt: skip
