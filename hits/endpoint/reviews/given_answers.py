"""An answer document → question → what was answered, as review policies compare it.

White space around an answer does not count; case and punctuation do. An answer of more than 256
characters is not compared.
"""

from hits.endpoint.answers import NAMESPACE
from hits.endpoint.xml_input import unlimited

_MOST_CHARACTERS = 256
_SPACE = f"{{{NAMESPACE}}}"
_COMPARED = ("FreeText", "SelectionIdentifier", "OtherSelectionText")

Answers = dict[str, frozenset[str]]


def read(document: str) -> Answers:
    """Question identifier → the set of values; several boxes of one name are several values."""
    found = {}
    for answer in unlimited(document):
        name = answer.findtext(f"{_SPACE}QuestionIdentifier") or ""
        texts = [one.text or "" for tag in _COMPARED for one in answer.findall(_SPACE + tag)]
        values = [value.strip() for text in texts for value in text.split("|")]
        if all(len(text) <= _MOST_CHARACTERS for text in texts):
            found[name] = frozenset(value for value in values if value)
    return found
