"""Whether a picture says in words what it shows."""

from __future__ import annotations

from collections.abc import Iterator

from hits.lint.findings import Finding
from hits.lint.template import Template


def check(template: Template) -> Iterator[Finding]:
    """`no-alt`; an empty alt says that a picture is decoration, which is an answer."""
    for element in template.markup.find("img", "input"):
        if element.tag == "input" and element.type != "image":
            continue
        silent = element.get("role") in ("none", "presentation")
        if silent or element.has("alt") or element.get("aria-hidden") == "true":
            continue
        if not any(element.get(name).strip() for name in ("aria-label", "aria-labelledby")):
            yield template.finding(
                "no-alt", "warning", element.at,
                "this picture has no alt: where it does not load, or is read aloud, a worker gets "
                'nothing; say what kind of picture it is without answering for them, or alt=""',
            )  # fmt: skip
