"""What a worker sent for a QuestionForm → answers, and what is wrong with them.

The same limits that the page carries are checked again here, because nothing binds a browser to
them. A selection that the form does not offer is not an answer.
"""

import re
from collections.abc import Sequence

import regex  # type: ignore[import-untyped]

from hits.endpoint.answers import Answer, UploadedFile
from hits.endpoint.question_form.model import (
    OTHER,
    FileUpload,
    FreeText,
    Question,
    QuestionForm,
    Selection,
)

Fields = Sequence[tuple[str, str]]
Files = Sequence[UploadedFile]
_PATIENCE_S = 0.2


def read(form: QuestionForm, fields: Fields, files: Files = ()) -> tuple[list[Answer], list[str]]:
    """The answers in the order of the questions, and sentences on what must be corrected."""
    answers, problems = [], []
    for question in form.questions:
        answer = _answer(question, fields, files)
        answers.append(answer)
        if problem := _problem(question, answer, files):
            problems.append(f"{question.name or question.identifier}: {problem}")
    return answers, problems


def _answer(question: Question, fields: Fields, files: Files) -> Answer:
    given = [value for name, value in fields if name == question.identifier]
    if isinstance(question.answer, FileUpload):
        return Answer.of_files(
            question.identifier, [one for one in files if one.name == question.identifier]
        )
    if isinstance(question.answer, FreeText):
        return Answer(question.identifier, tuple(("FreeText", value) for value in given[:1]))
    parts = [("SelectionIdentifier", value) for value in given if value]
    if question.answer.other is not None:
        other = (value for name, value in fields if name == question.identifier + OTHER)
        parts += [("OtherSelectionText", value) for value in other if value.strip()][:1]
    return Answer(question.identifier, tuple(parts))


def _problem(question: Question, answer: Answer, files: Files) -> str | None:
    given = [value for _, value in answer.parts if value.strip()]
    if not given:
        least = question.answer.fewest if isinstance(question.answer, Selection) else 0
        return "an answer is needed" if question.required or least else None
    if isinstance(question.answer, FreeText):
        return _text_problem(question.answer, given[0])
    if isinstance(question.answer, Selection):
        return _selection_problem(question.answer, answer)
    return _file_problem(question.answer, question.identifier, files)


def _characters(count: int) -> str:
    return f"{count} character is" if count == 1 else f"{count} characters are"


def _text_problem(limits: FreeText, value: str) -> str | None:
    if limits.numeric:
        return _number_problem(limits, value)
    if limits.shortest is not None and len(value) < limits.shortest:
        return f"at least {_characters(limits.shortest)} needed"
    if limits.longest is not None and len(value) > limits.longest:
        return f"at most {_characters(limits.longest)} possible"
    if limits.pattern and not _has_form(limits.pattern, value, limits.ignore_case):
        return limits.pattern_help or "the answer does not have the form that is asked for"
    return None


def _has_form(pattern: str, value: str, ignore_case: bool) -> bool:
    """Whether it matches. A pattern that takes too long must not hold up everybody else: the
    answer then passes, and its requester will see it."""
    flags = regex.IGNORECASE if ignore_case else 0
    try:
        found = regex.search(pattern, value, flags, timeout=_PATIENCE_S, concurrent=True)
    except TimeoutError:
        return True
    return found is not None


def _number_problem(limits: FreeText, value: str) -> str | None:
    if not re.fullmatch(r"\s*[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})\s*", value):
        return "a number is needed"
    if limits.lowest is not None and float(value) < limits.lowest:
        return f"a number of at least {limits.lowest:g} is needed"
    if limits.highest is not None and float(value) > limits.highest:
        return f"a number of at most {limits.highest:g} is needed"
    return None


def _selection_problem(asked: Selection, answer: Answer) -> str | None:
    offered = {one.identifier for one in asked.choices}
    chosen = [value for kind, value in answer.parts if kind == "SelectionIdentifier"]
    if not offered.issuperset(chosen) or len(set(chosen)) < len(chosen):
        return "choose among what is offered"
    if len(answer.parts) < asked.fewest:
        return f"choose at least {asked.fewest}"
    if len(answer.parts) > asked.most:
        return f"choose at most {asked.most}"
    others = [value for kind, value in answer.parts if kind == "OtherSelectionText"]
    return _text_problem(asked.other, others[0]) if asked.other and others else None


def _file_problem(limits: FileUpload, identifier: str, files: Files) -> str | None:
    sizes = [len(one.content) for one in files if one.name == identifier]
    if len(sizes) > 1:
        return "one file is asked for"
    if not limits.smallest <= sizes[0] <= limits.largest:
        return f"the file must have {limits.smallest} to {limits.largest} bytes"
    return None
