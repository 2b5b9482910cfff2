"""Every shape an answer may come in, and everything that is refused, with its reason."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hits.answers import LARGEST, AnswerError, read_fields, read_konkyo

SPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/"
    "QuestionFormAnswers.xsd"
)
XML_TEXT = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t")
)


def xml(body: str) -> str:
    return (
        f'<?xml version="1.0"?>\n<QuestionFormAnswers xmlns="{SPACE}">{body}</QuestionFormAnswers>'
    )


def answer(name: str, value: str) -> str:
    return (
        f"<Answer><QuestionIdentifier>{escape(name)}</QuestionIdentifier>"
        f"<FreeText>{escape(value)}</FreeText></Answer>"
    )


def test_plain_fields_are_read_from_answer_xml() -> None:
    assert read_fields(xml(answer("a", "1 < 2") + answer("b", "é😀"))) == {"a": "1 < 2", "b": "é😀"}


def test_empty_answers_are_empty_strings() -> None:
    name = "<QuestionIdentifier>a</QuestionIdentifier>"
    for empty in ("", "<FreeText/>", "<FreeText></FreeText>"):
        assert read_fields(xml(f"<Answer>{name}{empty}</Answer>")) == {"a": ""}
    assert read_fields(xml("")) == {}


def test_repeated_fields_and_several_selections_are_joined_as_mturk_joins_them() -> None:
    two = "<SelectionIdentifier>x</SelectionIdentifier><SelectionIdentifier>y</SelectionIdentifier>"
    body = f"<Answer><QuestionIdentifier>b</QuestionIdentifier>{two}</Answer>"
    assert read_fields(xml(answer("a", "1") + body + answer("a", "2"))) == {"a": "1|2", "b": "x|y"}


def test_crowd_form_answers_are_opened() -> None:
    sent = json.dumps([{"label": "positive", "boxes": {"left": True}}])
    expected = {"label": "positive", "boxes": '{"left": true}'}
    assert read_fields(xml(answer("taskAnswers", sent))) == expected
    assert read_fields({"taskAnswers": sent}) == expected


def test_a_mapping_or_a_json_object_is_taken_as_it_is() -> None:
    assert read_fields({"a": "1", "n": 2}) == {"a": "1", "n": "2"}
    assert read_fields(' {"a": "1"}') == {"a": "1"}


@given(st.dictionaries(XML_TEXT.filter(lambda name: name.strip() == name != ""), XML_TEXT))
def test_any_text_survives_the_xml(fields: dict[str, str]) -> None:
    fields.pop("taskAnswers", None)
    assert read_fields(xml("".join(answer(*pair) for pair in fields.items()))) == fields


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (f'<!DOCTYPE a SYSTEM "x">{xml("")}', "DOCTYPE"),
        ("<a><b></a>", "no well-formed XML"),
        ("<a>\x00</a>", "no well-formed XML"),
        ("<a>\ud800</a>", "no well-formed XML"),
        ("<Answers/>", "is a Answers, not QuestionFormAnswers"),
        (xml("<Answer><FreeText>1</FreeText></Answer>"), "has no QuestionIdentifier"),
        (xml("<Question/>"), "holds a Question where an Answer belongs"),
        ("nonsense", "no JSON"),
        ("[1]", "not a JSON object"),
        ("", "no JSON"),
        ("<" + "a" * LARGEST, "larger than 1048576 bytes"),
        ("é" * (LARGEST // 2 + 1), "larger than"),
        ('{"taskAnswers": "[]"}', "exactly one object"),
        ('{"taskAnswers": "[{},{}]"}', "exactly one object"),
        ('{"taskAnswers": "oops"}', "taskAnswers is no JSON"),
        ('{"a": "1", "a": "2"}', "the key 'a' stands twice"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_reason(sent: str, problem: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read_fields(sent)
    assert problem in str(caught.value)


def test_deeply_nested_xml_does_no_harm() -> None:
    deep = "<Answer>" * 100_000 + "</Answer>" * 100_000
    with pytest.raises(AnswerError):
        read_fields(f"<QuestionFormAnswers>{deep[: LARGEST // 2]}")


FACTS = {"active_ms": 1, "focus_losses": 0, "pastes": 2}


def page(**changes: Any) -> dict[str, Any]:
    items = [{"id": "i1", "position": 0, "ms": 3}, {"id": "i2", "position": 1, "ms": 4}]
    return {"v": 1, "study": "rate", "items": items, "facts": FACTS, **changes}


def read(sent: Any) -> Any:
    text = sent if isinstance(sent, str) else json.dumps(sent)
    return read_konkyo({"konkyo": text}, "rate", ["i1", "i2"])


def test_a_page_answer_comes_in_the_order_of_the_items() -> None:
    sent = page(items=page()["items"][::-1])
    assert [entry["id"] for entry in read(sent).items] == ["i1", "i2"]
    assert read(sent).facts == FACTS
    more = {**FACTS, "width": 1440, "comprehension_attempts": 2, "comprehension_passed": 1}
    assert read(page(facts=more)).facts == more


def item(**changes: Any) -> list[dict[str, Any]]:
    return [{**page()["items"][0], **changes}, page()["items"][1]]


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ("", "konkyo is no JSON"),
        ("[]", "konkyo is not a JSON object"),
        ('{"v": 1, "v": 1}', "konkyo: the key 'v' stands twice"),
        ('{"v": NaN}', "konkyo: NaN is no number"),
        ('{"v": -Infinity}', "konkyo: -Infinity is no number"),
        ('{"v": 1e999}', "the number 1e999 is too large"),
        ('{"v": 1' + "0" * 5000 + "}", "a number of 5001 digits"),
        ("[" * 100_000, "nested too deeply"),
        ('{"v": 1}|{"v": 1}', "konkyo is no JSON"),
        (page(v=2), "'v' is 2, not 1"),
        (page(v=True), "'v' is True, not 1"),
        (page(v=1.0), "'v' is 1.0, not 1"),
        (page(study="highlight"), "'study' is 'highlight', not 'rate'"),
        (page(items={}), "'items' is not a list of objects"),
        (page(items=[1]), "'items' is not a list of objects"),
        (page(items=[]), "no answer to the item 'i1'"),
        (page(items=page()["items"][:1]), "no answer to the item 'i2'"),
        (page(items=page()["items"] * 2), "two answers to the item 'i1'"),
        (page(items=item(id="i9")), "an answer to the item 'i9', which was not on the page"),
        (page(items=item(id=["i1"])), "which was not on the page"),
        (page(items=item(position=1)), "item 'i1': 'position' is 1, not 0"),
        (page(items=item(position=False)), "item 'i1': 'position' is False, not 0"),
        (page(items=item(ms=-1)), "item 'i1': 'ms' is -1, not a whole number"),
        (page(items=item(ms=1.5)), "item 'i1': 'ms' is 1.5, not a whole number"),
        (page(items=item(ms=10**13)), "not a whole number from 0 to"),
        (page(facts=[]), "'facts' is not an object"),
        (page(facts={**FACTS, "pastes": "2"}), "the fact 'pastes' is '2'"),
        (page(facts={"active_ms": 1, "pastes": 1}), "the fact 'focus_losses' is None"),
        (page(facts={**FACTS, "mood": 3}), "nobody asked for the fact 'mood'"),
        (page(facts={**FACTS, "width": 3.5}), "the fact 'width' is 3.5"),
        (page(facts={**FACTS, "coarse": True}), "the fact 'coarse' is True"),
        (page(facts={**FACTS, "restores": None}), "the fact 'restores' is None"),
        (page(facts={**FACTS, "consented_ms": -1}), "the fact 'consented_ms' is -1"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(sent: Any, problem: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read(sent)
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 300


def test_an_answer_without_our_field_says_what_it_has_instead() -> None:
    with pytest.raises(AnswerError, match=r"no field 'konkyo' \(it has: Q1, html\)"):
        read_konkyo({"html": "", "Q1": "yes"}, "rate", ["i1"])


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_nothing_a_stranger_sends_does_worse_than_an_answer_error(value: Any) -> None:
    for sent in (
        value if isinstance(value, str) else json.dumps(value),
        json.dumps(page(items=value)),
    ):
        for read_one in (read, read_fields):
            with suppress(AnswerError):
                read_one(sent)
