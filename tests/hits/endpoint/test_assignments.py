"""What workers hand in, and what requesters do with it."""

from datetime import timedelta

import pytest


def test_a_submission_is_listed_with_its_times_and_its_worker(world):
    hit_id = world.requester.create(AutoApprovalDelayInSeconds=3600)["HITId"]
    worker = world.worker("AREADER1")
    assignment_id = worker.accept(hit_id)
    world.clock.move(timedelta(minutes=5))
    worker.submit(assignment_id, answer="yes")
    [seen] = world.requester.assignments(hit_id)
    assert seen["AssignmentId"] == assignment_id
    assert seen["WorkerId"] == "AREADER1"
    assert seen["AssignmentStatus"] == "Submitted"
    assert seen["SubmitTime"] - seen["AcceptTime"] == timedelta(minutes=5)
    assert seen["Deadline"] - seen["AcceptTime"] == timedelta(minutes=10)
    assert seen["AutoApprovalTime"] - seen["SubmitTime"] == timedelta(hours=1)
    assert "ApprovalTime" not in seen
    answer = world.requester.client.get_assignment(AssignmentId=assignment_id)
    assert answer["Assignment"] == seen
    assert answer["HIT"] == world.requester.hit(hit_id)


def test_counters_and_status_follow_every_step(world):
    hit_id = world.requester.create(MaxAssignments=2)["HITId"]

    def seen():
        hit = world.requester.hit(hit_id)
        counters = ("Pending", "Available", "Completed")
        return hit["HITStatus"], [hit[f"NumberOfAssignments{name}"] for name in counters]

    assert seen() == ("Assignable", [0, 2, 0])
    first, second = world.worker(), world.worker()
    one = first.accept(hit_id)
    assert seen() == ("Assignable", [1, 1, 0])
    two = second.accept(hit_id)
    assert seen() == ("Unassignable", [2, 0, 0])
    first.submit(one, answer="yes")
    # Submitted but not reviewed: in no counter.
    assert seen() == ("Unassignable", [1, 0, 0])
    second.submit(two, answer="no")
    assert seen() == ("Reviewable", [0, 0, 0])
    world.requester.client.approve_assignment(AssignmentId=one)
    world.requester.client.reject_assignment(AssignmentId=two, RequesterFeedback="Empty.")
    assert seen() == ("Reviewable", [0, 0, 2])


def test_approval_and_rejection_carry_time_and_feedback(world):
    hit_id = world.requester.create(MaxAssignments=2)["HITId"]
    one, two = (world.worker().do(hit_id) for _ in range(2))
    client = world.requester.client
    client.approve_assignment(AssignmentId=one, RequesterFeedback="Thank you.")
    client.reject_assignment(AssignmentId=two, RequesterFeedback="The page was left empty.")
    approved, rejected = world.requester.assignments(hit_id)
    assert approved["AssignmentStatus"] == "Approved"
    assert approved["ApprovalTime"]
    assert approved["RequesterFeedback"] == "Thank you."
    assert rejected["AssignmentStatus"] == "Rejected"
    assert rejected["RejectionTime"]
    assert rejected["RequesterFeedback"] == "The page was left empty."


def test_a_second_decision_is_refused(world):
    assignment_id = world.worker().do(world.requester.create()["HITId"])
    world.requester.client.approve_assignment(AssignmentId=assignment_id)
    for operation, more in (
        ("approve_assignment", {}),
        ("reject_assignment", {"RequesterFeedback": "no"}),
        ("approve_assignment", {"OverrideRejection": True}),
    ):
        error = world.requester.refusal(operation, AssignmentId=assignment_id, **more)
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
        assert error["Message"].startswith("This operation can be called with a status of: Subm")


def test_a_rejection_can_be_overridden_within_thirty_days(world):
    hit_id = world.requester.create(MaxAssignments=2)["HITId"]
    one, two = (world.worker().do(hit_id) for _ in range(2))
    client = world.requester.client
    for assignment_id in (one, two):
        client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    error = world.requester.refusal("approve_assignment", AssignmentId=one)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
    client.approve_assignment(AssignmentId=one, OverrideRejection=True)
    seen = world.requester.assignments(hit_id)[0]
    assert seen["AssignmentStatus"] == "Approved"
    assert "RejectionTime" not in seen
    world.clock.move(timedelta(days=31))
    error = world.requester.refusal("approve_assignment", AssignmentId=two, OverrideRejection=True)
    assert "30 days" in error["Message"]


def test_a_rejection_on_a_deleted_hit_cannot_be_overridden(world):
    hit_id = world.requester.create()["HITId"]
    assignment_id = world.worker().do(hit_id)
    client = world.requester.client
    client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    client.delete_hit(HITId=hit_id)
    error = world.requester.refusal(
        "approve_assignment", AssignmentId=assignment_id, OverrideRejection=True
    )
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidHITState"


def test_what_is_not_handed_in_can_be_neither_read_nor_decided(world):
    assignment_id = world.worker().accept(world.requester.create()["HITId"])
    for operation, more in (
        ("get_assignment", {}),
        ("approve_assignment", {}),
        ("reject_assignment", {"RequesterFeedback": "no"}),
    ):
        error = world.requester.refusal(operation, AssignmentId=assignment_id, **more)
        assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("get_assignment", {}),
        ("approve_assignment", {}),
        ("reject_assignment", {"RequesterFeedback": "no"}),
        ("list_bonus_payments", {}),
        ("send_bonus", {"WorkerId": "A1", "BonusAmount": "1", "Reason": "r"}),
    ],
)
def test_an_unknown_assignment_does_not_exist(shared_world, operation, more):
    error = shared_world.requester.refusal(operation, AssignmentId="3NOSUCH", **more)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_lists_are_in_the_order_of_submission_and_filtered_by_status(world):
    hit_id = world.requester.create(MaxAssignments=5)["HITId"]
    workers = [world.worker() for _ in range(5)]
    held = [worker.accept(hit_id) for worker in workers]
    for worker, assignment_id in list(zip(workers, held, strict=True))[::-1]:
        world.clock.move(timedelta(seconds=1))
        worker.submit(assignment_id, answer="yes")
    client = world.requester.client
    assert [a["AssignmentId"] for a in world.requester.assignments(hit_id)] == held[::-1]
    client.approve_assignment(AssignmentId=held[0])
    client.reject_assignment(AssignmentId=held[1], RequesterFeedback="no")

    def listed(*statuses):
        answer = client.list_assignments_for_hit(HITId=hit_id, AssignmentStatuses=[*statuses])
        return [assignment["AssignmentId"] for assignment in answer["Assignments"]]

    assert listed("Approved") == [held[0]]
    assert listed("Approved", "Rejected") == [held[1], held[0]]
    assert listed("Submitted") == held[:1:-1]
    error = world.requester.refusal(
        "list_assignments_for_hit", HITId=hit_id, AssignmentStatuses=["Accepted"]
    )
    assert "AssignmentStatuses[0]" in error["Error"]["Message"]


def test_assignments_submitted_in_one_instant_are_each_on_exactly_one_page(world):
    hit_id = world.requester.create(MaxAssignments=7)["HITId"]
    done = {world.worker().do(hit_id) for _ in range(7)}
    seen, token = [], {}
    while True:
        page = world.requester.client.list_assignments_for_hit(HITId=hit_id, MaxResults=2, **token)
        seen += [assignment["AssignmentId"] for assignment in page["Assignments"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(seen) == 7
    assert set(seen) == done
