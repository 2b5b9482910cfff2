"""Review policies: submissions scored against known answers and against each other."""

from datetime import timedelta

import pytest

from tests.hits.endpoint.conftest import outcome

KNOWN = "ScoreMyKnownAnswers/2011-09-01"
PLURALITY = "SimplePlurality/2011-09-01"


def known(answers=None, **numbers):
    entries = [{"Key": k, "Values": v} for k, v in (answers or {"a": ["1"], "b": ["2"]}).items()]
    return {
        "PolicyName": KNOWN,
        "Parameters": [{"Key": "AnswerKey", "MapEntries": entries}, *parameters(numbers)],
    }


def plural(questions=("a", "b"), threshold=50, **numbers):
    given = {"QuestionAgreementThreshold": threshold, **numbers}
    return {
        "PolicyName": PLURALITY,
        "Parameters": [{"Key": "QuestionIds", "Values": list(questions)}, *parameters(given)],
    }


def parameters(numbers):
    return [{"Key": key, "Values": [str(value)]} for key, value in numbers.items()]


def report(world, hit, level, **more):
    answer = world.requester.client.list_review_policy_results_for_hit(
        HITId=hit["HITId"], MaxResults=100, **more
    )
    return answer[f"{level}ReviewReport"]


def results(world, hit, level):
    """{(key, question, subject): value}."""
    return {
        (one["Key"], one.get("QuestionId"), one["SubjectId"]): one["Value"]
        for one in report(world, hit, level)["ReviewResults"]
    }


def actions(world, hit, level):
    return [
        (one["ActionName"], one["TargetId"], one["Status"])
        for one in report(world, hit, level)["ReviewActions"]
        if one["ActionName"] != "review"
    ]


def status(world, assignment_id):
    answer = world.requester.client.get_assignment(AssignmentId=assignment_id)
    return answer["Assignment"]["AssignmentStatus"]


def test_known_answers_approve_and_reject_as_they_come_in(world):
    hit = world.requester.create(
        MaxAssignments=3,
        AssignmentReviewPolicy=known(
            ApproveIfKnownAnswerScoreIsAtLeast=100,
            RejectIfKnownAnswerScoreIsLessThan=50,
            RejectReason="The two known words were not found.",
        ),
    )
    good = world.worker().do(hit["HITId"], a=" 1 ", b="2")  # white space does not count
    half = world.worker().do(hit["HITId"], a="1", b="3")
    bad = world.worker().do(hit["HITId"], a="9", b="3")
    assert [status(world, one) for one in (good, half, bad)] == [
        "Approved",
        "Submitted",
        "Rejected",
    ]
    found = results(world, hit, "Assignment")
    assert found["KnownAnswerScore", None, half] == "50"
    assert found["KnownAnswerCorrect", "a", half] == "1"
    assert found["KnownAnswerCorrect", "b", half] == "0"
    assert actions(world, hit, "Assignment") == [
        ("approve", good, "Succeeded"),
        ("reject", bad, "Succeeded"),
    ]
    feedback = world.requester.client.get_assignment(AssignmentId=bad)["Assignment"]
    assert feedback["RequesterFeedback"] == "The two known words were not found."
    # 3 × 0.50 were held: one paid, one given back, one still waiting
    assert world.requester.balance() == ("9999.00", "0.50")


def test_several_boxes_of_one_name_are_one_answer(world):
    hit = world.requester.create(
        MaxAssignments=2,
        AssignmentReviewPolicy=known({"a": ["1", "2"]}, ApproveIfKnownAnswerScoreIsAtLeast=100),
    )
    both = world.worker().do(hit["HITId"], a=["2", "1"])
    one = world.worker().do(hit["HITId"], a="1")
    assert [status(world, assignment) for assignment in (both, one)] == ["Approved", "Submitted"]


def test_a_low_score_asks_somebody_else(world):
    hit = world.requester.create(
        AssignmentReviewPolicy=known(
            ExtendIfKnownAnswerScoreIsLessThan=100,
            ExtendMaximumAssignments=2,
            ExtendMinimumTimeInSeconds=7200,
        )
    )
    first = world.worker().do(hit["HITId"], a="no")
    extended = world.requester.hit(hit["HITId"])
    assert (extended["MaxAssignments"], extended["HITStatus"]) == (2, "Assignable")
    assert extended["Expiration"] > hit["Expiration"]
    world.worker().do(hit["HITId"], a="no")
    ended = world.requester.hit(hit["HITId"])
    assert (ended["MaxAssignments"], ended["HITStatus"]) == (2, "Reviewable")
    assert actions(world, hit, "Assignment") == [("extend", hit["HITId"], "Succeeded")] * 2
    assert status(world, first) == "Submitted"


def test_what_cannot_be_done_fails_by_itself(world):
    """The HIT holds all of the money: there is none to extend it with."""
    balance = world.requester.balance()[0]
    hit = world.requester.create(
        Reward=balance,
        AssignmentReviewPolicy=known(
            ExtendIfKnownAnswerScoreIsLessThan=100, ExtendMaximumAssignments=2
        ),
    )
    done = world.worker().do(hit["HITId"], a="no")
    assert status(world, done) == "Submitted"
    (failed,) = [
        one
        for one in report(world, hit, "Assignment")["ReviewActions"]
        if one["Status"] == "Failed"
    ]
    assert failed["ErrorCode"] == "AWS.MechanicalTurk.InsufficientFunds"
    assert world.requester.hit(hit["HITId"])["MaxAssignments"] == 1
    assert world.requester.balance() == ("0.00", balance)


def test_a_small_hit_does_not_grow_to_ten(world):
    hit = world.requester.create(
        MaxAssignments=9,
        AssignmentReviewPolicy=known(
            ExtendIfKnownAnswerScoreIsLessThan=100, ExtendMaximumAssignments=20
        ),
    )
    world.worker().do(hit["HITId"], a="no")
    (name, _, outcome_of) = actions(world, hit, "Assignment")[0]
    assert (name, outcome_of) == ("extend", "Failed")
    assert world.requester.hit(hit["HITId"])["MaxAssignments"] == 9


EXAMPLE = {
    "A": "coat blue large furry",
    "B": "sweater blue large fur",
    "C": "coat green large furr",
}


def test_plurality_as_in_the_published_example(world):
    """Three workers, four questions (Amazon's own example): three of four have an agreed answer,
    so the HIT scores 75; worker 1 agrees on all three (100), the others on two of three (66)."""
    hit = world.requester.create(
        MaxAssignments=3,
        HITReviewPolicy=plural(
            ["q1,q2", "q3", "q4"],
            ApproveIfWorkerAgreementScoreIsAtLeast=100,
            RejectIfWorkerAgreementScoreIsLessThan=60,
        ),
    )
    done = []
    for answers in EXAMPLE.values():
        fields = dict(zip(("q1", "q2", "q3", "q4"), answers.split(), strict=True))
        done.append(world.worker().do(hit["HITId"], **fields))
        if len(done) == 2:
            assert report(world, hit, "HIT")["ReviewResults"] == []  # not before all are in
    found = results(world, hit, "HIT")
    assert found["HITAgreementScore", None, hit["HITId"]] == "75"
    assert [found["WorkerAgreementScore", None, one] for one in done] == ["100", "66", "66"]
    assert found["PluralityAnswer", "q1", hit["HITId"]] == "coat"
    levels = [found.get(("PluralityLevel", f"q{n}", hit["HITId"])) for n in (1, 2, 3, 4)]
    assert levels == ["66", "66", "100", None]
    assert found["AgreedWithPlurality", "q1", done[1]] == "0"
    assert [status(world, one) for one in done] == ["Approved", "Submitted", "Submitted"]


def test_two_equal_shares_are_no_plurality(world):
    hit = world.requester.create(MaxAssignments=2, HITReviewPolicy=plural(["a"], threshold=40))
    for answer in ("x", "y"):
        world.worker().do(hit["HITId"], a=answer)
    found = results(world, hit, "HIT")
    assert found == {("HITAgreementScore", None, hit["HITId"]): "0"}


def test_disagreement_asks_somebody_else_and_is_looked_at_anew(world):
    hit = world.requester.create(
        MaxAssignments=2,
        HITReviewPolicy=plural(
            ["a"],
            ExtendIfHITAgreementScoreIsLessThan=100,
            ExtendMaximumAssignments=3,
            ExtendMinimumTimeInSeconds=3600,
        ),
    )
    for answer in ("x", "y"):
        world.worker().do(hit["HITId"], a=answer)
    assert world.requester.hit(hit["HITId"])["HITStatus"] == "Assignable"
    world.worker().do(hit["HITId"], a="y")
    assert world.requester.hit(hit["HITId"])["HITStatus"] == "Reviewable"
    found = results(world, hit, "HIT")
    assert found["PluralityAnswer", "a", hit["HITId"]] == "y"
    assert found["PluralityLevel", "a", hit["HITId"]] == "66"


@pytest.mark.parametrize("disregard", [True, False])
def test_rejected_work_counts_only_if_it_is_meant_to(world, disregard):
    """x, y, y: with the rejected x left out, y has 100 percent; with it, 66."""
    hit = world.requester.create(
        MaxAssignments=3,
        AssignmentReviewPolicy=known({"k": ["1"]}, RejectIfKnownAnswerScoreIsLessThan=100),
        HITReviewPolicy=plural(["a"], DisregardAssignmentIfRejected="T" if disregard else "F"),
    )
    for answer, key in (("x", "0"), ("y", "1"), ("y", "1")):
        world.worker().do(hit["HITId"], a=answer, k=key)
    level = results(world, hit, "HIT")["PluralityLevel", "a", hit["HITId"]]
    assert level == ("100" if disregard else "66")


def test_work_with_a_low_known_score_can_be_left_out(world):
    hit = world.requester.create(
        MaxAssignments=2,
        AssignmentReviewPolicy=known({"k": ["1"]}),
        HITReviewPolicy=plural(["a"], DisregardAssignmentIfKnownAnswerScoreIsLessThan=100),
    )
    world.worker().do(hit["HITId"], a="x", k="0")
    world.worker().do(hit["HITId"], a="y", k="1")
    assert results(world, hit, "HIT")["PluralityAnswer", "a", hit["HITId"]] == "y"


def test_expiry_is_when_the_rest_is_compared(world):
    """Time alone makes this HIT reviewable: one of its three places is never taken."""
    hit = world.requester.create(MaxAssignments=3, HITReviewPolicy=plural(["a"]))
    for _ in range(2):
        world.worker().do(hit["HITId"], a="x")
    assert report(world, hit, "HIT")["ReviewResults"] == []
    world.clock.move(timedelta(hours=2))
    assert results(world, hit, "HIT")["HITAgreementScore", None, hit["HITId"]] == "100"


def test_the_results_come_in_pages_by_level_and_kind(world):
    hit = world.requester.create(
        MaxAssignments=3,
        AssignmentReviewPolicy=known(ApproveIfKnownAnswerScoreIsAtLeast=0),
        HITReviewPolicy=plural(),
    )
    for _ in range(3):
        world.worker().do(hit["HITId"], a="1", b="2")
    client = world.requester.client
    seen, token = [], {}
    while True:
        page = client.list_review_policy_results_for_hit(HITId=hit["HITId"], MaxResults=4, **token)
        reports = (page["AssignmentReviewReport"], page["HITReviewReport"])
        rows = [row for one in reports for kind in one.values() for row in kind]
        assert len(rows) <= 4
        seen += [tuple(sorted(map(str, row.items()))) for row in rows]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    whole = report(world, hit, "Assignment"), report(world, hit, "HIT")
    assert len(seen) == len(set(seen)) == sum(len(kind) for one in whole for kind in one.values())
    assert page["AssignmentReviewPolicy"] == known(ApproveIfKnownAnswerScoreIsAtLeast=0)
    only = client.list_review_policy_results_for_hit(
        HITId=hit["HITId"], PolicyLevels=["HIT"], RetrieveActions=False, MaxResults=100
    )
    assert "AssignmentReviewReport" not in only
    assert only["HITReviewReport"]["ReviewActions"] == []
    assert only["HITReviewReport"]["ReviewResults"]


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"AssignmentReviewPolicy": plural()}, "AssignmentReviewPolicy.PolicyName"),
        ({"HITReviewPolicy": {"PolicyName": PLURALITY}}, "HITReviewPolicy.QuestionIds"),
        (
            {"AssignmentReviewPolicy": known(ApproveIfKnownAnswerScoreIsAtLeast=102)},
            "AssignmentReviewPolicy.ApproveIfKnownAnswerScoreIsAtLeast",
        ),
        (
            {"AssignmentReviewPolicy": known(ApproveIfSunny=1)},
            "AssignmentReviewPolicy.ApproveIfSunny",
        ),
        (
            {"HITReviewPolicy": plural(ExtendIfHITAgreementScoreIsLessThan=50)},
            "HITReviewPolicy.ExtendMaximumAssignments",
        ),
        ({"HITReviewPolicy": plural(["q"] * 3 + [str(n) for n in range(16)])}, "QuestionIds"),
        ({"HITReviewPolicy": plural(DisregardAssignmentIfRejected="perhaps")}, "Disregard"),
        (
            {"AssignmentReviewPolicy": known({"a": []})},
            "AssignmentReviewPolicy.AnswerKey",
        ),
    ],
)
def test_a_policy_that_cannot_be_carried_out_is_refused_by_name(shared_world, changes, member):
    refusal = shared_world.requester.refusal(
        "create_hit", **shared_world.requester.hit_parameters(**changes)
    )
    assert refusal["Error"]["Code"] == "ParameterValidationError"
    assert member in refusal["Error"]["Message"]


def test_a_long_answer_is_not_compared(world):
    hit = world.requester.create(MaxAssignments=2, HITReviewPolicy=plural(["a"]))
    for _ in range(2):
        worker = world.worker()
        held = worker.accept(hit["HITId"])
        assert outcome(worker.submit(held, a="x" * 257)) == "submitted"
    assert results(world, hit, "HIT")["HITAgreementScore", None, hit["HITId"]] == "0"
