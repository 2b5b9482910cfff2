"""Events to queues, topics and webhooks: moto's real server, and a small one on loopback."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto.server import ThreadedMotoServer

from hits.endpoint.notifications import transports
from hits.endpoint.webhooks import add_webhook, event_types, list_webhooks, remove_webhook
from tests.hits.endpoint.conftest import Requester

PATIENCE_S = 20


@pytest.fixture(scope="module")
def aws():
    """An SQS and SNS that speak as Amazon's do; the endpoint finds them as boto3 does."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_SQS": url,
        "AWS_ENDPOINT_URL_SNS": url,
    }.items():
        patch.setenv(name, value)
    transports._client.cache_clear()
    yield {name: boto3.client(name) for name in ("sqs", "sns")}
    patch.undo()
    transports._client.cache_clear()
    server.stop()


@pytest.fixture
def queue(aws, request):
    return aws["sqs"].create_queue(QueueName=f"q{abs(hash(request.node.name))}")["QueueUrl"]


def received(aws, queue, count):
    """The bodies of `count` messages, in the order of their events."""
    bodies = []
    until = time.monotonic() + PATIENCE_S
    while len(bodies) < count and time.monotonic() < until:
        answer = aws["sqs"].receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
        )
        for message in answer.get("Messages", []):
            assert message["MessageAttributes"]["Attempt"]["StringValue"] == "1"
            bodies.append(json.loads(message["Body"]))
            aws["sqs"].delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def told(bodies):
    """[(event type, moment)] of documents that hold one event each."""
    return sorted(
        (one["Events"][0]["EventTimestamp"], one["Events"][0]["EventType"]) for one in bodies
    )


def listen(world, destination, events, transport="SQS", **hit):
    """A HIT type whose events go there; its id."""
    parameters = world.requester.hit_parameters(**hit)
    for name in ("Question", "LifetimeInSeconds", "MaxAssignments"):
        parameters.pop(name)
    hit_type = world.requester.client.create_hit_type(**parameters)["HITTypeId"]
    world.requester.client.update_notification_settings(
        HITTypeId=hit_type, Notification=specification(destination, events, transport)
    )
    return hit_type


def specification(destination, events, transport="SQS", version="2014-08-15"):
    return {
        "Destination": destination,
        "Transport": transport,
        "Version": version,
        "EventTypes": events,
    }


def test_the_life_of_a_hit_is_told_with_its_moments(world, aws, queue):
    """Accepted, returned, accepted, submitted, approved by itself after a day, and the rest."""
    listen(world, queue, event_types(), Title="Told", AutoApprovalDelayInSeconds=86_400)
    hit = world.requester.create(Title="Told", AutoApprovalDelayInSeconds=86_400, MaxAssignments=2)
    start = world.clock.now() // 1000
    first, second = world.worker(), world.worker()
    worker_held = first.accept(hit["HITId"])
    first.post(f"/assignments/{worker_held}/return")
    done = first.do(hit["HITId"])
    second.accept(hit["HITId"])
    world.clock.move(timedelta(days=2))
    world.requester.client.delete_hit(HITId=hit["HITId"])
    bodies = received(aws, queue, 11)

    def at(seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + seconds))

    assert told(bodies) == sorted(
        [
            (at(0), "HITCreated"),
            (at(0), "AssignmentAccepted"),
            (at(0), "AssignmentReturned"),
            (at(0), "AssignmentAccepted"),
            (at(0), "AssignmentSubmitted"),
            (at(0), "AssignmentAccepted"),
            (at(600), "AssignmentAbandoned"),
            (at(3600), "HITExpired"),
            (at(86_400), "AssignmentApproved"),
            (at(3600), "HITReviewable"),
            (at(2 * 86_400), "HITDisposed"),
        ]
    )
    one = next(b for b in bodies if b["Events"][0]["EventType"] == "AssignmentSubmitted")
    assert one["Events"][0]["AssignmentId"] == done
    assert one["Events"][0]["HITId"] == hit["HITId"]
    assert one["CustomerId"] == "local"
    assert first.worker_id not in json.dumps(bodies)


def test_reviewable_extended_and_rejected(world, aws, queue):
    listen(world, queue, ["HITReviewable", "HITExtended", "AssignmentRejected"], Title="More")
    hit = world.requester.create(Title="More")
    done = world.worker().do(hit["HITId"])
    client = world.requester.client
    client.create_additional_assignments_for_hit(
        HITId=hit["HITId"], NumberOfAdditionalAssignments=1
    )
    client.reject_assignment(AssignmentId=done, RequesterFeedback="No.")
    names = sorted(name for _, name in told(received(aws, queue, 3)))
    assert names == ["AssignmentRejected", "HITExtended", "HITReviewable"]


def test_a_topic_gets_the_same(world, aws, queue):
    topic = aws["sns"].create_topic(Name="events")["TopicArn"]
    arn = aws["sqs"].get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    aws["sns"].subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    listen(world, topic, ["HITCreated"], transport="SNS", Title="Topic")
    hit = world.requester.create(Title="Topic")
    (body,) = received(aws, queue, 1)
    assert body["Events"][0]["HITId"] == hit["HITId"]


def test_what_is_refused_is_not_told(world, aws, queue):
    """The refused HIT is too dear; only the one that exists is told of."""
    listen(world, queue, ["HITCreated"], Title="Dear", Reward="6000.00")
    world.requester.create(Title="Dear", Reward="6000.00")
    world.requester.refusal(
        "create_hit", **world.requester.hit_parameters(Title="Dear", Reward="6000.00")
    )
    world.requester.create(Title="Another type")
    assert len(received(aws, queue, 1)) == 1
    assert "Messages" not in aws["sqs"].receive_message(QueueUrl=queue, WaitTimeSeconds=1)


def test_settings_are_replaced_and_switched(world, aws, queue):
    hit_type = listen(world, "http://127.0.0.1:9/nowhere", ["HITCreated"], Title="Switched")
    client = world.requester.client
    client.update_notification_settings(
        HITTypeId=hit_type, Notification=specification(queue, ["HITCreated"]), Active=False
    )
    world.requester.create(Title="Switched")
    client.update_notification_settings(HITTypeId=hit_type, Active=True)
    told_of = world.requester.create(Title="Switched")
    (body,) = received(aws, queue, 1)
    assert body["Events"][0]["HITId"] == told_of["HITId"]


def test_a_test_event_is_sent_at_once_and_says_so(shared_world, aws, queue):
    client = shared_world.requester.client
    client.send_test_event_notification(
        Notification=specification(queue, ["Ping"]), TestEventType="Ping"
    )
    (body,) = received(aws, queue, 1)
    assert body["Events"][0]["EventType"] == "Ping"
    assert body["Events"][0]["IsTest"] == "true"
    refusal = shared_world.requester.refusal(
        "send_test_event_notification",
        Notification=specification(queue + "-no-such", ["Ping"]),
        TestEventType="Ping",
    )
    assert "could not be delivered" in refusal["Error"]["Message"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Notification": specification("not a url", ["HITCreated"])}, "the URL of a queue"),
        ({"Notification": specification("http://h/q", ["HITCreated"], "SNS")}, "ARN of a topic"),
        ({"Notification": specification("http://h/q", ["Ping"])}, "must not name Ping"),
        ({"Notification": specification("http://h/q", [])}, "at least one"),
        ({"Notification": specification("http://h/q", ["HITCreated"], version="1")}, "Version"),
        ({"Notification": specification("a@b.org", ["HITCreated"], "Email")}, "Email"),
        ({}, "Notification"),
        ({"Active": True}, "no notification to switch"),
        ({"HITTypeId": "3NOSUCH", "Active": True}, "3NOSUCH"),
    ],
)
def test_settings_that_lead_nowhere_are_refused(shared_world, changes, said):
    hit_type = shared_world.requester.create(Title="Settings")["HITTypeId"]
    refusal = shared_world.requester.refusal(
        "update_notification_settings", **{"HITTypeId": hit_type, **changes}
    )
    assert said in refusal["Error"]["Message"]


# Webhooks


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it; answers 503 as often as it was told to."""

    daemon_threads = True

    def __init__(self, failures):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures = failures
        self.posts = []
        self.arrived = threading.Condition()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def wait_for(self, count):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.posts) >= count, PATIENCE_S)
            return list(self.posts)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.arrived:
            self.server.posts.append((dict(self.headers), body))
            fails = len(self.server.posts) <= self.server.failures
            self.server.arrived.notify_all()
        self.send_response(503 if fails else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):
        pass


@contextmanager
def receiver(failures=0):
    server = Receiver(failures)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def eventually(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def test_a_webhook_is_signed_and_tried_until_it_answers(world):
    with receiver(failures=2) as hook:
        hit_type = world.requester.create(Title="Hooked")["HITTypeId"]
        secret = add_webhook(world.data, hit_type, hook.url, ["HITCreated"])
        world.requester.create(Title="Hooked")
        hook.wait_for(1)
        for tries in (1, 2):
            # The clock stands still: the next try waits until it is moved past the delay.
            assert eventually(lambda: list_webhooks(world.data)[0].waiting == 1)
            world.clock.move(timedelta(seconds=3 * tries))
            hook.wait_for(tries + 1)
        assert eventually(lambda: list_webhooks(world.data)[0].waiting == 0)
        posts = hook.posts
    assert [headers["X-Konkyo-Attempt"] for headers, _ in posts] == ["1", "2", "3"]
    assert len({headers["X-Konkyo-Event-Id"] for headers, _ in posts}) == 1
    assert len({body for _, body in posts}) == 1
    headers, body = posts[-1]
    signed = transports.signature(secret, headers["X-Konkyo-Timestamp"], body)
    assert headers["X-Konkyo-Signature"] == signed
    assert json.loads(body)["EventDocId"] == headers["X-Konkyo-Event-Id"]


def test_a_webhook_can_be_listed_and_removed(world):
    with receiver() as hook:
        hit_type = world.requester.create(Title="Gone")["HITTypeId"]
        add_webhook(world.data, hit_type, hook.url, [])
        (listed,) = list_webhooks(world.data)
        assert (listed.hit_type_id, listed.url) == (hit_type, hook.url)
        assert listed.events == event_types()
        remove_webhook(world.data, hit_type, hook.url)
        assert list_webhooks(world.data) == []
        world.requester.create(Title="Gone")
        time.sleep(0.3)
        assert hook.posts == []


def test_what_waited_is_sent_after_a_restart(tmp_path, boto_session):
    """The receiver is not there while the first server runs; the second delivers, as a repeat."""
    from hits.endpoint.clock import SetClock
    from hits.endpoint.serve import running
    from hits.endpoint.settings import ServeSettings

    clock = SetClock()
    settings = ServeSettings(data=str(tmp_path / "m.db"), clock=clock)
    with receiver() as hook:
        port = hook.server_port
    with running(settings) as url:
        requester = Requester(boto_session, url)
        hit_type = requester.create(Title="Late")["HITTypeId"]
        add_webhook(settings.data, hit_type, f"http://127.0.0.1:{port}/hook", ["HITCreated"])
        requester.create(Title="Late")
        assert eventually(lambda: list_webhooks(settings.data)[0].waiting == 1)
        time.sleep(0.2)
    clock.move(timedelta(hours=2))
    Receiver.allow_reuse_address = True
    server = Receiver.__new__(Receiver)
    ThreadingHTTPServer.__init__(server, ("127.0.0.1", port), _Handler)
    server.failures, server.posts, server.arrived = 0, [], threading.Condition()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with running(settings):
        (headers, _), *_ = server.wait_for(1)
    server.shutdown()
    server.server_close()
    assert int(headers["X-Konkyo-Attempt"]) >= 2
