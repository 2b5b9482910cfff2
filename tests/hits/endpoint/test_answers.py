"""Form fields become XML that every parser can read, and nothing that was typed disappears."""

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from hits.endpoint.answers import NAMESPACE, legal, of_fields, to_xml

NS = f"{{{NAMESPACE}}}"


def read(xml):
    """(name, text) pairs, by an XML parser that knows nothing of ours."""
    return [
        (a.findtext(f"{NS}QuestionIdentifier"), a.findtext(f"{NS}FreeText"))
        for a in fromstring(xml).iter(f"{NS}Answer")
    ]


def test_one_answer_a_name_in_the_order_of_appearance():
    fields = [("b", "1"), ("a", "2"), ("b", "3"), ("c", "")]
    assert read(to_xml(of_fields(fields))) == [("b", "1|3"), ("a", "2"), ("c", "")]


def test_no_fields_give_an_empty_document():
    assert read(to_xml([])) == []


def test_what_xml_cannot_carry_becomes_visible():
    assert legal("a\0b\x1bc") == "a\u2400b\u241bc"
    assert legal("\ud83d \ufffe \uffff") == "\ufffd \ufffd \ufffd"
    assert legal("tab\tline\nreturn\r") == "tab\tline\nreturn\r"


@pytest.mark.parametrize(
    "text",
    [
        "😀 🏳️‍🌈",
        "שלום \u202eעולם",
        "]]>",
        "<b>&amp;</b>",
        "a\r\nb\rc\nd",
        "  spaces  ",
        "\u0085\u2028",
    ],
)
def test_hostile_text_comes_back_unchanged(text):
    assert read(to_xml(of_fields([("q", text)]))) == [("q", text)]


@given(st.lists(st.tuples(st.text(), st.text(st.characters()))))
def test_any_text_is_read_back_as_its_legal_form(fields):
    expected: dict[str, list[str]] = {}
    for name, value in fields:
        expected.setdefault(name, []).append(value)
    document = to_xml(of_fields(fields))
    assert document.isascii()
    assert read(document) == [(legal(n), legal("|".join(v))) for n, v in expected.items()]


def test_hostile_text_travels_from_the_form_to_boto3(shared_world):
    text = "😀 שלום ]]> <b> & \r\n \0 \x0b é"
    hit_id = shared_world.requester.create()["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    answer = worker.submit(assignment_id, **{"the name & é": text, "many": ["a", "b"]})
    assert shared_world.outcome(answer) == "submitted"
    [seen] = shared_world.requester.assignments(hit_id)
    assert read(seen["Answer"]) == [("the name & é", legal(text)), ("many", "a|b")]


def test_multipart_travels_as_well(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    worker = shared_world.worker()
    assignment_id = worker.accept(hit_id)
    parts = {"answer": (None, "naïve 😀"), "assignmentId": (None, assignment_id)}
    answer = httpx.post(worker.submit_address(assignment_id), files=parts)
    assert shared_world.outcome(answer) == "submitted"
    assert read(shared_world.requester.assignments(hit_id)[0]["Answer"]) == [("answer", "naïve 😀")]
