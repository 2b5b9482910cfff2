"""A QuestionForm: the market draws it, so little can break but the answers themselves."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from hits.lint.findings import Finding
from hits.lint.template import Template


def check(template: Template) -> Iterator[Finding]:
    """`same-id`, `lone-radio`, `no-name`, `nothing-required`, `insecure-resource`."""
    if template.kind != "form" or template.xml is None:
        return
    questions = list(template.xml.iterfind("{*}Question"))
    yield from _identifiers(template, questions)
    for question in questions:
        yield from _selections(template, question)
    if questions and not any(_text(one, "IsRequired") == "true" for one in questions):
        yield template.finding(
            "nothing-required", "warning", _at(template, "<Question>"),
            "no question is required, so a worker can hand in an empty form and be paid for it; "
            "write <IsRequired>true</IsRequired> into what has to be answered",
        )  # fmt: skip
    for address in template.xml.iterfind(".//{*}DataURL"):
        if (address.text or "").strip().lower().startswith("http:"):
            yield template.finding(
                "insecure-resource", "error", _at(template, address.text or ""),
                "browsers block what is asked for over http on a market's https page, "
                "so workers do "
                "not get it; write https",
            )  # fmt: skip


def _identifiers(template: Template, questions: list[Element]) -> Iterator[Finding]:
    seen: set[str] = set()
    for question in questions:
        name = _text(question, "QuestionIdentifier")
        if not name:
            yield template.finding(
                "no-name", "error", _at(template, "<Question"),
                "a question has no QuestionIdentifier, so the market refuses the form; give it one",
            )  # fmt: skip
        elif name in seen:
            yield template.finding(
                "same-id", "error", _at(template, f">{name}<", last=True),
                f"two questions are called {name!r}, so their answers cannot be told apart; rename "
                "one",
            )  # fmt: skip
        seen.add(name)


def _selections(template: Template, question: Element) -> Iterator[Finding]:
    name = _text(question, "QuestionIdentifier")
    for answer in question.iterfind(".//{*}SelectionAnswer"):
        values = [(one.text or "").strip() for one in answer.iterfind(".//{*}SelectionIdentifier")]
        if len(values) == 1 and _text(answer, "StyleSuggestion") != "checkbox":
            yield template.finding(
                "lone-radio", "warning", _at(template, f">{name}<"),
                f"{name!r} offers one answer; give it a second, or ask otherwise",
            )  # fmt: skip
        if len(set(values)) < len(values):
            yield template.finding(
                "same-value", "error", _at(template, f">{name}<"),
                f"two answers to {name!r} have the same SelectionIdentifier, "
                f"so they cannot be told "
                "apart; change one",
            )  # fmt: skip


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _at(template: Template, words: str, *, last: bool = False) -> int:
    """Where these words stand in the file; its beginning where they are written otherwise."""
    found = template.source.rfind(words) if last else template.source.find(words)
    return max(found, 0)
