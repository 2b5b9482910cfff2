"""Parameters drawn by the shapes of botocore's model: mostly right, so that calls go deep, then bent.

Ids cannot be known before a market runs: a `Ref` stands for one, and is put in when it is sent.
"""

from __future__ import annotations

import copy
import json
from typing import Any, NamedTuple

from botocore.model import ListShape, Shape, StringShape, StructureShape
from hypothesis import strategies as st

from hits.endpoint.operations import OPERATIONS
from hits.endpoint.validation import model
from tests.hits.endpoint.conftest import external_question, html_question
from tests.hits.endpoint.test_question_form import form, free_text, question, yes_no


class Ref(NamedTuple):
    """The id number `n` of those that the market has made of this kind."""

    kind: str
    n: int


REFS = ("HITId", "HITTypeId", "AssignmentId", "WorkerId", "QualificationTypeId", "NextToken")
REFS += ("QualificationRequestId",)
QUESTIONS = [
    html_question(),
    external_question("https://lab.example/task?a=1&amp;b=2"),
    form(question(free_text('<Length minLength="1" maxLength="9"/>'))),
    form(question(yes_no())),
]
KEYS = ("AnswerKey", "QuestionIds", "QuestionAgreementThreshold", "ApproveIfKnownAnswerScoreIs")
KEYS += (
    "RejectIfKnownAnswerScoreIsLessThan",
    "ExtendMaximumAssignments",
    "ExtendMinimumTimeInSeconds",
)
SYSTEM = ["00000000000000000040", "000000000000000000L0", "00000000000000000071"]
AMOUNTS = ["0.05", "0.01", "1", "00.10"]
ODD_AMOUNTS = ["0", "0.", "9999999", "9" * 40, "0.005", "-1", "1e3", "٣"]
USUAL = {"Question", "MaxAssignments", "AssignmentStatuses"}
"""Not required by the model, but seldom left out."""
PLAIN = {"Keywords", "MaxResults", "OverrideRejection", "RequesterAnnotation", "UniqueRequestToken"}
"""May come with anything."""
TOKENS = ["token-1", "token-2", "t" * 64, "t" * 65]
NUMBERS = [1, 2, 3, 100]
SECONDS = [30, 60, 3600, 86_400]
ODD_NUMBERS = [0, 10, 29, 101, 2**31 - 1, 2**31, -1, -(2**63), 2**63]
TIMES = [0, 1.5, 1e9, 4e9]
ODD_TIMES = [-1, 253_402_300_799, 253_402_300_800, 1e300]
TEXTS = ["a", "b", "q", "yes", "1", "0", "50", "100", "US", "<b>&</b>"]
ODD_TEXTS = ["", "]]>", "\x0b", "\x00", "\ufffe", "\ud800", "x" * 300]

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just({}),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
"""Any JSON, NaN and Infinity included, which are none."""

HUGE = st.sampled_from(
    ["x" * 70_000, "é" * 300, "\U0001f600" * 200, [[]] * 300, "<a>" * 5_000, 10**400]
)


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """A question with a piece taken out, put in or doubled."""
    xml = draw(st.sampled_from(QUESTIONS))
    start, end = sorted((draw(st.integers(0, len(xml))), draw(st.integers(0, len(xml)))))
    piece = draw(
        st.sampled_from(["", "&x;", "<", "<!DOCTYPE a>", "<a/>", xml[start:end] * 2, "\0"])
    )
    return xml[:start] + piece + xml[end:]


def mostly(good: list[Any], odd: list[Any]) -> st.SearchStrategy[Any]:
    """Nine times in ten what is likely to be taken: a refusal hides what would come after it."""
    return st.sampled_from(good * (9 * len(odd) // len(good)) + odd)


def _text(name: str) -> st.SearchStrategy[Any]:
    if name in REFS:
        refs = st.builds(Ref, st.just(name), st.integers(0, 5) | st.integers(0, 300))
        return refs | st.sampled_from(SYSTEM) if name == "QualificationTypeId" else refs
    known: dict[str, st.SearchStrategy[Any]] = {
        "Question": st.sampled_from(QUESTIONS) | st.sampled_from(QUESTIONS[1:]) | spliced(),
        "Test": st.sampled_from(QUESTIONS) | spliced(),
        "Reward": mostly(AMOUNTS, ODD_AMOUNTS),
        "BonusAmount": mostly(AMOUNTS, ODD_AMOUNTS),
        "UniqueRequestToken": st.sampled_from(TOKENS),
        "Country": st.sampled_from(["US", "DE", "us", "XX", ""]),
        "Key": st.sampled_from(KEYS),
        "PolicyName": st.sampled_from(
            ["ScoreMyKnownAnswers/2011-09-01", "SimplePlurality/2011-09-01"]
        ),
        "Version": st.just("2006-05-05"),
        # Never the address of a queue: no test knocks at Amazon's door.
        "Destination": st.sampled_from(["nowhere", "", "arn:aws:sns", "https://"]),
    }
    return known.get(name, mostly(TEXTS, ODD_TEXTS))


def of_shape(shape: Shape, name: str = "") -> st.SearchStrategy[Any]:
    """A value that the model allows, or nearly."""
    if isinstance(shape, StructureShape):
        each = {key: of_shape(member, key) for key, member in shape.members.items()}
        needed = {*shape.required_members, *USUAL.intersection(each)}
        required = {key: each.pop(key) for key in sorted(needed)}
        few = {key: each[key] for key in sorted(PLAIN.intersection(each))}
        return st.fixed_dictionaries(required, optional=few) | st.fixed_dictionaries(
            required, optional=each
        )
    if isinstance(shape, ListShape):
        singular = name.removesuffix("s")
        return st.lists(of_shape(shape.member, singular), max_size=3)
    if isinstance(shape, StringShape):
        return st.sampled_from(shape.enum) if shape.enum else _text(name)
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name == "timestamp":
        return mostly(TIMES, ODD_TIMES)
    return mostly(SECONDS if name.endswith("InSeconds") else NUMBERS, ODD_NUMBERS)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operation and parameters for it, bent in up to two places."""
    operation = draw(st.sampled_from(sorted(OPERATIONS)))
    shape = model().operation_model(operation).input_shape
    params = draw(of_shape(shape)) if shape is not None else {}
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        params = copy.deepcopy(params)  # what a strategy holds must stay as it is
        _bend(draw, params)
    return operation, params


def _bend(draw: st.DrawFn, params: dict[str, Any]) -> None:
    """Put junk in place of something, take it away, or add what nobody asked for."""
    container, key = draw(st.sampled_from(_places(params)))
    how = draw(st.sampled_from(["junk", "junk", "huge", "nest", "gone"]))
    if how == "gone" and isinstance(container, dict):
        container.pop(key, None)
    elif how == "nest" and isinstance(container, list):
        container[key] = [container[key]] * 2
    else:
        container[key] = draw(HUGE if how == "huge" else JUNK)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in the parameters where something stands, and one where nothing does."""
    found: list[tuple[Any, Any]] = [(value, "Unasked")] if isinstance(value, dict) else []
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inside:
        found.append((value, key))
        if isinstance(item, dict | list):
            found += _places(item)
    return found


def body(params: Any, known: dict[str, list[str]]) -> bytes:
    """The JSON that is sent, with real ids for the refs."""
    return json.dumps(_filled(params, known)).encode()


def _filled(value: Any, known: dict[str, list[str]]) -> Any:
    if isinstance(value, Ref):
        ids = known.get(value.kind) or ["3NOWHERE"]
        return ids[-1 - value.n % len(ids)]  # the latest first: there is most to do with them
    if isinstance(value, dict):
        return {key: _filled(item, known) for key, item in value.items()}
    return [_filled(item, known) for item in value] if isinstance(value, list) else value


def harvest(value: Any, known: dict[str, list[str]]) -> None:
    """Note the ids in an answer, so that later calls can be about them."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in REFS and isinstance(item, str) and item not in known.setdefault(key, []):
                known[key].append(item)
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            harvest(item, known)
