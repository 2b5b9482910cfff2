"""`konkyo market accounts`: requesters with keys of their own, strangers to each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.cli.support import done, konkyo

QUESTION = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
    '2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<p><input name="answer"></p>]]>'
    "</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def client(url: str, key: str, secret: str) -> Any:
    return boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


def create(requester: Any) -> dict[str, Any]:
    hit: dict[str, Any] = requester.create_hit(
        Title="T",
        Description="D",
        Reward="1.50",
        AssignmentDurationInSeconds=60,
        LifetimeInSeconds=600,
        MaxAssignments=2,
        Question=QUESTION,
    )["HIT"]
    return hit


def test_an_account_made_while_a_server_runs_signs_at_once() -> None:
    with running(ServeSettings(data="market.db")) as url:
        secret = done("market", "accounts", "add", "lab", "--balance", "5.00").out.strip()
        lab = client(url, "lab", secret)
        assert lab.get_account_balance()["AvailableBalance"] == "5.00"
        create(lab)
        done("market", "accounts", "fund", "lab", "1.25")
        found = done("market", "accounts", "list", "--json").json["accounts"]
        assert found[0] == {"access_key": "local", "available": "10000.00", "on_hold": "0.00"}
        assert found[1] == {"access_key": "lab", "available": "3.25", "on_hold": "3.00"}
        assert secret not in done("market", "accounts", "list").out
        wrong = client(url, "lab", "x" * 32)
        with pytest.raises(wrong.exceptions.ClientError, match="InvalidSignature"):
            wrong.get_account_balance()


def test_requesters_know_nothing_of_each_other() -> None:
    for name in ("one", "two"):
        done("market", "accounts", "add", name, "--secret", name * 8, "--balance", "10")
    with running(ServeSettings(data="market.db")) as url:
        one, two = (client(url, name, name * 8) for name in ("one", "two"))
        hit = create(one)
        assert two.list_hits()["HITs"] == []
        assert two.get_account_balance()["AvailableBalance"] == "10.00"
        for call, parameters in (
            (two.get_hit, {"HITId": hit["HITId"]}),
            (two.delete_hit, {"HITId": hit["HITId"]}),
            (two.list_assignments_for_hit, {"HITId": hit["HITId"]}),
            (two.update_expiration_for_hit, {"HITId": hit["HITId"], "ExpireAt": 0}),
        ):
            with pytest.raises(two.exceptions.RequestError, match="does not exist"):
                call(**parameters)
        assert create(two)["HITTypeId"] != hit["HITTypeId"]
        assert one.get_hit(HITId=hit["HITId"])["HIT"]["HITStatus"] == "Assignable"


def test_a_server_behind_a_proxy_knows_the_account_and_not_the_default_one() -> None:
    done("market", "accounts", "add", "lab", "--secret", "s" * 16)
    with running(ServeSettings(data="market.db", behind_proxy=True)) as url:
        assert client(url, "lab", "s" * 16).get_account_balance()["AvailableBalance"] == "0.00"
        default = client(url, "local", "local")
        with pytest.raises(default.exceptions.ClientError, match="security token"):
            default.get_account_balance()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["add", "local"], "is made by servers that only their own machine can reach"),
        (["add", "a b"], "cannot be an access key"),
        (["add", "lab", "--secret", "short"], "a secret has 16 to 128"),
        (["add", "lab", "--balance", "-1"], "no amount in dollars and cents"),
        (["add", "lab", "--balance", "0.001"], "no amount in dollars and cents"),
        (["add", "lab", "--balance", "NaN"], "no amount in dollars and cents"),
        (["list"], "there are no books at market.db"),
        (["fund", "lab", "5"], "there are no books at market.db"),
        (["fund", "lab", "0"], "no amount in dollars and cents from 0.01"),
        (["add", "lab", "--data", "bogus://x"], "not a kind of database"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_leaves_nothing(
    words: list[str], problem: str
) -> None:
    said = konkyo("market", "accounts", *words)
    assert said.code == 2
    assert problem in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert not Path("market.db").exists()


def test_a_key_is_given_once_and_an_unknown_one_gets_no_money() -> None:
    done("market", "accounts", "add", "lab")
    again = konkyo("market", "accounts", "add", "lab")
    assert (again.code, again.out) == (2, "")
    assert "already an account" in again.err
    unknown = konkyo("market", "accounts", "fund", "lba", "5")
    assert unknown.code == 2
    assert "no account with the access key 'lba'" in unknown.err
