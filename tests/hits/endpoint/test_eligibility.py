"""Who may find, see and accept a HIT, and what the others are told."""

import re
from html import unescape

import pytest

from tests.hits.endpoint.conftest import attribute

APPROVED = "00000000000000000040"
PERCENT = "000000000000000000L0"
LOCALE = "00000000000000000071"
ADULT = "00000000000000000060"
MASTERS = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"


def need(kind_id, comparator="Exists", guards="Accept", **values):
    return {
        "QualificationTypeId": kind_id,
        "Comparator": comparator,
        "ActionsGuarded": guards,
        **values,
    }


def hit_for(world, *needs, **more):
    return world.requester.create(QualificationRequirements=list(needs), **more)


def reading(world, name="Reading"):
    made = world.requester.client.create_qualification_type(
        Name=name, Description="Reads with care.", QualificationTypeStatus="Active"
    )
    return made["QualificationType"]["QualificationTypeId"]


def grant(world, kind_id, worker, value):
    world.requester.client.associate_qualification_with_worker(
        QualificationTypeId=kind_id, WorkerId=worker.worker_id, IntegerValue=value
    )


def accepts(worker, hit):
    return worker.post(f"/hits/{hit['HITId']}/accept")


def reasons(page):
    """The sentences that say what is missing."""
    found = re.findall(r"<li data-unmet=[^>]*>(.*?)</li>", page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in found]


@pytest.mark.parametrize(
    ("comparator", "values", "worse", "better"),
    [
        ("LessThan", [50], 50, 49),
        ("LessThanOrEqualTo", [50], 51, 50),
        ("GreaterThan", [50], 50, 51),
        ("GreaterThanOrEqualTo", [50], 49, 50),
        ("EqualTo", [50], 49, 50),
        ("NotEqualTo", [50], 50, 49),
        ("In", [1, 50], 2, 50),
        ("NotIn", [1, 50], 50, 2),
    ],
)
def test_every_comparator_of_a_value(shared_world, comparator, values, worse, better):
    kind_id = reading(shared_world, f"Value {comparator}")
    hit = hit_for(shared_world, need(kind_id, comparator, IntegerValues=values))
    worker = shared_world.worker()
    refused = accepts(worker, hit)
    assert (refused.status_code, attribute(refused.text, "data-reason")) == (403, "not-qualified")
    assert reasons(refused.text)[0].endswith("you do not have it. Ask for it")
    grant(shared_world, kind_id, worker, worse)
    assert reasons(accepts(worker, hit).text)[0].endswith(f"yours is {worse}.")
    grant(shared_world, kind_id, worker, better)
    assert accepts(worker, hit).status_code == 303


def test_having_and_not_having(shared_world):
    kind_id = reading(shared_world, "Has")
    with_it = hit_for(shared_world, need(kind_id))
    without = hit_for(shared_world, need(kind_id, "DoesNotExist"), Title="For newcomers")
    worker = shared_world.worker()
    assert reasons(accepts(worker, with_it).text) == [
        "“Has” is needed; you do not have it. Ask for it"
    ]
    grant(shared_world, kind_id, worker, 0)
    assert accepts(worker, with_it).status_code == 303
    assert reasons(accepts(worker, without).text) == ["“Has” must not be held; yours is 0."]
    shared_world.requester.client.disassociate_qualification_from_worker(
        QualificationTypeId=kind_id, WorkerId=worker.worker_id
    )
    assert accepts(worker, without).status_code == 303


def test_every_missing_thing_is_said_not_only_the_first(shared_world):
    kind_id = reading(shared_world, "One of two")
    hit = hit_for(
        shared_world,
        need(kind_id, "GreaterThanOrEqualTo", IntegerValues=[80]),
        need(APPROVED, "GreaterThan", IntegerValues=[100]),
    )
    said = reasons(accepts(shared_world.worker(), hit).text)
    assert said == [
        "“One of two” must be at least 80; you do not have it. Ask for it",
        "“HITs approved” must be more than 100; yours is 0.",
    ]


def test_places_are_matched_down_to_their_parts(shared_world):
    us = {"Country": "US"}
    california = {"Country": "US", "Subdivision": "CA"}
    anywhere_in = hit_for(shared_world, need(LOCALE, "EqualTo", LocaleValues=[us]))
    only = hit_for(
        shared_world, need(LOCALE, "In", LocaleValues=[california, {"Country": "DE"}]), Title="CA"
    )
    not_in = hit_for(shared_world, need(LOCALE, "NotEqualTo", LocaleValues=[california]), Title="O")

    def outcome_for(country, subdivision=""):
        worker = shared_world.worker()
        saved = worker.post("/profile", country=country, subdivision=subdivision)
        assert saved.status_code == 303
        return [accepts(worker, hit).status_code == 303 for hit in (anywhere_in, only, not_in)]

    for hit in (anywhere_in, only, not_in):  # enough places for all of them
        shared_world.requester.client.create_additional_assignments_for_hit(
            HITId=hit["HITId"], NumberOfAdditionalAssignments=4
        )
    assert outcome_for("us", "ca") == [True, True, False]
    assert outcome_for("US", "NY") == [True, False, True]
    assert outcome_for("DE") == [False, True, True]
    assert outcome_for("") == [False, False, False]  # nothing said is no place at all


def test_a_place_is_two_letters(shared_world):
    worker = shared_world.worker()
    for fields in ({"country": "USA"}, {"subdivision": "CA"}, {"country": "é!"}):
        answer = worker.post("/profile", **fields)
        assert attribute(answer.text, "data-reason") == "bad-place"


def test_adults_say_so_themselves(shared_world):
    hit = hit_for(shared_world, need(ADULT, "EqualTo", IntegerValues=[1]))
    worker = shared_world.worker()
    assert accepts(worker, hit).status_code == 403
    worker.post("/profile", adult="1")
    assert accepts(worker, hit).status_code == 303


def test_counts_follow_every_review(world):
    worker = world.worker()
    client = world.requester.client
    hit = hit_for(world, need(APPROVED, "GreaterThanOrEqualTo", IntegerValues=[1]))
    done = worker.do(world.requester.create()["HITId"])
    assert reasons(accepts(worker, hit).text) == ["“HITs approved” must be at least 1; yours is 0."]
    client.approve_assignment(AssignmentId=done)
    assert accepts(worker, hit).status_code == 303


def test_the_rate_counts_from_a_hundred_submissions_on(world):
    """99 submissions, one rejected, read 100; the hundredth makes it 99 of 100 = 99."""
    worker = world.worker()
    client = world.requester.client
    good = hit_for(world, need(PERCENT, "EqualTo", IntegerValues=[100]), Title="Spotless")
    for n in range(100):
        hit = world.requester.create(Title=f"Task {n}")
        done = worker.do(hit["HITId"])
        if n == 0:
            client.reject_assignment(AssignmentId=done, RequesterFeedback="No.")
        else:
            client.approve_assignment(AssignmentId=done)
        if n == 98:
            page = worker.http.get("/qualifications").text
            assert "<dt>HIT approval rate (%)</dt><dd>100</dd>" in page
    assert reasons(accepts(worker, good).text) == [
        "“HIT approval rate (%)” must be 100; yours is 99."
    ]


@pytest.mark.parametrize(
    ("guards", "listed", "preview", "accept"),
    [
        ("Accept", True, 200, 403),
        ("PreviewAndAccept", True, 403, 403),
        ("DiscoverPreviewAndAccept", False, 404, 404),
    ],
)
def test_a_requirement_guards_what_it_says(shared_world, guards, listed, preview, accept):
    kind_id = reading(shared_world, f"Guards {guards}")
    hit = hit_for(shared_world, need(kind_id, guards=guards), Title=f"Guarded {guards}")
    worker = shared_world.worker()
    queue = worker.http.get("/").text
    card = queue.partition(f'data-hit-type-id="{hit["HITTypeId"]}"')[2].partition("</article>")[0]
    assert bool(card) == listed
    assert "data-accept-next" not in card
    assert ("data-preview" in card) == (preview == 200)
    assert worker.http.get(f"/hits/{hit['HITId']}").status_code == preview
    assert accepts(worker, hit).status_code == accept
    by_group = worker.post(f"/groups/{hit['HITTypeId']}/accept")
    assert by_group.status_code == accept
    grant(shared_world, kind_id, worker, 1)
    assert worker.http.get(f"/hits/{hit['HITId']}").status_code == 200
    assert worker.post(f"/groups/{hit['HITTypeId']}/accept").status_code == 303


def test_what_is_accepted_stays_accepted(shared_world):
    kind_id = reading(shared_world, "For a while")
    hit = hit_for(shared_world, need(kind_id, guards="DiscoverPreviewAndAccept"))
    worker = shared_world.worker()
    grant(shared_world, kind_id, worker, 1)
    held = worker.accept(hit["HITId"])
    shared_world.requester.client.disassociate_qualification_from_worker(
        QualificationTypeId=kind_id, WorkerId=worker.worker_id
    )
    assert worker.accept(hit["HITId"]) == held
    assert shared_world.outcome(worker.submit(held, answer="yes")) == "submitted"


def test_the_requirements_come_back_and_hits_are_found_by_them(shared_world):
    client = shared_world.requester.client
    kind_id = reading(shared_world, "Listed")
    one = hit_for(shared_world, need(kind_id), need(MASTERS, "DoesNotExist"))
    other = hit_for(shared_world, need(kind_id, guards="PreviewAndAccept"))
    assert one["HITTypeId"] != other["HITTypeId"]
    back = shared_world.requester.hit(one["HITId"])["QualificationRequirements"]
    assert back == [
        need(kind_id) | {"RequiredToPreview": False},
        need(MASTERS, "DoesNotExist") | {"RequiredToPreview": False},
    ]
    listed = client.list_hits_for_qualification_type(QualificationTypeId=kind_id)["HITs"]
    assert [hit["HITId"] for hit in listed] == [other["HITId"], one["HITId"]]
    assert client.list_hits_for_qualification_type(QualificationTypeId=MASTERS)["NumResults"] == 1
    same = hit_for(shared_world, need(kind_id), need(MASTERS, "DoesNotExist"))
    assert same["HITTypeId"] == one["HITTypeId"]


def test_a_deleted_type_closes_its_hits(shared_world):
    kind_id = reading(shared_world, "Short-lived")
    hit = hit_for(shared_world, need(kind_id))
    worker = shared_world.worker()
    grant(shared_world, kind_id, worker, 1)
    shared_world.requester.client.delete_qualification_type(QualificationTypeId=kind_id)
    assert reasons(accepts(worker, hit).text) == [
        "A qualification that no longer exists is needed; you do not have it."
    ]


@pytest.mark.parametrize(
    ("one", "member"),
    [
        (need(APPROVED, "GreaterThan"), "IntegerValues"),
        (need(APPROVED, "GreaterThan", IntegerValues=[1, 2]), "IntegerValues"),
        (need(APPROVED, "Exists", IntegerValues=[1]), "IntegerValues"),
        (need(APPROVED, "In", IntegerValues=list(range(16))), "IntegerValues"),
        (need(APPROVED, "EqualTo", LocaleValues=[{"Country": "US"}]), "LocaleValues"),
        (need(LOCALE, "LessThan", LocaleValues=[{"Country": "US"}]), "Comparator"),
        (need(LOCALE, "EqualTo", IntegerValues=[1]), "IntegerValues"),
        (need(APPROVED, "Exists") | {"RequiredToPreview": True}, "RequiredToPreview"),
    ],
)
def test_requirements_that_make_no_sense_are_refused_by_name(shared_world, one, member):
    refusal = shared_world.requester.refusal(
        "create_hit", **shared_world.requester.hit_parameters(QualificationRequirements=[one])
    )
    assert f"parameter QualificationRequirements[0].{member}." in refusal["Error"]["Message"]


def test_an_unknown_qualification_type_is_refused(shared_world):
    refusal = shared_world.requester.refusal(
        "create_hit",
        **shared_world.requester.hit_parameters(QualificationRequirements=[need("3NOSUCH")]),
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"


def test_the_old_flag_guards_the_preview(shared_world):
    kind_id = reading(shared_world, "Old flag")
    old = {"QualificationTypeId": kind_id, "Comparator": "Exists", "RequiredToPreview": True}
    hit = hit_for(shared_world, old)
    assert hit["QualificationRequirements"][0]["ActionsGuarded"] == "PreviewAndAccept"


# Blocks


def test_a_blocked_worker_finds_nothing_of_that_requester(world):
    client = world.requester.client
    hit = world.requester.create()
    worker, other = world.worker(), world.worker()
    for reason in ("Spam.", "Still spam."):
        client.create_worker_block(WorkerId=worker.worker_id, Reason=reason)
    assert client.list_worker_blocks()["WorkerBlocks"] == [
        {"WorkerId": worker.worker_id, "Reason": "Still spam."}
    ]
    assert "data-accept-next" not in worker.http.get("/").text
    for answer in (
        worker.http.get(f"/hits/{hit['HITId']}"),
        accepts(worker, hit),
        worker.post(f"/groups/{hit['HITTypeId']}/accept"),
    ):
        assert (answer.status_code, attribute(answer.text, "data-reason")) == (403, "blocked")
    assert "data-accept-next" in other.http.get("/").text
    for _ in range(2):
        client.delete_worker_block(WorkerId=worker.worker_id)
    assert client.list_worker_blocks()["NumResults"] == 0
    assert accepts(worker, hit).status_code == 303


def test_an_unknown_worker_cannot_be_blocked(shared_world):
    refusal = shared_world.requester.refusal(
        "create_worker_block", WorkerId="ANOBODY", Reason="Who?"
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"
    assert "ANOBODY" in refusal["Error"]["Message"]


# Messages


def test_a_message_reaches_those_who_have_worked_and_names_the_others(world):
    hit = world.requester.create()
    worker, stranger = world.worker(), world.worker()
    worker.do(hit["HITId"])
    answer = world.requester.client.notify_workers(
        Subject="More <texts>",
        MessageText="There are\nmore.",
        WorkerIds=[worker.worker_id, stranger.worker_id, "ANOBODY"],
    )
    failed = {one["WorkerId"] for one in answer["NotifyWorkersFailureStatuses"]}
    assert failed == {stranger.worker_id, "ANOBODY"}
    assert attribute(worker.http.get("/").text, "data-unread") == "1"
    box = worker.http.get("/messages").text
    assert "More &lt;texts&gt;" in box and "data-new" in box
    assert "data-new" not in worker.http.get("/messages").text
    assert "data-unread" not in worker.http.get("/").text
    assert "data-message" not in stranger.http.get("/messages").text


def test_a_message_has_limits(shared_world):
    refusal = shared_world.requester.refusal(
        "notify_workers", Subject="s", MessageText="t", WorkerIds=["A1"] * 101
    )
    assert "WorkerIds" in refusal["Error"]["Message"]
    refusal = shared_world.requester.refusal(
        "notify_workers", Subject="s" * 201, MessageText="t", WorkerIds=["A1"]
    )
    assert "Subject" in refusal["Error"]["Message"]
