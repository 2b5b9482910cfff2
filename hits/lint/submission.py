"""Whether an answer can be sent at all, and whether the market will know whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hits.lint.findings import Finding
from hits.lint.forms import is_nested
from hits.lint.markup import Element
from hits.lint.template import CONTROLS, Template

CROWD_SCRIPT = re.compile(r"crowd-html-elements(?:\.min)?\.js")
_SENDS = re.compile(r"\.\s*(?:submit|requestSubmit)\s*\(|turkSubmitTo|urlSubmitTo")
_SETS_ACTION = re.compile(
    r"\.\s*action\s*=[^=]|setAttribute\s*\(\s*['\"]action|\.attr\s*\(\s*['\"]action|\.prop\s*\(\s*"
    r"['\"]action|turkSetAssignmentID"
)


def check(template: Template) -> Iterator[Finding]:
    """The rules for the kind of template."""
    if is_nested(template.markup):
        return
    if template.kind == "page":
        yield from _page(template)
    elif template.kind == "crowd":
        yield from _crowd(template)
    elif template.is_wrapped and not template.controls and not _has_script(template):
        yield template.finding(
            "no-controls", "error", 0,
            "there is nothing on this page that a worker could answer with; add named fields",
        )  # fmt: skip


def _page(template: Template) -> Iterator[Finding]:
    forms = list(template.markup.find("form"))
    if not forms:
        if not _builds_form(template):
            yield template.finding(
                "no-submit", "error", 0,
                "the page has no form: a worker can accept it but never hand it in; add a form "
                "that posts to https://www.mturk.com/mturk/externalSubmit",
            )  # fmt: skip
        return
    form = next((one for one in forms if "externalsubmit" in one.get("action").lower()), forms[0])
    if not _has_button(template, form) and not _SENDS.search(template.script):
        yield template.finding(
            "no-submit", "error", form.at,
            "no button submits this form: a worker has no way to hand the work in; add "
            '<button type="submit">Submit</button>',
        )  # fmt: skip
    yield from _destination(template, form)
    yield from _assignment_id(template, form)
    yield from _outside_form(template)


def _has_script(template: Template) -> bool:
    return any(True for _ in template.markup.find("script"))


def _builds_form(template: Template) -> bool:
    """A script may make the form and send it."""
    return bool(re.search(r"createElement\s*\(\s*['\"]form|<form\b", template.script))


def _has_button(template: Template, form: Element) -> bool:
    for element in template.markup.find("button", "input"):
        kind = element.get("type").strip().lower() or ("submit" if element.tag == "button" else "")
        inside = form.index < element.index <= form.last
        owned = element.get("form") == form.get("id") if element.has("form") else inside
        if owned and kind in ("submit", "image"):
            return True
    return False


def _destination(template: Template, form: Element) -> Iterator[Finding]:
    action = form.get("action").strip()
    if action.lower().startswith("http:"):
        yield template.finding(
            "insecure-resource", "error", form.at,
            "the form sends over http: browsers warn workers of it or refuse; write https",
        )  # fmt: skip
    if "externalsubmit" in action.lower() or _SETS_ACTION.search(template.script):
        return
    if "preventDefault" in template.script and _SENDS.search(template.script):
        return
    goes = f"goes to {action!r}" if action else "goes back to the page itself"
    yield template.finding(
        "no-submit-action", "error", form.at,
        f"what a worker submits {goes}, never to the market; give the form the action "
        "https://www.mturk.com/mturk/externalSubmit, or set it from the address's turkSubmitTo",
    )  # fmt: skip


def _assignment_id(template: Template, form: Element) -> Iterator[Finding]:
    fields = [one for one in template.markup.find("input") if one.get("name") == "assignmentId"]
    if not fields and "assignmentId" not in template.script:
        yield template.finding(
            "no-assignment-id", "error", form.at,
            "the form sends no assignmentId, so the market refuses what a worker submits; add "
            '<input type="hidden" name="assignmentId"> and fill it from the address',
        )  # fmt: skip
    elif fields and not fields[0].get("value") and not template.script:
        yield template.finding(
            "no-assignment-id", "error", fields[0].at,
            "nothing fills this field, so the market refuses what a worker submits; a script has "
            "to copy assignmentId from the address into it",
        )  # fmt: skip


def _outside_form(template: Template) -> Iterator[Finding]:
    """Fields that no form owns; a page with scripts may gather them itself."""
    if _has_script(template):
        return
    for control in template.controls:
        around = [one.tag for one in template.markup.ancestors(control)]
        if "form" not in around and not control.has("form"):
            yield template.finding(
                "outside-form", "error", control.at,
                "this field stands outside the form, so its answer is never sent; move it into the "
                "form",
            )  # fmt: skip


def _crowd(template: Template) -> Iterator[Finding]:
    forms = list(template.markup.find("crowd-form"))
    if not forms:
        yield template.finding(
            "no-submit", "error", 0,
            "crowd elements send their answers through a <crowd-form> alone, and there is none; "
            "put one around them",
        )  # fmt: skip
    if not any(CROWD_SCRIPT.search(one.get("src")) for one in template.markup.find("script")):
        yield template.finding(
            "no-crowd-script", "error", forms[0].at if forms else 0,
            "without its script no crowd element appears or submits; load "
            "https://assets.crowd.aws/crowd-html-elements.js first",
        )  # fmt: skip
    for element in template.markup.elements if forms else ():
        around = [one.tag for one in template.markup.ancestors(element)]
        if _asks(element) and not {"crowd-form", "form", "template"} & set(around):
            yield template.finding(
                "outside-form", "error", element.at,
                "this field stands outside the <crowd-form>, so its answer is never sent; move it "
                "inside",
            )  # fmt: skip


def _asks(element: Element) -> bool:
    return element.has("name") and (element.tag.startswith("crowd-") or element.tag in CONTROLS)
