"""An AnswerKey and a worker's answers → the value of the qualification.

An option counts when the worker chose exactly its selections; of a question for which none does,
the default score counts. The sum is mapped to a percentage, scaled, or looked up in ranges; of a
key without a mapping, it is the value.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

from hits.endpoint.xml_input import SCHEMAS, children, read, text, unlimited, unreadable

_TAG = f"{{{SCHEMAS}2005-10-01/AnswerKey.xsd}}AnswerKey"
_ANSWERS = f"{{{SCHEMAS}2005-10-01/QuestionFormAnswers.xsd}}"
_RANGE = "InclusiveLowerBound InclusiveUpperBound QualificationValue"
_LARGEST = 2**31 - 1


def check(xml: str) -> None:
    """Refuse a key that breaks the rules of its schema."""
    _value(_root(xml), {})


def score(key_xml: str, answers_xml: str) -> int:
    """The value for these QuestionFormAnswers, a whole number."""
    return _value(_root(key_xml), _chosen(answers_xml))


def _root(xml: str) -> Element:
    root = read(xml, "AnswerKey")
    if root.tag != _TAG:
        raise unreadable(f"{root.tag!r} is not an AnswerKey")
    return root


def _chosen(xml: str) -> dict[str, frozenset[str]]:
    """Question identifier → identifiers of the selections; typed answers score nothing."""
    found = {}
    for answer in unlimited(xml):
        name = answer.findtext(f"{_ANSWERS}QuestionIdentifier") or ""
        found[name] = frozenset(
            one.text or "" for one in answer.findall(f"{_ANSWERS}SelectionIdentifier")
        )
    return found


def _value(root: Element, chosen: dict[str, frozenset[str]]) -> int:
    parts = children(root, "Question+ QualificationValueMapping?")
    total = sum(_points(one, chosen) for one in parts["Question"])
    mapping = parts.get("QualificationValueMapping")
    if mapping is None:
        return total
    rule = "PercentageMapping|ScaleMapping|RangeMapping"
    ((kind, (how,)),) = children(mapping[0], rule).items()
    value = _MAPPINGS[kind](how, total)
    return max(-_LARGEST, min(_LARGEST, value))


def _points(question: Element, chosen: dict[str, frozenset[str]]) -> int:
    parts = children(question, "QuestionIdentifier AnswerOption+ DefaultScore?")
    mine = chosen.get(text(parts["QuestionIdentifier"][0]), frozenset())
    default = _whole(parts["DefaultScore"][0]) if "DefaultScore" in parts else 0
    options = [_option(one) for one in parts["AnswerOption"]]
    return next((points for wanted, points in options if wanted == mine), default)


def _option(option: Element) -> tuple[frozenset[str], int]:
    parts = children(option, "SelectionIdentifier+ AnswerScore")
    wanted = frozenset(text(one) for one in parts["SelectionIdentifier"])
    return wanted, _whole(parts["AnswerScore"][0])


def _percentage(how: Element, total: int) -> int:
    most = _whole(children(how, "MaximumSummedScore")["MaximumSummedScore"][0])
    if most <= 0:
        raise unreadable("MaximumSummedScore must be above 0")
    return _rounded(Decimal(100 * total) / most)


def _scale(how: Element, total: int) -> int:
    by = text(children(how, "SummedScoreMultiplier")["SummedScoreMultiplier"][0]).strip()
    if not re.fullmatch(r"[+-]?\d{1,9}(\.\d{1,9})?", by):
        raise unreadable(f"SummedScoreMultiplier must be a number, not {by!r}")
    return _rounded(total * Decimal(by))


def _ranges(how: Element, total: int) -> int:
    parts = children(how, "SummedScoreRange+ OutOfRangeQualificationValue")
    value = _whole(parts["OutOfRangeQualificationValue"][0])
    for one in reversed(parts["SummedScoreRange"]):
        bounds = children(one, _RANGE)
        low, high, within = (_whole(bounds[name][0]) for name in _RANGE.split())
        if low <= total <= high:
            value = within
    return value


_MAPPINGS = {"PercentageMapping": _percentage, "ScaleMapping": _scale, "RangeMapping": _ranges}


def _whole(element: Element) -> int:
    value = text(element).strip()
    if not re.fullmatch(r"[+-]?\d{1,9}", value):
        raise unreadable(f"{value!r} must be a whole number")
    return int(value)


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
