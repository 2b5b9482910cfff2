"""Qualification types, who has them, who asks for them; through boto3 and the worker site."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.hits.endpoint.conftest import STRANGER, attribute, html_question, outcome

TEST = html_question("<p>How many legs has a spider?</p><input name='legs'>")


@pytest.fixture
def market(shared_world):
    return shared_world


def kind(market, name, **more):
    parameters = {
        "Name": name,
        "Description": f"About {name}.",
        "QualificationTypeStatus": "Active",
    } | more
    made = market.requester.client.create_qualification_type(**parameters)
    return made["QualificationType"]


def score(market, kind_id, worker):
    answer = market.requester.client.get_qualification_score(
        QualificationTypeId=kind_id, WorkerId=worker.worker_id
    )
    return answer["Qualification"]


def ask(worker, kind_id):
    return worker.post(f"/qualifications/{kind_id}/request")


def test_a_type_is_created_read_changed_listed_and_deleted(market):
    client = market.requester.client
    made = kind(market, "Spiders", Keywords="legs, eyes")
    kind_id = made["QualificationTypeId"]
    assert made["IsRequestable"] and not made["AutoGranted"]
    read = client.get_qualification_type(QualificationTypeId=kind_id)["QualificationType"]
    assert read == made

    client.update_qualification_type(QualificationTypeId=kind_id, Description="Eight legs.")
    found = client.list_qualification_types(
        Query="eight", MustBeRequestable=True, MustBeOwnedByCaller=True
    )["QualificationTypes"]
    assert [one["QualificationTypeId"] for one in found] == [kind_id]

    client.delete_qualification_type(QualificationTypeId=kind_id)
    refusal = market.requester.refusal("get_qualification_type", QualificationTypeId=kind_id)
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
    assert kind(market, "Spiders")["QualificationTypeId"] != kind_id  # the name is free again


def test_a_name_can_be_used_once(market):
    kind(market, "Once")
    refusal = market.requester.refusal(
        "create_qualification_type",
        Name="Once",
        Description="Again.",
        QualificationTypeStatus="Active",
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeAlreadyExists"


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"Test": TEST}, "TestDurationInSeconds"),
        ({"TestDurationInSeconds": 60}, "TestDurationInSeconds"),
        ({"AnswerKey": "<AnswerKey/>"}, "AnswerKey"),
        ({"AutoGranted": True, "Test": TEST, "TestDurationInSeconds": 60}, "AutoGranted"),
        ({"AutoGrantedValue": 3}, "AutoGrantedValue"),
        ({"Name": "x" * 201}, "Name"),
    ],
)
def test_parameters_that_do_not_go_together_are_refused_by_name(market, more, member):
    parameters = {"Name": "Odd", "Description": "d", "QualificationTypeStatus": "Active"} | more
    refusal = market.requester.refusal("create_qualification_type", **parameters)
    assert refusal["Error"]["Code"] == "ParameterValidationError"
    assert f"parameter {member}." in refusal["Error"]["Message"]


def test_the_lists_page_through_the_systems_types_and_then_the_own(world):
    own = [kind(world, f"Kind {n}")["QualificationTypeId"] for n in range(3)]
    pages = world.requester.client.get_paginator("list_qualification_types").paginate(
        MustBeRequestable=False, PaginationConfig={"PageSize": 2}
    )
    sizes, ids = [], []
    for page in pages:
        sizes.append(page["NumResults"])
        ids += [one["QualificationTypeId"] for one in page["QualificationTypes"]]
    assert sizes == [2, 2, 2, 2, 1]
    assert len(set(ids)) == 9
    assert ids[-3:] == own
    assert "000000000000000000L0" in ids[:6]


def test_granting_changing_and_revoking(market):
    client = market.requester.client
    kind_id = kind(market, "Granted")["QualificationTypeId"]
    worker = market.worker()
    given = {"QualificationTypeId": kind_id, "WorkerId": worker.worker_id}
    client.associate_qualification_with_worker(**given, IntegerValue=65)
    client.associate_qualification_with_worker(**given, IntegerValue=80, SendNotification=False)
    held = score(market, kind_id, worker)
    assert (held["IntegerValue"], held["Status"]) == (80, "Granted")
    listed = client.list_workers_with_qualification_type(QualificationTypeId=kind_id)
    assert [one["WorkerId"] for one in listed["Qualifications"]] == [worker.worker_id]

    client.disassociate_qualification_from_worker(**given, Reason="The text was not read.")
    assert score(market, kind_id, worker)["Status"] == "Revoked"
    listed = client.list_workers_with_qualification_type(QualificationTypeId=kind_id)
    assert listed["NumResults"] == 0
    listed = client.list_workers_with_qualification_type(
        QualificationTypeId=kind_id, Status="Revoked"
    )
    assert listed["NumResults"] == 1
    refusal = market.requester.refusal("disassociate_qualification_from_worker", **given)
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationDoesNotExist"

    box = worker.http.get("/messages").text  # the first grant and the reason; the change was quiet
    assert box.count("data-message") == 2
    assert "The text was not read." in box


def test_nobody_grants_what_the_system_counts(market):
    refusal = market.requester.refusal(
        "associate_qualification_with_worker",
        QualificationTypeId="00000000000000000040",
        WorkerId=market.worker().worker_id,
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.PermissionDeniedException"


def test_a_request_waits_for_the_requester(market):
    client = market.requester.client
    kind_id = kind(market, "On request")["QualificationTypeId"]
    first, second = market.worker(), market.worker()
    for worker in (first, second, first):  # asking twice is asking once
        assert ask(worker, kind_id).status_code == 303
    requests = client.list_qualification_requests(QualificationTypeId=kind_id)
    by_worker = {one["WorkerId"]: one for one in requests["QualificationRequests"]}
    assert set(by_worker) == {first.worker_id, second.worker_id}

    request_id = by_worker[first.worker_id]["QualificationRequestId"]
    client.accept_qualification_request(QualificationRequestId=request_id, IntegerValue=7)
    assert score(market, kind_id, first)["IntegerValue"] == 7
    again = market.requester.refusal(
        "accept_qualification_request", QualificationRequestId=request_id
    )
    assert again["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidQualificationState"

    client.reject_qualification_request(
        QualificationRequestId=by_worker[second.worker_id]["QualificationRequestId"],
        Reason="Not this time.",
    )
    page = second.http.get(f"/qualifications/{kind_id}").text
    assert attribute(page, "data-state") == "rejected"
    assert "Not this time." in page
    assert attribute(ask(second, kind_id).text, "data-reason") == "no-retry"
    assert client.list_qualification_requests()["NumResults"] == 0


def test_a_grant_by_hand_answers_the_request(market):
    client = market.requester.client
    kind_id = kind(market, "By hand")["QualificationTypeId"]
    worker = market.worker()
    ask(worker, kind_id)
    client.associate_qualification_with_worker(
        QualificationTypeId=kind_id, WorkerId=worker.worker_id
    )
    listed = client.list_qualification_requests(QualificationTypeId=kind_id)
    assert listed["NumResults"] == 0


def test_an_automatic_one_is_granted_when_it_is_asked_for(market):
    kind_id = kind(market, "For everybody", AutoGranted=True, AutoGrantedValue=3)[
        "QualificationTypeId"
    ]
    worker = market.worker()
    ask(worker, kind_id)
    assert score(market, kind_id, worker)["IntegerValue"] == 3
    assert attribute(ask(worker, kind_id).text, "data-reason") == "already-qualified"


def test_an_inactive_type_cannot_be_asked_for(market):
    kind_id = kind(market, "Asleep", QualificationTypeStatus="Inactive")["QualificationTypeId"]
    assert attribute(ask(market.worker(), kind_id).text, "data-reason") == "not-requestable"


def take(worker, kind_id, **fields):
    """Begin the test and hand it in; the answer page."""
    begun = ask(worker, kind_id)
    assert begun.headers["location"].startswith("/tests/"), begun.text
    return hand_in(worker, begun.headers["location"], **fields)


def hand_in(worker, path, **fields):
    request_id = path.removeprefix("/tests/")
    return STRANGER.post(submit_address(worker, path), data={"assignmentId": request_id, **fields})


def submit_address(worker, path):
    """Where the page inside the test's frame sends its form."""
    page = worker.http.get(path).text
    frame = unescape(re.search(r'<iframe data-task[^>]*\ssrc="([^"]+)"', page)[1])
    return attribute(worker.http.get(frame).text, "action")


def test_a_test_is_taken_in_its_time_and_waits_for_the_requester(world):
    kind_id = kind(world, "Legs", Test=TEST, TestDurationInSeconds=60)["QualificationTypeId"]
    worker = world.worker()
    assert outcome(take(worker, kind_id, legs="8")) == "submitted"
    asked = world.requester.client.list_qualification_requests()["QualificationRequests"][0]
    assert "<FreeText>8</FreeText>" in asked["Answer"]
    assert asked["Test"] == TEST


def test_a_test_handed_in_late_counts_as_a_try(world):
    made = kind(world, "Late", Test=TEST, TestDurationInSeconds=60, RetryDelayInSeconds=3600)
    kind_id = made["QualificationTypeId"]
    worker = world.worker()
    path = ask(worker, kind_id).headers["location"]
    address = submit_address(worker, path)
    world.clock.move(timedelta(seconds=61))
    late = STRANGER.post(address, data={"legs": "8"})
    assert (late.status_code, outcome(late)) == (409, "abandoned")
    assert "8" in late.text  # what was typed is given back
    assert attribute(ask(worker, kind_id).text, "data-reason") == "retry-later"
    world.clock.move(timedelta(hours=1))
    assert outcome(take(worker, kind_id, legs="8")) == "submitted"


def test_another_workers_test_cannot_be_opened_nor_answered_twice(market):
    kind_id = kind(market, "Mine", Test=TEST, TestDurationInSeconds=60)["QualificationTypeId"]
    worker = market.worker()
    path = ask(worker, kind_id).headers["location"]
    assert market.worker().http.get(path).status_code == 404
    address = submit_address(worker, path)
    first, second = (STRANGER.post(address, data={"legs": n}) for n in "86")
    assert (outcome(first), outcome(second)) == ("submitted", "already-submitted")
    asked = market.requester.client.list_qualification_requests(QualificationTypeId=kind_id)
    assert "<FreeText>8</FreeText>" in asked["QualificationRequests"][0]["Answer"]
