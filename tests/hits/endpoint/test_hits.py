"""HIT types and HITs through an unmodified boto3 client."""

from datetime import UTC, datetime, timedelta

import pytest


def test_a_new_hit_is_assignable_and_echoes_what_was_given(shared_world):
    question = shared_world.html_question("<p>caf&eacute; 😀</p>", height=450)
    hit = shared_world.requester.create(
        Question=question,
        Keywords="text, words",
        RequesterAnnotation="campaign 7",
        MaxAssignments=3,
        AutoApprovalDelayInSeconds=60,
    )
    seen = shared_world.requester.hit(hit["HITId"])
    assert seen == hit
    assert seen["Question"] == question
    assert (seen["Title"], seen["Keywords"]) == ("Mark the words", "text, words")
    assert (seen["RequesterAnnotation"], seen["Reward"]) == ("campaign 7", "0.50")
    assert (seen["HITStatus"], seen["HITReviewStatus"]) == ("Assignable", "NotReviewed")
    assert seen["Expiration"] - seen["CreationTime"] == timedelta(hours=1)
    assert seen["NumberOfAssignmentsAvailable"] == seen["MaxAssignments"] == 3
    assert seen["AutoApprovalDelayInSeconds"] == 60


def test_defaults_are_one_assignment_and_thirty_days_until_auto_approval(shared_world):
    parameters = shared_world.requester.hit_parameters()
    del parameters["MaxAssignments"]
    hit = shared_world.requester.client.create_hit(**parameters)["HIT"]
    assert hit["MaxAssignments"] == 1
    assert hit["AutoApprovalDelayInSeconds"] == 30 * 24 * 3600
    assert "Keywords" not in hit
    assert "RequesterAnnotation" not in hit


def test_identical_values_give_the_same_hit_type(shared_world):
    values = {
        "Title": "T",
        "Description": "D",
        "Reward": "0.5",
        "AssignmentDurationInSeconds": 60,
    }
    client = shared_world.requester.client
    first = client.create_hit_type(**values)["HITTypeId"]
    assert client.create_hit_type(**values | {"Reward": "0.50"})["HITTypeId"] == first
    assert client.create_hit_type(**values | {"Reward": "0.51"})["HITTypeId"] != first
    assert client.create_hit_type(**values | {"Keywords": "k"})["HITTypeId"] != first


def test_a_hit_of_a_type_has_the_types_properties_and_shares_its_group(shared_world):
    client = shared_world.requester.client
    first = shared_world.requester.create()
    second = client.create_hit_with_hit_type(
        HITTypeId=first["HITTypeId"], LifetimeInSeconds=60, Question=shared_world.html_question()
    )["HIT"]
    assert second["HITId"] != first["HITId"]
    assert second["Title"] == first["Title"]
    assert second["HITGroupId"] == first["HITGroupId"]


def test_a_hit_of_an_unknown_type_is_refused(shared_world):
    error = shared_world.requester.refusal(
        "create_hit_with_hit_type",
        HITTypeId="3NOSUCHTYPE",
        LifetimeInSeconds=60,
        Question=shared_world.html_question(),
    )
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITTypeDoesNotExist"


def test_a_repeated_token_is_answered_with_the_first_hit(world):
    hit = world.requester.create(UniqueRequestToken="campaign-7/page-1")
    repeated = world.requester.hit_parameters(UniqueRequestToken="campaign-7/page-1")
    error = world.requester.refusal("create_hit", **repeated)
    assert error["Error"]["Code"] == "RequestError"
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HitAlreadyExists"
    assert hit["HITId"] in error["Message"]
    error = world.requester.refusal(
        "create_hit_with_hit_type",
        HITTypeId=hit["HITTypeId"],
        LifetimeInSeconds=60,
        Question=world.html_question(),
        UniqueRequestToken="campaign-7/page-1",
    )
    assert hit["HITId"] in error["Message"]
    assert len(world.requester.client.list_hits()["HITs"]) == 1


def test_a_token_is_forgotten_after_twenty_four_hours(world):
    first = world.requester.create(UniqueRequestToken="t")
    world.clock.move(timedelta(hours=23))
    world.requester.refusal("create_hit", **world.requester.hit_parameters(UniqueRequestToken="t"))
    world.clock.move(timedelta(hours=2))
    second = world.requester.create(UniqueRequestToken="t")
    assert second["HITId"] != first["HITId"]
    # The new HIT's token counts from now on.
    error = world.requester.refusal(
        "create_hit", **world.requester.hit_parameters(UniqueRequestToken="t")
    )
    assert second["HITId"] in error["Message"]


def test_a_refused_creation_does_not_use_up_its_token(world):
    world.requester.refusal(
        "create_hit",
        **world.requester.hit_parameters(UniqueRequestToken="t", Question="<broken"),
    )
    assert world.requester.create(UniqueRequestToken="t")["HITStatus"] == "Assignable"


def test_list_hits_pages_are_stable_while_hits_are_added(world):
    old = [world.requester.create(Title=f"old {n}")["HITId"] for n in range(7)]
    seen, token = [], {}
    while True:
        page = world.requester.client.list_hits(MaxResults=3, **token)
        assert page["NumResults"] == len(page["HITs"]) <= 3
        seen += [hit["HITId"] for hit in page["HITs"]]
        world.requester.create(Title="added meanwhile")
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == old[::-1]


def test_boto3s_paginator_walks_through_all_hits(world):
    made = {world.requester.create(Title=f"{n}")["HITId"] for n in range(25)}
    pages = world.requester.client.get_paginator("list_hits").paginate()
    assert {hit["HITId"] for page in pages for hit in page["HITs"]} == made


@pytest.mark.parametrize("token", ["x", "bm90IGpzb24=", "WyJHZXRISVQiLCAxXQ==", "é" * 3])
def test_a_token_that_was_not_given_is_refused(shared_world, token):
    error = shared_world.requester.refusal("list_hits", NextToken=token)
    assert error["Error"]["Code"] == "ParameterValidationError"
    assert "NextToken" in error["Error"]["Message"]


def test_one_lists_token_is_refused_by_another(world):
    for n in range(2):
        world.requester.create(Title=f"{n}")
    page = world.requester.client.list_hits(MaxResults=1)
    hit_id = page["HITs"][0]["HITId"]
    error = world.requester.refusal(
        "list_assignments_for_hit", HITId=hit_id, NextToken=page["NextToken"]
    )
    assert "NextToken" in error["Error"]["Message"]


def test_expiring_makes_a_hit_reviewable_at_once_and_extending_revives_it(world):
    hit_id = world.requester.create()["HITId"]
    client = world.requester.client
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=datetime(2015, 1, 1))
    hit = world.requester.hit(hit_id)
    assert hit["HITStatus"] == "Reviewable"
    # Slots that nobody filled stay in the counter, so max - pending - available - completed
    # goes on being the number submitted.
    assert hit["NumberOfAssignmentsAvailable"] == 1
    later = datetime.now(UTC) + timedelta(days=1)
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=later)
    assert world.requester.hit(hit_id)["HITStatus"] == "Assignable"


def test_expiry_more_than_a_year_away_is_refused(shared_world):
    hit_id = shared_world.requester.create()["HITId"]
    error = shared_world.requester.refusal(
        "update_expiration_for_hit",
        HITId=hit_id,
        ExpireAt=datetime.now(UTC) + timedelta(days=366),
    )
    assert "ExpireAt" in error["Error"]["Message"]


def test_a_hit_can_be_deleted_only_when_reviewable_and_wholly_reviewed(world):
    client = world.requester.client
    hit_id = world.requester.create()["HITId"]
    error = world.requester.refusal("delete_hit", HITId=hit_id)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"
    assert "'Assignable'" in error["Message"]
    assignment_id = world.worker().do(hit_id)
    error = world.requester.refusal("delete_hit", HITId=hit_id)
    assert "'Reviewable'" in error["Message"]
    client.approve_assignment(AssignmentId=assignment_id)
    client.delete_hit(HITId=hit_id)
    assert world.requester.hit(hit_id)["HITStatus"] == "Disposed"
    assert client.list_hits()["HITs"] == []
    for operation, more in (
        ("delete_hit", {}),
        ("update_expiration_for_hit", {"ExpireAt": datetime(2015, 1, 1)}),
    ):
        error = world.requester.refusal(operation, HITId=hit_id, **more)
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("get_hit", {}),
        ("delete_hit", {}),
        ("list_assignments_for_hit", {}),
        ("list_bonus_payments", {}),
        ("update_expiration_for_hit", {"ExpireAt": datetime(2015, 1, 1)}),
    ],
)
def test_an_unknown_hit_does_not_exist(shared_world, operation, more):
    error = shared_world.requester.refusal(operation, HITId="3NOSUCHHIT", **more)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert error["Message"].startswith("Hit 3NOSUCHHIT does not exist. (")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"Title": ""}, "Title"),
        ({"Title": "x" * 129}, "Title"),
        ({"Title": "nul \0 byte"}, "Title"),
        ({"Description": "x" * 2001}, "Description"),
        ({"Keywords": "x" * 1001}, "Keywords"),
        ({"RequesterAnnotation": "x" * 256}, "RequesterAnnotation"),
        ({"Reward": "abc"}, "Reward"),
        ({"Reward": "-1"}, "Reward"),
        ({"Reward": "1.005"}, "Reward"),
        ({"Reward": "0.50\n"}, "Reward"),
        ({"Reward": "9" * 400}, "Reward"),
        ({"LifetimeInSeconds": 29}, "LifetimeInSeconds"),
        ({"LifetimeInSeconds": 31_536_001}, "LifetimeInSeconds"),
        ({"AssignmentDurationInSeconds": 29}, "AssignmentDurationInSeconds"),
        ({"AutoApprovalDelayInSeconds": 2_592_001}, "AutoApprovalDelayInSeconds"),
        ({"MaxAssignments": 0}, "MaxAssignments"),
        ({"MaxAssignments": 2**40}, "MaxAssignments"),
        ({"UniqueRequestToken": "x" * 65}, "UniqueRequestToken"),
    ],
)
def test_what_boto3_lets_through_is_refused_by_name(shared_world, changes, name):
    error = shared_world.requester.refusal(
        "create_hit", **shared_world.requester.hit_parameters(**changes)
    )
    assert error["Error"]["Code"] == "ParameterValidationError"
    assert name in error["Error"]["Message"]
