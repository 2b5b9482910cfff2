"""Forms within forms: a browser drops the inner one, and its end tag closes the outer one early."""

from __future__ import annotations

from collections.abc import Iterator

from hits.lint.findings import Finding
from hits.lint.markup import Element, Markup
from hits.lint.template import Template

FORMS = ("form", "crowd-form")
# What stands in a <template> is no part of the page yet.
LIMITS = (*FORMS, "template")

MARKET = (
    "the market puts a form around this page: browsers drop this one, its end closes the outer "
    "form, and answers after it are not sent; take its tags away and leave the fields"
)
STUDY = (
    "konkyo's page sends the answers itself: Enter in a field of this form sends it elsewhere and "
    "the worker loses the page; take its tags away and leave the fields"
)


def check(template: Template) -> Iterator[Finding]:
    """`nested-form`, and `form-in-fragment` where the market puts its own form around the page."""
    markup = template.markup
    for form in markup.find(*FORMS):
        outer = around(markup, form)
        if outer is not None and outer.tag in FORMS:
            line = template.finding("", "error", outer.at, "").line
            yield template.finding(
                "nested-form", "error", form.at,
                f"this form stands in the {outer.tag} of line {line}: browsers drop it, "
                f"and answers "
                "after its end are not sent; take its tags away",
            )  # fmt: skip
        elif template.is_wrapped and form.tag == "form" and outer is None:
            yield template.finding(
                "form-in-fragment", "error", form.at, STUDY if template.kind == "study" else MARKET
            )


def around(markup: Markup, form: Element) -> Element | None:
    """The form, or the `<template>`, that a form stands in; None in most pages."""
    return next((one for one in markup.ancestors(form) if one.tag in LIMITS), None)


def is_nested(markup: Markup) -> bool:
    """Whether there is a form in a form: what belongs to which is open until that is mended."""
    outers = (around(markup, form) for form in markup.find(*FORMS))
    return any(outer is not None and outer.tag in FORMS for outer in outers)
