"""Whether a whole page fits a telephone and may be enlarged."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hits.lint.findings import Finding
from hits.lint.template import Template

_NO_ZOOM = re.compile(r"user-scalable\s*=\s*(?:no|0)\b|maximum-scale\s*=\s*1(?:\.0+)?\b", re.I)


def check(template: Template) -> Iterator[Finding]:
    """`no-viewport` for whole documents, for fragments get theirs; `no-zoom`."""
    metas = [one for one in template.markup.find("meta") if one.get("name").lower() == "viewport"]
    whole = template.markup.is_document or (template.in_xml and template.kind == "page")
    if whole and not metas and template.kind != "study":
        yield template.finding(
            "no-viewport", "warning", 0,
            "on a telephone the page is drawn as for a desk and shrunk, too small to read; add "
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
        )  # fmt: skip
    for meta in metas:
        if _NO_ZOOM.search(meta.get("content")):
            yield template.finding(
                "no-zoom", "warning", meta.at,
                "this keeps workers from enlarging the page, and some cannot read it then; leave "
                "only width=device-width, initial-scale=1",
            )  # fmt: skip
