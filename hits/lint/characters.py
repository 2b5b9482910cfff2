"""Characters that do not survive the way to a worker: through XML, and through Mechanical Turk."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hits.lint.findings import Finding, Severity
from hits.lint.template import Template

PAST_BMP = re.compile("[\U00010000-\U0010ffff]")
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CDATA_END = "]]>"


def check(template: Template) -> Iterator[Finding]:
    """`past-bmp`, `xml-character`, `cdata-end`: in the template, and with `--csv` in the cells."""
    yield from _in_source(template)
    if template.table is not None:
        yield from _in_cells(template)


def _in_source(template: Template) -> Iterator[Finding]:
    source = template.source
    # konkyo writes the pages of a study of one's own so that all of these arrive.
    if template.kind != "study" and (found := PAST_BMP.search(source)):
        yield template.finding("past-bmp", "error", found.start(), _past(found[0]))
    if found := NO_XML.search(source):
        yield template.finding("xml-character", "error", found.start(), _control(found[0]))
    if template.kind not in ("page", "fragment", "crowd") or template.in_xml:
        return
    if (at := source.find(CDATA_END)) >= 0:
        severity: Severity = "error" if template.kind == "page" else "warning"
        yield template.finding(
            "cdata-end", severity, at,
            "]]> ends the CDATA section that carries the page, so the market refuses the question "
            "or cuts it here; write ]]&gt; (in a script: ]] >)",
        )  # fmt: skip


def _in_cells(template: Template) -> Iterator[Finding]:
    table = template.table
    if table is None or template.kind == "study":
        return
    used = {use.name for use in template.uses}
    for pattern, rule, say in ((PAST_BMP, "past-bmp", _past), (NO_XML, "xml-character", _control)):
        hits = [
            (row.number, name, found[0])
            for row in table.rows
            for name, cell in zip(table.columns, row.cells, strict=True)
            if name in used and (found := pattern.search(cell))
        ]
        if hits:
            number, name, char = hits[0]
            more = f" and {len(hits) - 1} more cells" if len(hits) > 1 else ""
            at = next(use.at for use in template.uses if use.name == name)
            where = f"{table.name}, row {number}, column {name!r}{more}: "
            yield template.finding(rule, "error", at, where + say(char))


def _past(char: str) -> str:
    return (
        f"{_code(char)} lies past U+FFFF, and Mechanical Turk refuses or garbles such characters; "
        f"write &#{ord(char)}; in text and attributes"
    )


def _control(char: str) -> str:
    return (
        f"{_code(char)} cannot stand in XML, so the market refuses the question and no worker sees "
        "it; take it out"
    )


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"
