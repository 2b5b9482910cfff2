"""`konkyo market webhooks`: from the command line, with what can go wrong."""

import boto3
import pytest

from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.cli.support import done, konkyo
from tests.hits.endpoint.conftest import Requester

HOOK = "https://lab.example/hook"


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Books with one HIT type; their path and its id."""
    data = str(tmp_path_factory.mktemp("market") / "m.db")
    with running(ServeSettings(data=data)) as url:
        hit = Requester(boto3.session.Session(), url).create()
    return data, hit["HITTypeId"]


def test_a_webhook_is_added_listed_and_removed(books):
    data, hit_type = books
    added = done(
        "market", "webhooks", "add", hit_type, HOOK, "--events", "HITCreated", "--data", data
    )
    assert len(added.out.strip()) >= 32
    (one,) = done("market", "webhooks", "list", "--json", "--data", data).json["webhooks"]
    assert one == {"hit_type_id": hit_type, "url": HOOK, "events": ["HITCreated"], "waiting": 0}
    assert HOOK in done("market", "webhooks", "list", "--data", data).out
    done("market", "webhooks", "remove", hit_type, HOOK, "--data", data)
    gone = konkyo("market", "webhooks", "remove", hit_type, HOOK, "--data", data)
    assert (gone.code, "has no webhook" in gone.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("3NOSUCH", HOOK), "there is no HIT type '3NOSUCH'"),
        (("TYPE", "ftp://lab.example/"), "is not an http or https address"),
        (("TYPE", HOOK, "--events", "HITBorn"), "there is no event 'HITBorn'"),
    ],
)
def test_what_cannot_be_is_refused(books, arguments, said):
    data, hit_type = books
    given = [hit_type if one == "TYPE" else one for one in arguments]
    answer = konkyo("market", "webhooks", "add", *given, "--data", data)
    assert answer.code == 2
    assert said in answer.err
