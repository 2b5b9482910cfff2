"""Many at once, over real HTTP: no slot twice, no token twice, no answer lost."""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import event

from hits.endpoint.clock import Clock
from hits.endpoint.market import Market
from hits.endpoint.operations import OPERATIONS, Call, load


def together(count, work):
    """Run `work(number)` in `count` threads that start at the same moment."""
    gate = threading.Barrier(count)

    def run(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_hit_is_never_given_to_more_workers_than_it_has_places(world):
    hit_id = world.requester.create(MaxAssignments=3)["HITId"]
    workers = [world.worker() for _ in range(12)]
    answers = together(12, lambda n: workers[n].post(f"/hits/{hit_id}/accept").status_code)
    assert Counter(answers) == {303: 3, 409: 9}
    hit = world.requester.hit(hit_id)
    assert (hit["HITStatus"], hit["NumberOfAssignmentsPending"]) == ("Unassignable", 3)


def test_takers_of_one_group_each_get_a_different_place(world):
    hits = [world.requester.create(Title="Race") for _ in range(8)]
    workers = [world.worker() for _ in range(12)]
    path = f"/groups/{hits[0]['HITTypeId']}/accept"
    answers = together(12, lambda n: workers[n].post(path))
    places = [answer.headers["location"] for answer in answers if answer.status_code == 303]
    assert len(places) == len(set(places)) == 8


def test_one_worker_who_clicks_many_times_holds_one_assignment(world):
    hit_id = world.requester.create(MaxAssignments=9)["HITId"]
    worker = world.worker()
    held = together(6, lambda _: worker.accept(hit_id))
    assert len(set(held)) == 1
    assert world.requester.hit(hit_id)["NumberOfAssignmentsPending"] == 1


def test_an_answer_sent_many_times_at_once_is_recorded_once(world):
    hit_id = world.requester.create(MaxAssignments=2)["HITId"]
    worker = world.worker()
    assignment_id = worker.accept(hit_id)
    address = worker.submit_address(assignment_id)
    answers = together(6, lambda n: world.stranger.post(address, data={"n": str(n)}))
    outcomes = Counter(world.outcome(answer) for answer in answers)
    assert outcomes == {"submitted": 1, "already-submitted": 5}
    assert len(world.requester.assignments(hit_id)) == 1


def test_one_token_makes_one_hit_and_one_bonus(world):
    client = world.requester.client
    parameters = world.requester.hit_parameters(UniqueRequestToken="t")

    def create(_):
        try:
            return client.create_hit(**parameters)["HIT"]["HITId"]
        except client.exceptions.RequestError as error:
            assert error.response["TurkErrorCode"] == "AWS.MechanicalTurk.HitAlreadyExists"
            return re.search(r"3[A-Z0-9]{29}", error.response["Message"])[0]

    [hit_id] = set(together(6, create))
    assert [hit["HITId"] for hit in client.list_hits()["HITs"]] == [hit_id]
    worker = world.worker()
    assignment_id = worker.do(hit_id)

    def send(_):
        try:
            client.send_bonus(
                WorkerId=worker.worker_id,
                AssignmentId=assignment_id,
                BonusAmount="1",
                Reason="r",
                UniqueRequestToken="b",
            )
        except client.exceptions.RequestError:
            return 0
        return 1

    assert sum(together(6, send)) == 1
    assert client.list_bonus_payments(HITId=hit_id)["NumResults"] == 1
    assert world.requester.balance() == ("9998.50", "0.50")


def test_two_processes_cannot_overdraw_one_account(world):
    """A second server on the same file, as a careless operator might start it."""
    from hits.endpoint.serve import running
    from hits.endpoint.settings import ServeSettings

    with running(ServeSettings(data=world.data)) as url:
        other = type(world)(url, world.clock, world.data, world._session)
        parties = [world.requester, other.requester]

        def create(number):
            party = parties[number % 2]
            try:
                party.client.create_hit(**party.hit_parameters(Reward="3000"))
            except party.client.exceptions.RequestError as error:
                assert error.response["TurkErrorCode"].endswith("InsufficientFunds")
                return 0
            return 1

        # 10,000 covers three of 3,000.
        assert sum(together(6, create)) == 3
        assert world.requester.balance() == ("1000.00", "9000.00")


def test_lists_cost_the_same_number_of_queries_however_long_they_are(world):
    hit_id = world.requester.create(MaxAssignments=6)["HITId"]
    for number in range(6):
        world.requester.create(Title=f"{number}")
        worker = world.worker()
        worker.do(hit_id)

    def queries(operation, most):
        market = Market.open(world.data, Clock())
        statements = []
        event.listen(
            market._engine, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
        params = {"HITId": hit_id, "MaxResults": most}
        answer = market.read(
            lambda session, now: load(OPERATIONS[operation])(Call(session, now, 1, params))
        )
        market.close()
        assert answer["NumResults"] == most
        return len(statements)

    for operation in ("ListHITs", "ListAssignmentsForHIT"):
        assert queries(operation, 6) == queries(operation, 1)
