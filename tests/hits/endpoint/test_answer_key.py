"""Tests with an answer key: the value of the qualification follows from the answers."""

import pytest

from hits.endpoint.answers import Answer, to_xml
from hits.endpoint.question_form import check_key, score
from tests.hits.endpoint.conftest import SCHEMAS, outcome
from tests.hits.endpoint.test_qualifications import take
from tests.hits.endpoint.test_question_form import form, question, yes_no

MOVE = "<Question><QuestionIdentifier>move</QuestionIdentifier>{}</Question>"
FRUIT = "<Question><QuestionIdentifier>fruit</QuestionIdentifier>{}</Question>"


def option(points, *selections):
    chosen = "".join(f"<SelectionIdentifier>{s}</SelectionIdentifier>" for s in selections)
    return f"<AnswerOption>{chosen}<AnswerScore>{points}</AnswerScore></AnswerOption>"


def key(*parts, mapping=""):
    how = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>" if mapping else ""
    space = f"{SCHEMAS}2005-10-01/AnswerKey.xsd"
    return f'<AnswerKey xmlns="{space}">{"".join(parts)}{how}</AnswerKey>'


TWO = (MOVE.format(option(5, "D")), FRUIT.format(option(10, "apples", "pears")))


def answers(**chosen):
    return to_xml(
        Answer(name, tuple(("SelectionIdentifier", one) for one in ones))
        for name, ones in chosen.items()
    )


def ranges(*rows, out=0):
    names = ("InclusiveLowerBound", "InclusiveUpperBound", "QualificationValue")
    one = "".join(
        "<SummedScoreRange>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in zip(names, row, strict=True))
        + "</SummedScoreRange>"
        for row in rows
    )
    out_of = f"<OutOfRangeQualificationValue>{out}</OutOfRangeQualificationValue>"
    return f"<RangeMapping>{one}{out_of}</RangeMapping>"


PERCENT = "<PercentageMapping><MaximumSummedScore>15</MaximumSummedScore></PercentageMapping>"
SCALE = "<ScaleMapping><SummedScoreMultiplier>2.5</SummedScoreMultiplier></ScaleMapping>"


@pytest.mark.parametrize(
    ("mapping", "chosen", "value"),
    [
        ("", {"move": ["D"], "fruit": ["pears", "apples"]}, 15),  # 5 + 10
        ("", {"move": ["D"], "fruit": ["apples"]}, 5),  # not all of them: nothing
        ("", {"move": ["D", "E"], "fruit": []}, 0),  # one too many: nothing
        (PERCENT, {"fruit": ["apples", "pears"]}, 67),  # 100 × 10 / 15 = 66.67
        (PERCENT, {"move": ["D"]}, 33),
        (SCALE, {"move": ["D"]}, 13),  # 5 × 2.5 = 12.5
        (ranges((5, 7, 1), (8, 15, 2), out=9), {"move": ["D"]}, 1),
        (ranges((5, 7, 1), (8, 15, 2), out=9), {"fruit": ["apples", "pears"]}, 2),
        (ranges((5, 7, 1), (8, 15, 2), out=9), {}, 9),
    ],
)
def test_the_value_follows_from_the_key(mapping, chosen, value):
    assert score(key(*TWO, mapping=mapping), answers(**chosen)) == value


def test_scores_may_be_negative_and_default():
    marked = MOVE.format(
        option(-3, "A") + option(4, "B") + "<DefaultScore>-1</DefaultScore>",
    )
    assert [score(key(marked), answers(move=[one])) for one in "ABC"] == [-3, 4, -1]


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("<AnswerKey/>", "is not an AnswerKey"),
        (key(), "AnswerKey holds nothing"),
        (key(MOVE.format("")), "Question holds QuestionIdentifier"),
        (key(MOVE.format(option("many", "A"))), "'many' must be a whole number"),
        (key(*TWO, mapping=PERCENT.replace("15", "0")), "must be above 0"),
        (key(*TWO, mapping="<Curve/>"), "holds Curve"),
        ("<!DOCTYPE a []>" + key(*TWO), "document type"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(shared_world, xml, said):
    refusal = shared_world.requester.refusal(
        "create_qualification_type",
        Name="Keyless",
        Description="d",
        QualificationTypeStatus="Active",
        Test=form(question(yes_no())),
        TestDurationInSeconds=60,
        AnswerKey=xml,
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.XMLParseError"
    assert said in refusal["Error"]["Message"]


def test_good_keys_are_let_through():
    check_key(key(*TWO, mapping=PERCENT))


def test_a_test_with_a_key_decides_at_once(shared_world):
    made = shared_world.requester.client.create_qualification_type(
        Name="Scored",
        Description="Answer with care.",
        QualificationTypeStatus="Active",
        Test=form(question(yes_no(), "move")),
        TestDurationInSeconds=60,
        AnswerKey=key(MOVE.format(option(5, "yes")), mapping=PERCENT.replace("15", "5")),
    )
    kind_id = made["QualificationType"]["QualificationTypeId"]
    good, bad = shared_world.worker(), shared_world.worker()
    assert outcome(take(good, kind_id, move="yes")) == "submitted"
    assert outcome(take(bad, kind_id, move="no")) == "submitted"
    values = {
        one["WorkerId"]: one["IntegerValue"]
        for one in shared_world.requester.client.list_workers_with_qualification_type(
            QualificationTypeId=kind_id
        )["Qualifications"]
    }
    assert values == {good.worker_id: 100, bad.worker_id: 0}
    assert 'data-value="100"' in good.http.get(f"/qualifications/{kind_id}").text
