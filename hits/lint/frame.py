"""Scripts that fail where tasks are shown: in a preview, and in a frame without an origin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hits.lint.code import Code
from hits.lint.findings import Finding, Severity
from hits.lint.template import Template

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
_READS_ID = re.compile(
    r"(?:get|param\w*|getParam\w*|gup)\s*\(\s*"
    r"['\"]assignmentId['\"]|\[\s*['\"]assignmentId['\"]\s*\]"
    r"|assignmentId=|\.assignmentId\b(?!\s*\.)",
    re.IGNORECASE,
)
_SUBMITS = re.compile(r"\.\s*(?:submit|requestSubmit)\s*\(\s*\)")
_LOADING = re.compile(
    r"\bonload\b|['\"](?:load|DOMContentLoaded|pageshow)['\"]|\.\s*ready\s*\(|\$\s*\(\s*(?:function"
    r"|\(|async|\w+\s*=>)|all-crowd-elements-ready"
)
# What is passed through at once: branches, loops, a function that is called where it stands.
_PASSING = re.compile(
    r"^"
    r"(?:if|else|for|while|do|try|catch|finally|switch)\b|(?:^|[^.\w$])set(?:Timeout|Interval)\s*\("
    r"|requestAnimationFrame\s*\(|^[(!;]\s*(?:async\s*)?(?:function\b[^{]*|\(\s*\)\s*=>\s*)$|^$"
)
_FUNCTION = re.compile(
    r"=>|\bfunction\b|(?:^|,)\s*(?:(?:async|get|set|static)\s+)*[\w$]+\s*\([^()]*\)$"
)
_STORED = re.compile(
    r"(?<![\w$.])(?:window\.|self\.)?(localStorage|sessionStorage|indexedDB)\b(?!\s*[:=](?!=))"
    r"|\bdocument\s*\.\s*(cookie)\b"
)
_OUTSIDE = re.compile(
    r"(?<![\w$.])(?:window|self)\s*\.\s*(?:parent|top)\s*\.\s*(?!postMessage\b|length\b)(?:\w+)"
    r"|(?<![\w$.])(?:parent|top)\s*\.\s*(?:document|location|frames)\b"
    r"|\bframeElement\b"
)
_DIALOG = re.compile(r"(?<![\w$.])(?:window\s*\.\s*)?(alert|confirm|prompt)\s*\((?!\s*\)\s*\{)")


def check(template: Template) -> Iterator[Finding]:
    """`preview`, `auto-submit`, `storage`, `outside-frame`, `dialog`, `top-navigation`."""
    for code in template.codes:
        yield from _submits(template, code)
        yield from _storage(template, code)
        yield from _parents(template, code)
        yield from _dialogs(template, code)
    yield from _preview(template)
    yield from _targets(template)


def _preview(template: Template) -> Iterator[Finding]:
    if template.kind not in ("page", "fragment") or PREVIEW in template.script:
        return
    for code in template.codes:
        found = _READS_ID.search(code.kept)
        if found:
            yield template.finding(
                "preview", "warning", code.at + found.start(),
                f"in a preview assignmentId is {PREVIEW}, which this script does not ask for: "
                "workers do the task before accepting it and cannot hand it in; say so on the page "
                "and disable the button then",
            )  # fmt: skip
            return


def _submits(template: Template, code: Code) -> Iterator[Finding]:
    for found in _SUBMITS.finditer(code.bare):
        if _at_load(template, code, found.start()):
            yield template.finding(
                "auto-submit", "error", code.at + found.start(),
                "this submits as soon as the page has loaded, in previews too: workers hand in "
                "nothing, or cannot look at the task; submit when they press a button",
            )  # fmt: skip


def _at_load(template: Template, code: Code, offset: int) -> bool:
    """Whether loading the page is enough to reach this place of the code."""
    if code.is_handler:
        attribute = template.source[: code.at].rstrip("\"'").rstrip("= \n")
        return attribute.lower().endswith("onload")
    for words in code.around(offset):
        if _LOADING.search(words):
            return True
        if not _PASSING.search(words) and _FUNCTION.search(words):
            return False
    return True


def _storage(template: Template, code: Code) -> Iterator[Finding]:
    for found in _STORED.finditer(code.bare):
        if not _is_tried(code, found.start()):
            yield template.finding(
                "storage", "error", code.at + found.start(),
                f"{found[1] or 'document.cookie'} throws in a sandboxed frame, and the rest of the "
                "script does not run for the worker; do without it, or put it into try { }",
            )  # fmt: skip
            return


def _is_tried(code: Code, offset: int) -> bool:
    return any(re.search(r"\btry$", words) for words in code.around(offset))


def _parents(template: Template, code: Code) -> Iterator[Finding]:
    found = next(
        (one for one in _OUTSIDE.finditer(code.bare) if not _is_tried(code, one.start())), None
    )
    if found is not None:
        named = "".join(found[0].split())
        yield template.finding(
            "outside-frame", "error", code.at + found.start(),
            f"{named} belongs to the market's page: browsers refuse it and "
            "the script stops for the worker; use only what is in the task's own frame",
        )  # fmt: skip


def _dialogs(template: Template, code: Code) -> Iterator[Finding]:
    for found in _DIALOG.finditer(code.bare):
        name = found[1]
        if not re.search(rf"function\s+{name}\b", template.script):
            yield template.finding(
                "dialog", "warning", code.at + found.start(1),
                f"a sandboxed frame may swallow {name}() without a word, and workers wait for "
                "what never comes; write the message onto the page",
            )  # fmt: skip
            return


def _targets(template: Template) -> Iterator[Finding]:
    severity: Severity = "error"
    for element in template.markup.elements:
        for name in ("target", "formtarget"):
            if element.get(name).lower() in ("_top", "_parent"):
                yield template.finding(
                    "top-navigation", severity, element.at,
                    f"{name}={element.get(name)} leads out of the task's frame: "
                    f"sandboxes block it, "
                    "elsewhere the worker loses the task; take it away, or open links in _blank",
                )  # fmt: skip
