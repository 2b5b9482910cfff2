"""What the cells of a batch do to a page: break out of where they are put, or fail to load.

Without data only those places are named that break with the first ordinary cell; with `--csv` a
place is named if one of its cells does break it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from hits.lint.findings import Finding
from hits.lint.placeholders import Use
from hits.lint.reader import read_markup
from hits.lint.template import Template

_MARKUP = re.compile(r"<[a-z/!?]", re.IGNORECASE)
_ENDS_SCRIPT = re.compile(r"</script|<!--", re.IGNORECASE)
_ENDS_STRING = re.compile(r"[\\\r\n]|</script|<!--", re.IGNORECASE)
_SCHEME = re.compile(r"\s*(?:javascript|vbscript|http):", re.IGNORECASE)

# Context → what an ordinary cell does there and what to do instead.
OPEN_PLACES = {
    "script": (
        "a quote, a line break or </script> in a cell stops the whole script; put the value into a "
        "data- attribute or a <template> and read it from there"
    ),
    "code": (
        "a cell that is no number and no JSON stops the whole script; put the value into a data- "
        "attribute or a <template> and read it from there"
    ),
    "data": (
        "a </script> in a cell ends these data, and the page falls apart; "
        "write < as \\u003c in the "
        "data's JSON"
    ),
    "template": (
        "the market fills this in, although it stands in a JavaScript template string; a backtick "
        "in a cell stops the script: rename the variable, or read the value from the page"
    ),
    "handler": (
        "a quote in a cell stops the handler; put the value into a data- attribute and read it "
        "from there"
    ),
    "style": (
        "a quote, a semicolon or a brace in a cell changes the style; keep cells out of styles, or "
        "let them name a class"
    ),
    "unquoted": (
        "the attribute has no quotes, so a cell ends it with its first space and the rest becomes "
        "attributes; write quotes around it"
    ),
    "unescaped": (
        "this filter puts the cell onto the page as markup: a < in it swallows what follows; take "
        "the filter away unless cells are meant as HTML"
    ),
    "query": (
        "an & or # in a cell cuts the address short and the worker gets another page; encode the "
        "column (%26), or hold the whole address in it"
    ),
}


def check(template: Template) -> Iterator[Finding]:
    """`unescaped`, `cell-markup` and `cell-address`."""
    if template.kind == "study":
        return  # konkyo fills in texts and values, not markup
    for use in template.uses:
        place = _place(use)
        column = _column(template, use)
        if column is None:
            if template.table is None and place in OPEN_PLACES and place != "data":
                yield template.finding(
                    "unescaped", "warning", use.at, f"{use.text}: {OPEN_PLACES[place]}"
                )
            continue
        yield from _against(template, use, place, column)


def _place(use: Use) -> str:
    if use.context in ("attribute", "address", "handler", "style") and use.attribute:
        if not use.quote:
            return "unquoted"
        if use.context == "address" and "?" in use.before and "url_encode" not in use.text:
            return "query"
    if use.context == "tag":
        return "tag"
    if use.context == "text" and use.is_liquid and not use.is_escaped:
        return "unescaped"
    return use.context


def _column(template: Template, use: Use) -> list[tuple[int, str]] | None:
    table = template.table
    return None if table is None or use.name not in table.columns else table.column(use.name)


def _against(
    template: Template, use: Use, place: str, column: list[tuple[int, str]]
) -> Iterator[Finding]:
    """The first cell that breaks the place, and how many others do."""
    escaped = use.is_escaped
    broken = [row for row, cell in column if _breaks(use, place, cell, escaped)]
    if broken and place in ("text", "unescaped", "raw"):
        yield from _as_markup(template, use, column, broken)
    elif broken and place != "tag":
        advice = OPEN_PLACES.get(place) or (
            f"a {use.quote} in a cell ends the attribute; write &quot; or &#39; in the data"
        )
        yield template.finding(
            "unescaped", "error", use.at, f"{use.text} breaks in {_rows(broken)}: {advice}"
        )
    if use.context == "address" and use.attribute != "href" and not use.before.strip():
        yield from _addresses(template, use, column)


def _breaks(use: Use, place: str, cell: str, escaped: bool) -> bool:
    tests: dict[str, Callable[[], object]] = {
        "data": lambda: _ENDS_SCRIPT.search(cell),
        "script": lambda: use.quote in cell or _ENDS_STRING.search(cell),
        "code": lambda: not _is_json(cell) or _ENDS_SCRIPT.search(cell),
        "template": lambda: re.search(r"[`\\]|\$\{", cell) or _ENDS_SCRIPT.search(cell),
        "handler": lambda: re.search(r"[\"'`\\\r\n]", cell),
        "style": lambda: re.search(r"[\"';{}<]", cell),
        "unquoted": lambda: re.search(r"[\s>\"'`=<]", cell) or not cell,
        "query": lambda: re.search("[&#]", cell),
        "attribute": lambda: not escaped and use.quote in cell,
        "address": lambda: not escaped and use.quote in cell,
        "raw": lambda: not escaped and re.search(r"</(?:textarea|title)", cell, re.IGNORECASE),
        "text": lambda: not escaped and _MARKUP.search(cell),
        "unescaped": lambda: _MARKUP.search(cell),
    }
    return bool(tests[place]()) if place in tests else False


def _is_json(cell: str) -> bool:
    try:
        json.loads(cell)
    except ValueError:
        return False
    return True


def _as_markup(
    template: Template, use: Use, column: list[tuple[int, str]], broken: list[int]
) -> Iterator[Finding]:
    """Cells that hold tags: an error where they do not close what they open."""
    cells = dict(column)
    torn = [row for row in broken if _is_torn(cells[row])]
    if torn:
        yield template.finding(
            "cell-markup", "error", use.at,
            f"{use.text}: the tags in {_rows(torn)} do not match up, so the page around the cell "
            "falls apart; write &lt; for < in the data",
        )  # fmt: skip
    else:
        yield template.finding(
            "cell-markup", "warning", use.at,
            f"{use.text}: {_rows(broken)} holds tags, which workers see as formatting, not as "
            "text; write &lt; for < in the data unless that is meant",
        )  # fmt: skip


def _is_torn(cell: str) -> bool:
    markup = read_markup(cell)
    risky = any(True for _ in markup.find("form", "script", "style", "textarea", "select"))
    unfinished = re.search(r"<[a-z/!?][^>]*\Z|<!--(?!.*-->)", cell, re.IGNORECASE | re.DOTALL)
    return bool(markup.slips) or risky or bool(unfinished)


def _addresses(template: Template, use: Use, column: list[tuple[int, str]]) -> Iterator[Finding]:
    wrong = [row for row, cell in column if _SCHEME.match(cell)]
    if wrong:
        yield template.finding(
            "cell-address", "error", use.at,
            f"{use.text}: the address in {_rows(wrong)} is not https, and browsers load no "
            "such thing on a market's page; write https in the data",
        )  # fmt: skip
    empty = [row for row, cell in column if not cell.strip()]
    if empty:
        yield template.finding(
            "cell-address", "error", use.at,
            f"{use.text}: the address in {_rows(empty)} is empty, so workers have nothing to look "
            "at; fill it in or leave the row out",
        )  # fmt: skip


def _rows(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    return f"row {numbers[0]} and {len(numbers) - 1} more"
