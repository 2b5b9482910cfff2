"""HITs that grow, change their type, and go into review and back."""

from datetime import timedelta

import pytest


def code(refusal):
    return refusal["TurkErrorCode"].removeprefix("AWS.MechanicalTurk.")


def grow(requester, hit_id, more, **changes):
    requester.client.create_additional_assignments_for_hit(
        HITId=hit_id, NumberOfAdditionalAssignments=more, **changes
    )


def test_added_places_hold_money_and_wake_a_reviewable_hit(world):
    hit_id = world.requester.create(MaxAssignments=1)["HITId"]
    world.worker().do(hit_id)
    assert world.requester.hit(hit_id)["HITStatus"] == "Reviewable"
    assert world.requester.balance() == ("9999.50", "0.50")
    grow(world.requester, hit_id, 2)
    hit = world.requester.hit(hit_id)
    assert (hit["HITStatus"], hit["MaxAssignments"]) == ("Assignable", 3)
    assert hit["NumberOfAssignmentsAvailable"] == 2
    assert world.requester.balance() == ("9998.50", "1.50")  # one awaits review, two are free
    world.worker().do(hit_id)


def test_places_of_an_expired_hit_hold_nothing_until_it_is_extended(world):
    hit_id = world.requester.create(LifetimeInSeconds=30)["HITId"]
    world.clock.move(timedelta(seconds=31))
    grow(world.requester, hit_id, 2)
    assert world.requester.hit(hit_id)["HITStatus"] == "Reviewable"
    assert world.requester.balance() == ("10000.00", "0.00")
    later = (world.clock.now() + 3_600_000) / 1000
    world.requester.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=later)
    assert world.requester.hit(hit_id)["HITStatus"] == "Assignable"
    assert world.requester.balance() == ("9998.50", "1.50")


def test_a_repeated_token_adds_places_once_and_is_forgotten_after_a_day(world):
    hit_id = world.requester.create(LifetimeInSeconds=200_000)["HITId"]
    grow(world.requester, hit_id, 2, UniqueRequestToken="more")
    refusal = world.requester.refusal(
        "create_additional_assignments_for_hit",
        HITId=hit_id,
        NumberOfAdditionalAssignments=2,
        UniqueRequestToken="more",
    )
    assert code(refusal) == "DuplicateRequest"
    assert world.requester.hit(hit_id)["MaxAssignments"] == 3
    world.clock.move(timedelta(hours=24))
    grow(world.requester, hit_id, 2, UniqueRequestToken="more")
    assert world.requester.hit(hit_id)["MaxAssignments"] == 5


@pytest.mark.parametrize(("made", "more", "allowed"), [(1, 8, True), (1, 9, False), (10, 5, True)])
def test_a_hit_made_small_cannot_grow_to_ten(world, made, more, allowed):
    hit_id = world.requester.create(MaxAssignments=made)["HITId"]
    if allowed:
        grow(world.requester, hit_id, more)
    else:
        refusal = world.requester.refusal(
            "create_additional_assignments_for_hit",
            HITId=hit_id,
            NumberOfAdditionalAssignments=more,
        )
        assert code(refusal) == "InvalidMaximumAssignmentsIncrease"
    assert world.requester.hit(hit_id)["MaxAssignments"] == made + more * allowed


def test_a_hit_cannot_grow_beyond_the_balance_and_then_stays_as_it_was(world):
    hit_id = world.requester.create(Reward="600", MaxAssignments=10)["HITId"]
    refusal = world.requester.refusal(
        "create_additional_assignments_for_hit",
        HITId=hit_id,
        NumberOfAdditionalAssignments=7,
        UniqueRequestToken="dear",
    )
    assert code(refusal) == "InsufficientFunds"
    assert world.requester.hit(hit_id)["MaxAssignments"] == 10
    assert world.requester.balance() == ("4000.00", "6000.00")
    grow(world.requester, hit_id, 6, UniqueRequestToken="dear")  # the token was not used up
    assert world.requester.balance() == ("400.00", "9600.00")


@pytest.mark.parametrize("more", [0, -1, 10**9])
def test_a_number_of_places_that_cannot_be_is_refused_by_name(world, more):
    hit_id = world.requester.create(MaxAssignments=10)["HITId"]
    refusal = world.requester.refusal(
        "create_additional_assignments_for_hit", HITId=hit_id, NumberOfAdditionalAssignments=more
    )
    assert "NumberOfAdditionalAssignments" in refusal["Error"]["Message"]


def test_review_goes_there_and_back(world):
    client = world.requester.client
    hit_id = world.requester.create()["HITId"]
    refusal = world.requester.refusal("update_hit_review_status", HITId=hit_id)
    assert code(refusal) == "InvalidHITState"
    world.worker().do(hit_id)
    client.update_hit_review_status(HITId=hit_id)
    assert world.requester.hit(hit_id)["HITStatus"] == "Reviewing"
    listed = client.list_reviewable_hits(Status="Reviewing")["HITs"]
    assert [hit["HITId"] for hit in listed] == [hit_id]
    assert client.list_reviewable_hits()["HITs"] == []
    client.update_hit_review_status(HITId=hit_id, Revert=True)
    assert [hit["HITId"] for hit in client.list_reviewable_hits()["HITs"]] == [hit_id]


def test_a_hit_in_review_can_be_deleted_and_then_changes_no_more(world):
    hit_id = world.requester.create(LifetimeInSeconds=30)["HITId"]
    world.clock.move(timedelta(seconds=31))
    world.requester.client.update_hit_review_status(HITId=hit_id)
    world.requester.client.delete_hit(HITId=hit_id)
    for operation, more in (
        ("update_hit_review_status", {}),
        ("create_additional_assignments_for_hit", {"NumberOfAdditionalAssignments": 1}),
    ):
        assert code(world.requester.refusal(operation, HITId=hit_id, **more)) == "InvalidHITState"


def test_reviewable_hits_come_by_type_and_page_by_page_while_more_arrive(world):
    client = world.requester.client
    made = [world.requester.create(Title=title) for title in "aabaa"]
    worker = world.worker()
    for hit in made:
        worker.do(hit["HITId"])
    of_type = made[0]["HITTypeId"]
    wanted = [hit["HITId"] for hit in reversed(made) if hit["HITTypeId"] == of_type]
    first = client.list_reviewable_hits(HITTypeId=of_type, MaxResults=3)
    worker.do(world.requester.create(Title="a")["HITId"])
    second = client.list_reviewable_hits(
        HITTypeId=of_type, MaxResults=3, NextToken=first["NextToken"]
    )
    assert [hit["HITId"] for hit in first["HITs"] + second["HITs"]] == wanted
    refusal = world.requester.refusal("list_hits", NextToken=first["NextToken"])
    assert "NextToken" in refusal["Error"]["Message"]


def test_a_hit_takes_another_type_until_somebody_accepts_it(world):
    client = world.requester.client
    hit_id = world.requester.create(Reward="0.50", MaxAssignments=2)["HITId"]
    dearer = client.create_hit_type(
        Title="Dearer", Description="As before.", Reward="0.75", AssignmentDurationInSeconds=60
    )["HITTypeId"]
    client.update_hit_type_of_hit(HITId=hit_id, HITTypeId=dearer)
    hit = world.requester.hit(hit_id)
    assert (hit["HITTypeId"], hit["Title"], hit["Reward"]) == (dearer, "Dearer", "0.75")
    assert world.requester.balance() == ("9998.50", "1.50")
    worker = world.worker()
    worker.post(f"/assignments/{worker.accept(hit_id)}/return")
    refusal = world.requester.refusal("update_hit_type_of_hit", HITId=hit_id, HITTypeId=dearer)
    assert code(refusal) == "InvalidHITState"


def test_a_type_of_nobody_is_refused(world):
    hit_id = world.requester.create()["HITId"]
    refusal = world.requester.refusal("update_hit_type_of_hit", HITId=hit_id, HITTypeId="3NONE")
    assert code(refusal) == "HITTypeDoesNotExist"
