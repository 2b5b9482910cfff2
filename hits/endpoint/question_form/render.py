"""`QuestionForm` → the HTML fragment inside the frame: native fields, labelled and checked.

A question is a fieldset whose legend is its content. What the browser can check (required,
lengths, patterns, numbers) it checks; all of it is checked again when the answer comes in.
"""

import re
from html import escape
from pathlib import Path

from hits.endpoint.question_form.model import (
    OTHER,
    FileUpload,
    FreeText,
    Question,
    QuestionForm,
    Selection,
)

_STYLE = Path(__file__).with_name("form.css")


def render(form: QuestionForm) -> str:
    """The fragment, without a form of its own."""
    parts = [part if isinstance(part, str) else _question(part) for part in form.parts]
    style = f"<style>{_STYLE.read_text('utf-8')}</style>"
    return style + '<div class="question-form">' + "\n".join(parts) + "</div>"


def _question(question: Question) -> str:
    answer = question.answer
    if isinstance(answer, FreeText):
        field = _free_text(question.identifier, answer, question.required, question.name)
    elif isinstance(answer, Selection):
        field = _selection(question, answer)
    else:
        field = _file(question, answer)
    needed = ' <span class="needed">required</span>' if question.required else ""
    name = f'<span class="name">{escape(question.name)}</span>' if question.name else ""
    head = f"<legend>{name}{needed}</legend>" if name or needed else ""
    return f"<fieldset>{head}{question.html}{field}</fieldset>"


def _free_text(name: str, answer: FreeText, required: bool, label: str = "") -> str:
    shared = (
        _attributes(
            name=name,
            required=required,
            minlength=answer.shortest,
            maxlength=answer.longest,
        )
        + f' aria-label="{escape(label or "Your answer")}"'
    )
    if answer.lines > 1:
        return f'<textarea rows="{min(answer.lines, 40)}"{shared}>\n{escape(answer.default)}</textarea>'
    limits = _attributes(
        type="number" if answer.numeric else "text",
        step="any" if answer.numeric else None,
        min=answer.lowest,
        max=answer.highest,
        value=answer.default or None,
        pattern=_pattern(answer),
        title=answer.pattern_help or None,
    )
    return f"<input{limits}{shared}>"


def _pattern(answer: FreeText) -> str | None:
    """What browsers match with the whole, the schema with a part; flags are left to the server."""
    if answer.pattern is None or answer.ignore_case:
        return None
    return f".*(?:{answer.pattern}).*"


def _selection(question: Question, answer: Selection) -> str:
    if answer.style in ("dropdown", "combobox", "list", "multichooser"):
        field = _select(question, answer)
    else:
        field = _boxes(question, answer)
    if answer.other is None:
        return field
    label = "Something else"
    return field + (
        f'<label class="other">{label} '
        + _free_text(question.identifier + OTHER, answer.other, required=False, label=label)
        + "</label>"
    )


def _boxes(question: Question, answer: Selection) -> str:
    kind = "radio" if answer.style == "radiobutton" else "checkbox"
    # A group of boxes cannot be "required" without requiring each; the server sees to it.
    needed = question.required and kind == "radio" and answer.other is None
    shared = _attributes(type=kind, name=question.identifier, required=needed)
    return (
        '<div class="choices">'
        + "".join(
            f'<label><input{shared} value="{escape(one.identifier)}"><span>{one.html}</span></label>'
            for one in answer.choices
        )
        + "</div>"
    )


def _select(question: Question, answer: Selection) -> str:
    many = answer.most > 1
    shared = _attributes(
        name=question.identifier,
        multiple=many,
        size=min(len(answer.choices), 8) if many else None,
        required=question.required and answer.other is None,
    )
    first = "" if many else '<option value="">Choose…</option>'
    return (
        f'<select aria-label="{escape(question.name or "Your answer")}"{shared}>{first}'
        + "".join(
            f'<option value="{escape(one.identifier)}">{_plain(one.html)}</option>'
            for one in answer.choices
        )
        + "</select>"
    )


def _plain(html: str) -> str:
    """Options hold no elements: of formatted content, the words."""
    return re.sub(r"<[^>]+>", "", html)


def _file(question: Question, answer: FileUpload) -> str:
    shared = _attributes(type="file", name=question.identifier, required=question.required)
    most = (
        f"{answer.largest / 1024:.0f} KiB"
        if answer.largest < 1024**2
        else (f"{answer.largest / 1024**2:.1f} MiB")
    )
    return f'<input{shared} aria-label="A file"><p class="help">At most {most}.</p>'


def _attributes(**given: str | float | bool | None) -> str:
    parts = []
    for name, value in given.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False:
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            parts.append(f' {name}="{escape(shown)}"')
    return "".join(parts)
