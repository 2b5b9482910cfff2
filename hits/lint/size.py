"""Whether every page of the batch fits into the question of a market."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from hits.lint.findings import Finding
from hits.lint.template import Template

LARGEST_QUESTION = 65_535
# Bytes around the page in an HTMLQuestion: the XML declaration, tags, schema, frame height.
ENVELOPE = 236


def check(template: Template) -> Iterator[Finding]:
    """`too-large`: with `--csv` the largest row decides."""
    size, row = largest(template)
    if size <= LARGEST_QUESTION:
        return
    which = f" with row {row}" if row else ""
    yield template.finding(
        "too-large", "error", 0,
        f"the question takes {size:,} bytes{which}, and Mechanical Turk refuses more than "
        f"{LARGEST_QUESTION:,}: workers never see it; shorten it, or show less on a page",
    )  # fmt: skip


def largest(template: Template) -> tuple[int, int]:
    """Bytes of the largest question, and the number of the row that makes it (0: none does)."""
    alone = template.question_bytes or ENVELOPE + _bytes(template.source)
    table = template.table
    if table is None:
        return alone, 0
    uses = [use for use in template.uses if use.name in table.columns and use.context != "branch"]
    plain = alone - sum(len(use.text.encode()) for use in uses)
    # Column → how often its cell stands on the page as it is, and how often escaped.
    counts = Counter((table.columns.index(use.name), use.is_escaped) for use in uses)
    sizes = [
        (
            plain + sum(n * _cell(row.cells[at], html) for (at, html), n in counts.items()),
            row.number,
        )
        for row in table.rows
    ]
    return max(sizes, key=lambda pair: pair[0])


def _cell(cell: str, is_escaped: bool) -> int:
    return _bytes(escape(cell) if is_escaped else cell)


def _bytes(text: str) -> int:
    """UTF-8, with `]]>` divided as the XML needs it."""
    return len(text.encode(errors="replace")) + 12 * text.count("]]>")
