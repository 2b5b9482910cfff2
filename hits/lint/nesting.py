"""Tags that do not match up, where a browser makes something else of the page than was meant."""

from __future__ import annotations

from collections.abc import Iterator

from hits.lint.elements import words
from hits.lint.findings import Finding, Severity
from hits.lint.markup import Slip
from hits.lint.template import Template

# Left open, these take in whatever follows, and workers do not see it or cannot use it.
SWALLOWING = words(
    "a button form crowd-form iframe label noscript select script style table template "
    "textarea title"
)
IN_TABLES = words("caption colgroup input script style tbody td template tfoot th thead tr")


def check(template: Template) -> Iterator[Finding]:
    """`unclosed`, `misnested`, `stray-end`, `self-closed`, `block-in-p`, `in-table`."""
    if template.has_branches:
        return
    for slip in template.markup.slips:
        yield template.finding(slip.kind, _severity(slip), slip.at, _message(slip))
    for element in template.markup.elements:
        parent = template.markup.elements[element.parent].tag if element.parent >= 0 else ""
        if parent in ("table", "tbody", "thead", "tfoot", "tr") and element.tag not in IN_TABLES:
            yield template.finding(
                "in-table", "warning", element.at,
                f"<{element.tag}> stands in a table outside its cells: browsers move it before the "
                "table, so workers see it elsewhere; put it into a <td>",
            )  # fmt: skip


def _severity(slip: Slip) -> Severity:
    swallows = slip.kind in ("unclosed", "self-closed") and (
        slip.tag in SWALLOWING or slip.tag.startswith("crowd-")
    )
    return "error" if swallows else "warning"


def _message(slip: Slip) -> str:
    tag = slip.tag
    if slip.kind == "unclosed":
        return (
            f"<{tag}> is still open at {slip.other}, so it takes in more of the page than was "
            f"meant; write </{tag}> where it ends"
        )
    if slip.kind == "misnested":
        return (
            f"<{tag}> is closed by {slip.other} before its own </{tag}>, and browsers guess where "
            "it ends; close the inner element first"
        )
    if slip.kind == "self-closed":
        return (
            f"<{tag}/> is not closed in HTML, so what follows becomes part of it and may vanish "
            f"for workers; write <{tag}></{tag}>"
        )
    if slip.kind == "block-in-p":
        return (
            f"this paragraph ends at {slip.other}, which cannot stand in one, and its </p> makes "
            "an empty paragraph; use <div> for it"
        )
    return f"</{tag}> closes nothing here; take it away, or find the <{tag}> that ends too early"
