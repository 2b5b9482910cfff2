"""Placeholders against what is declared: columns of the CSV, fields of the study."""

from __future__ import annotations

from collections.abc import Iterator

from db.words import near_miss
from hits.lint.findings import Finding
from hits.lint.template import Template, spoken


def check(template: Template) -> Iterator[Finding]:
    """`unknown-variable`, `unused-variable`, `unfilled-variable`, `no-column`."""
    if template.columns is not None:
        yield from _unknown(template, template.columns)
        yield from _unused(template, template.columns)
    elif template.kind == "page" or template.in_xml:
        yield from _unfilled(template)
    if template.kind == "study":
        yield from _missing_columns(template)


def _where(template: Template) -> str:
    return "study.toml" if template.table is None or template.fields else template.table.name


def _unknown(template: Template, columns: tuple[str, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    asked = {use.name for use in template.uses if use.context != "script"}
    for use in template.uses:
        # What stands in strings of scripts alone may be the script's own to fill.
        if use.name in columns or use.name in seen or use.name not in asked:
            continue
        seen.add(use.name)
        hint = near_miss(use.name, columns) or f": add it to {_where(template)}"
        yield template.finding(
            "unknown-variable", "error", use.at,
            f"nothing fills {use.text}, so workers would read it as it stands (or the batch is "
            f"refused){hint}",
        )  # fmt: skip


def _unused(template: Template, columns: tuple[str, ...]) -> Iterator[Finding]:
    unused = [name for name in columns if name not in {use.name for use in template.uses}]
    if unused:
        yield template.finding(
            "unused-variable", "warning", 0,
            f"{_where(template)} declares {spoken(unused)}, which never reaches the worker; name "
            "it in the template, unless it is only meant for the results",
        )  # fmt: skip


def _unfilled(template: Template) -> Iterator[Finding]:
    hidden = ("script", "data")
    shown = (use for use in template.uses if use.context not in hidden and not use.is_inert)
    first = next(shown, None)
    if first is not None:
        yield template.finding(
            "unfilled-variable", "warning", first.at,
            f"the market fills in nothing on such a page: workers read {first.text} unless your "
            "program replaces it before; with --csv it is checked against the data",
        )  # fmt: skip


def _missing_columns(template: Template) -> Iterator[Finding]:
    table, fields = template.table, template.fields or ()
    missing = [name for name in fields if table is not None and name not in table.columns]
    if table is not None and missing:
        yield template.finding(
            "no-column", "error", 0,
            f"{table.name} has no column {spoken(missing)}, which study.toml declares as a field, "
            "so no page can be made; add it, or take the field away",
        )  # fmt: skip
