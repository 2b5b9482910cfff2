"""What a worker answered → QuestionFormAnswers XML, as MTurk writes it.

Of a form's fields, one ``<Answer>`` per name, in the order of first appearance; the values of a
repeated name are joined with ``|``. XML 1.0 cannot carry every character: C0 controls become their
visible pictures (U+2400 onwards), lone surrogates and U+FFFE/U+FFFF become U+FFFD, so that what was
typed stays visible and every parser can read the rest. Everything beyond ASCII is written as a
numeric reference, and so is a carriage return, which parsers would otherwise turn into a line feed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hits.endpoint.xml_input import unlimited

NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
    "2005-10-01/QuestionFormAnswers.xsd"
)
_HEAD = f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{NAMESPACE}">'
_TAIL = "</QuestionFormAnswers>"
_SIZES = (f"{{{NAMESPACE}}}UploadedFileSizeInBytes",)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


@dataclass(frozen=True)
class UploadedFile:
    """A file that came in a form: the field's name, and what the browser says of the file."""

    key: str
    name: str
    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Answer:
    """One ``<Answer>``: the question, and (element, text) pairs such as FreeText."""

    identifier: str
    parts: tuple[tuple[str, str], ...]

    @classmethod
    def of_files(cls, identifier: str, files: Sequence[UploadedFile]) -> "Answer":
        """An answer that consists of files, by the keys under which they are kept."""
        parts = [
            pair
            for one in files
            for pair in (
                ("UploadedFileKey", one.key),
                ("UploadedFileSizeInBytes", str(len(one.content))),
            )
        ]
        return cls(identifier, tuple(parts))


def of_fields(
    fields: Iterable[tuple[str, str]], files: Sequence[UploadedFile] = ()
) -> list[Answer]:
    """The answers of a form that is the requester's own: every field is free text, or files."""
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    answers = [Answer(name, (("FreeText", "|".join(parts)),)) for name, parts in values.items()]
    names = dict.fromkeys(one.name for one in files)
    return answers + [
        Answer.of_files(name, [one for one in files if one.name == name]) for name in names
    ]


def to_xml(answers: Iterable[Answer]) -> str:
    """The answer document."""
    return _HEAD + "".join(_answer(one) for one in answers) + _TAIL


def _answer(answer: Answer) -> str:
    parts = "".join(f"<{tag}>{_escaped(value)}</{tag}>" for tag, value in answer.parts)
    identifier = _escaped(answer.identifier)
    return f"<Answer><QuestionIdentifier>{identifier}</QuestionIdentifier>{parts}</Answer>"


def fields(document: str) -> list[tuple[str, str]]:
    """Question and what was answered, of a document of ours; several values joined with ``|``."""
    if not document:
        return []
    return [
        (one[0].text or "", "|".join(part.text or "" for part in one[1:] if part.tag not in _SIZES))
        for one in unlimited(document)
    ]


def legal(text: str) -> str:
    """`text` with every character that XML 1.0 forbids replaced by a visible one."""
    pictured = _CONTROL.sub(lambda found: chr(0x2400 + ord(found.group())), text)
    return _ILLEGAL.sub("\ufffd", pictured)


def _escaped(text: str) -> str:
    marked = legal(text).translate(_REFERENCES)
    return marked.encode("ascii", "xmlcharrefreplace").decode("ascii")
