"""QuestionForm XML → `QuestionForm`, refused by name where it breaks the rules of its schema.

The schema has been dated several times (2005-10-01 to 2017-11-06); any of them is read. Flash and
Java applets are refused: no browser runs them any more.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

import regex  # type: ignore[import-untyped]

from hits.endpoint.errors import WireError
from hits.endpoint.question_form import content
from hits.endpoint.question_form.model import (
    OTHER,
    Choice,
    FileUpload,
    FreeText,
    Question,
    QuestionForm,
    Selection,
)
from hits.endpoint.xml_input import SCHEMAS, children, local_name, read, text, unreadable

_SPACE = re.compile(rf"\{{{re.escape(SCHEMAS)}\d{{4}}-\d\d-\d\d/QuestionForm\.xsd\}}QuestionForm")
_STYLES = ("radiobutton", "dropdown", "checkbox", "list", "combobox", "multichooser")
_SINGLE = ("radiobutton", "dropdown", "combobox")
LARGEST_FILE = 10 * 1024 * 1024


def is_form(root: Element) -> bool:
    """Whether this is a QuestionForm, of whatever date."""
    return bool(_SPACE.fullmatch(root.tag))


def parse(xml: str) -> QuestionForm:
    """Read a QuestionForm parameter, or raise the refusal that the requester gets."""
    return of_element(read(xml, "Question"))


def of_element(root: Element) -> QuestionForm:
    """The form in an element for which `is_form` holds."""
    children(root, "(Overview|Question)*")
    form = QuestionForm(tuple(_part(child) for child in root))
    names = [one.identifier for one in form.questions]
    names += [one.identifier + OTHER for one in form.questions]
    if not form.questions:
        raise unreadable("QuestionForm must hold at least one Question")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise unreadable(f"the QuestionIdentifier {twice!r} is used more than once")
    return form


def _part(element: Element) -> str | Question:
    if local_name(element) == "Overview":
        return content.to_html(element)
    return _question(element)


def _question(element: Element) -> Question:
    rule = "QuestionIdentifier DisplayName? IsRequired? QuestionContent AnswerSpecification"
    parts = children(element, rule)
    identifier = text(parts["QuestionIdentifier"][0])
    if not identifier.strip():
        raise unreadable("a QuestionIdentifier is empty")
    answer = children(
        parts["AnswerSpecification"][0], "FreeTextAnswer|SelectionAnswer|FileUploadAnswer"
    )
    (kind, (specification,)), *_ = answer.items()
    try:
        return Question(
            identifier,
            _only(parts, "DisplayName"),
            _boolean(parts, "IsRequired"),
            content.to_html(parts["QuestionContent"][0]),
            _ANSWERS[kind](specification),
        )
    except WireError as error:
        error.message += f" (in the question {identifier!r})"
        raise


def _free_text(element: Element) -> FreeText:
    parts = children(element, "Constraints? DefaultText? NumberOfLinesSuggestion?")
    limits = _constraints(parts["Constraints"][0]) if "Constraints" in parts else {}
    return FreeText(
        lines=max(1, _number(_only(parts, "NumberOfLinesSuggestion") or "1")),
        default=_only(parts, "DefaultText"),
        **limits,
    )


def _constraints(element: Element) -> dict[str, Any]:
    """In any order, as the older schemas allowed."""
    parts = children(element, "(IsNumeric|Length|AnswerFormatRegex)*")
    found: dict[str, Any] = {}
    for number in parts.get("IsNumeric", []):
        found["numeric"] = True
        found["lowest"] = _optional(number, "minValue", float)
        found["highest"] = _optional(number, "maxValue", float)
    for length in parts.get("Length", []):
        found["shortest"] = _optional(length, "minLength", int)
        found["longest"] = _optional(length, "maxLength", int)
    for form in parts.get("AnswerFormatRegex", []):
        found["pattern"] = _pattern(form.get("regex", ""))
        found["pattern_help"] = form.get("errorText", "")
        found["ignore_case"] = "i" in form.get("flags", "")
    return found


def _pattern(pattern: str) -> str:
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise unreadable(f"the regex {pattern!r} cannot be read: {error}") from error
    return pattern


def _selection(element: Element) -> Selection:
    parts = children(element, "MinSelectionCount? MaxSelectionCount? StyleSuggestion? Selections")
    offered = children(parts["Selections"][0], "Selection+ OtherSelection?")
    choices = tuple(_choice(one) for one in offered["Selection"])
    identifiers = [one.identifier for one in choices]
    if twice := next((one for one in identifiers if identifiers.count(one) > 1), None):
        raise unreadable(f"the SelectionIdentifier {twice!r} is used more than once")
    other = offered.get("OtherSelection")
    style = _only(parts, "StyleSuggestion").strip()
    if style and style not in _STYLES:
        raise unreadable(f"StyleSuggestion must be one of {', '.join(_STYLES)}, not {style!r}")
    everything = len(choices) + (other is not None)
    most = _number(
        _only(parts, "MaxSelectionCount") or ("1" if style in _SINGLE else str(everything))
    )
    fewest = _number(_only(parts, "MinSelectionCount") or "0")
    if not fewest <= most or fewest > everything:
        raise unreadable(f"between {fewest} and {most} selections of {everything} is not possible")
    if style in _SINGLE and most > 1:
        style = "checkbox"
    style = style or ("radiobutton" if most == 1 else "checkbox")
    return Selection(choices, style, fewest, most, _free_text(other[0]) if other else None)


def _choice(element: Element) -> Choice:
    parts = children(element, "SelectionIdentifier (Text|FormattedContent|Binary)")
    identifier = text(parts["SelectionIdentifier"][0])
    if not identifier or identifier == OTHER:
        raise unreadable("a SelectionIdentifier is empty, or is " + OTHER)
    shown = element[1]
    if local_name(shown) == "Text":
        return Choice(identifier, escape(text(shown)))
    return Choice(identifier, content.SHOWN[local_name(shown)](shown))


def _file(element: Element) -> FileUpload:
    parts = children(element, "MaxFileSizeInBytes MinFileSizeInBytes")
    largest, smallest = (_number(text(parts[name][0])) for name in parts)
    if not 0 <= smallest <= largest:
        raise unreadable("MinFileSizeInBytes is above MaxFileSizeInBytes")
    return FileUpload(smallest, min(largest, LARGEST_FILE))


_ANSWERS: dict[str, Callable[[Element], FreeText | Selection | FileUpload]] = {
    "FreeTextAnswer": _free_text,
    "SelectionAnswer": _selection,
    "FileUploadAnswer": _file,
}


def _only(parts: dict[str, list[Element]], name: str) -> str:
    return text(parts[name][0]) if name in parts else ""


def _boolean(parts: dict[str, list[Element]], name: str) -> bool:
    value = _only(parts, name).strip() or "false"
    if value not in ("true", "false", "1", "0"):
        raise unreadable(f"{name} must be true or false, not {value!r}")
    return value in ("true", "1")


def _number(value: str) -> int:
    if not re.fullmatch(r"\s*\d{1,10}\s*", value):
        raise unreadable(f"{value!r} must be a whole number")
    return int(value)


def _optional(element: Element, name: str, kind: type[int] | type[float]) -> int | float | None:
    value = element.get(name)
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError as error:
        raise unreadable(f"{name} must be a number, not {value!r}") from error
