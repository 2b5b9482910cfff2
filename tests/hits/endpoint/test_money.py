"""Prepaid money: held, paid, given back, and never paid twice."""

from datetime import UTC, datetime, timedelta


def test_the_default_account_starts_with_ten_thousand(world):
    assert world.requester.balance() == ("10000.00", "0.00")
    assert "OnHoldBalance" not in world.requester.client.get_account_balance()


def test_creating_holds_the_reward_for_every_slot(world):
    # 3 x 0.50 = 1.50
    world.requester.create(MaxAssignments=3)
    assert world.requester.balance() == ("9998.50", "1.50")


def test_a_hit_that_the_balance_does_not_cover_is_refused_and_leaves_nothing(world):
    parameters = world.requester.hit_parameters(Reward="1000", MaxAssignments=11)
    error = world.requester.refusal("create_hit", **parameters, UniqueRequestToken="t")
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    assert world.requester.client.list_hits()["HITs"] == []
    assert world.requester.balance() == ("10000.00", "0.00")
    # Exactly the balance is enough, and the token is still free.
    world.requester.create(Reward="1000", MaxAssignments=10, UniqueRequestToken="t")
    assert world.requester.balance() == ("0.00", "10000.00")
    error = world.requester.refusal("create_hit", **world.requester.hit_parameters(Reward="0.01"))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"


def test_approval_pays_out_of_what_is_held_and_rejection_gives_it_back(world):
    hit_id = world.requester.create(MaxAssignments=2)["HITId"]
    one, two = (world.worker().do(hit_id) for _ in range(2))
    assert world.requester.balance() == ("9999.00", "1.00")
    world.requester.client.approve_assignment(AssignmentId=one)
    assert world.requester.balance() == ("9999.00", "0.50")
    world.requester.client.reject_assignment(AssignmentId=two, RequesterFeedback="no")
    assert world.requester.balance() == ("9999.50", "0.00")
    world.requester.client.approve_assignment(AssignmentId=two, OverrideRejection=True)
    assert world.requester.balance() == ("9999.00", "0.00")


def test_expiry_gives_back_what_nobody_took_and_keeps_what_is_in_hand(world):
    hit_id = world.requester.create(MaxAssignments=3, LifetimeInSeconds=60)["HITId"]
    world.worker().accept(hit_id)
    world.clock.move(timedelta(seconds=61))
    assert world.requester.balance() == ("9999.50", "0.50")
    # The ten minutes of the one who accepted pass as well.
    world.clock.move(timedelta(minutes=10))
    assert world.requester.balance() == ("10000.00", "0.00")


def test_reviving_a_hit_holds_its_money_again(world):
    hit_id = world.requester.create(Reward="6000")["HITId"]
    client = world.requester.client
    client.update_expiration_for_hit(HITId=hit_id, ExpireAt=datetime(2015, 1, 1))
    world.requester.create(Reward="5000")
    later = datetime.now(UTC) + timedelta(days=1)
    error = world.requester.refusal("update_expiration_for_hit", HITId=hit_id, ExpireAt=later)
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    assert world.requester.hit(hit_id)["HITStatus"] == "Reviewable"


def test_an_overridden_rejection_needs_funds(world):
    assignment_id = world.worker().do(world.requester.create(Reward="6000")["HITId"])
    world.requester.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="no")
    world.requester.create(Reward="5000")
    error = world.requester.refusal(
        "approve_assignment", AssignmentId=assignment_id, OverrideRejection=True
    )
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"


def test_a_worker_may_return_work_that_an_empty_account_covers(world):
    hit_id = world.requester.create(Reward="10000")["HITId"]
    worker = world.worker()
    assert worker.post(f"/assignments/{worker.accept(hit_id)}/return").status_code == 303
    world.worker().do(hit_id)
    assert world.requester.balance() == ("0.00", "10000.00")


def bonus(assignment_id, worker, **changes):
    return {
        "AssignmentId": assignment_id,
        "WorkerId": worker.worker_id,
        "BonusAmount": "0.25",
        "Reason": "For the careful comments.",
    } | changes


def test_a_bonus_is_deducted_and_listed_by_hit_and_by_assignment(world):
    hit_id = world.requester.create()["HITId"]
    worker = world.worker()
    assignment_id = worker.do(hit_id)
    client = world.requester.client
    client.send_bonus(**bonus(assignment_id, worker))
    client.send_bonus(**bonus(assignment_id, worker, BonusAmount="2"))
    # 10000 - 0.50 held - 0.25 - 2.00
    assert world.requester.balance() == ("9997.25", "0.50")
    listed = client.list_bonus_payments(HITId=hit_id)["BonusPayments"]
    assert [payment["BonusAmount"] for payment in listed] == ["0.25", "2.00"]
    assert client.list_bonus_payments(AssignmentId=assignment_id)["BonusPayments"] == listed
    assert listed[0]["WorkerId"] == worker.worker_id
    assert listed[0]["AssignmentId"] == assignment_id
    assert listed[0]["Reason"] == "For the careful comments."
    assert listed[0]["GrantTime"]
    first = client.list_bonus_payments(HITId=hit_id, MaxResults=1)
    rest = client.list_bonus_payments(HITId=hit_id, NextToken=first["NextToken"])
    assert first["BonusPayments"] + rest["BonusPayments"] == listed


def test_a_bonus_with_a_repeated_token_is_an_error_and_pays_once_for_good(world):
    worker = world.worker()
    assignment_id = worker.do(world.requester.create()["HITId"])
    once = bonus(assignment_id, worker, UniqueRequestToken="bonus-1")
    world.requester.client.send_bonus(**once)
    for wait in (timedelta(0), timedelta(days=3)):
        world.clock.move(wait)
        error = world.requester.refusal("send_bonus", **once)
        assert error["Error"]["Code"] == "RequestError"
        assert "by the request" in error["Message"]
    payments = world.requester.client.list_bonus_payments(AssignmentId=assignment_id)
    assert payments["NumResults"] == 1


def test_bonuses_that_cannot_be_paid_are_refused(world):
    worker, other = world.worker(), world.worker()
    hit_id = world.requester.create(MaxAssignments=2)["HITId"]
    assignment_id = worker.do(hit_id)
    held = other.accept(hit_id)
    refusal = world.requester.refusal
    error = refusal("send_bonus", **bonus(assignment_id, other))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"
    error = refusal("send_bonus", **bonus(held, other))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
    error = refusal("send_bonus", **bonus(assignment_id, worker, BonusAmount="99999"))
    assert error["TurkErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    for name, value in (
        ("BonusAmount", "0.00"),
        ("BonusAmount", "$1"),
        ("WorkerId", "B123"),
        ("WorkerId", "A1; drop"),
        ("Reason", ""),
        ("UniqueRequestToken", "x" * 65),
    ):
        error = refusal("send_bonus", **bonus(assignment_id, worker, **{name: value}))
        assert error["Error"]["Code"] == "ParameterValidationError"
        assert name in error["Error"]["Message"]
    error = refusal("list_bonus_payments")
    assert "HITId" in error["Error"]["Message"]
    assert world.requester.balance() == ("9999.00", "1.00")
