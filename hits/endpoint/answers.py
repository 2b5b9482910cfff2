"""Form fields → QuestionFormAnswers XML, as MTurk writes it.

One ``<Answer>`` per field name, in the order of first appearance; the values of a repeated name
are joined with ``|``. XML 1.0 cannot carry every character: C0 controls become their visible
pictures (U+2400 onwards), lone surrogates and U+FFFE/U+FFFF become U+FFFD, so that what was typed
stays visible and every parser can read the rest. Everything beyond ASCII is written as a numeric
reference, and so is a carriage return, which parsers would otherwise turn into a line feed.
"""

import re
from collections.abc import Iterable

NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
    "2005-10-01/QuestionFormAnswers.xsd"
)
_HEAD = f'<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="{NAMESPACE}">'
_TAIL = "</QuestionFormAnswers>"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def legal(text: str) -> str:
    """`text` with every character that XML 1.0 forbids replaced by a visible one."""
    pictured = _CONTROL.sub(lambda found: chr(0x2400 + ord(found.group())), text)
    return _ILLEGAL.sub("\ufffd", pictured)


def to_xml(fields: Iterable[tuple[str, str]]) -> str:
    """The answer document for these (name, value) pairs."""
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    answers = (
        f"<Answer><QuestionIdentifier>{_escaped(name)}</QuestionIdentifier>"
        f"<FreeText>{_escaped('|'.join(parts))}</FreeText></Answer>"
        for name, parts in values.items()
    )
    return _HEAD + "".join(answers) + _TAIL


def _escaped(text: str) -> str:
    marked = legal(text).translate(_REFERENCES)
    return marked.encode("ascii", "xmlcharrefreplace").decode("ascii")
