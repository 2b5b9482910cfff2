"""The external flavour at a running endpoint: pages longer than a question, uploaded and signed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import boto3
import httpx
import pytest

from db.errors import ConfigError, MarketError
from hits.endpoint.administration import add_account
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from hits.markets.base import HitOrder, HitTerms, MarketAccess
from hits.markets.mturk import MTurk
from tests.support.proxy import faulty

pytestmark = pytest.mark.usefixtures("impatient")

TERMS = HitTerms("T", "D", "k", Decimal("0.40"), 3, 86_400, 3600, 86_400)
LONG = "<!doctype html><p>A long text.</p>" + "<i>x</i>" * 20_000 + "<input name='answer'>"


def external(url: str, key: str = "local", secret: str = "local") -> MTurk:
    return MTurk(MarketAccess(url, key, secret, flavour="external"))


def on_the_market(url: str, hit_id: str) -> str:
    """The Question of a HIT, as any client sees it."""
    client = boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    question: str = client.get_hit(HITId=hit_id)["HIT"]["Question"]
    return question


def test_a_page_of_more_than_65535_bytes_is_uploaded_and_named(endpoint: str) -> None:
    hit = external(endpoint).create_hit(TERMS, HitOrder("t1", "konkyo:c:0", LONG))
    question = on_the_market(endpoint, hit)
    assert "<FrameHeight>0</FrameHeight>" in question
    address = question.partition("<ExternalURL>")[2].partition("</ExternalURL>")[0]
    assert address.startswith(f"{endpoint}/pages/")
    assert "A long text." in httpx.get(address).text


def test_the_same_order_twice_is_one_hit_with_one_page(endpoint: str) -> None:
    order = HitOrder("t1", "konkyo:c:0", LONG)
    # Two commands: nothing is remembered from the first but what the market has.
    first, again = (external(endpoint).create_hit(TERMS, order) for _ in range(2))
    assert first == again
    assert len(external(endpoint).find_hits("konkyo:c:")) == 1


def test_a_bad_network_on_the_way_to_the_upload_is_outlasted(endpoint: str) -> None:
    with faulty(endpoint, "Page", ["drop", "refuse", "pass"]) as (url, server):
        external(url).create_hit(TERMS, HitOrder("t1", "konkyo:c:0", LONG))
        assert server.seen >= 2
    assert len(external(endpoint).find_hits("konkyo:c:")) == 1


def test_a_network_that_stays_down_is_reported(endpoint: str) -> None:
    with (
        faulty(endpoint, "Page", ["refuse"] * 9) as (url, _),
        pytest.raises(MarketError, match="continues where this one stopped"),
    ):
        external(url).create_hit(TERMS, HitOrder("t1", "konkyo:c:0", LONG))
    assert external(endpoint).find_hits("konkyo:c:") == {}


def test_another_account_signs_with_its_own_key(tmp_path: Path) -> None:
    data = str(tmp_path / "lab.db")
    add_account(data, "lab", "a-secret-of-a-lab-0123", "50.00")
    with running(ServeSettings(port=0, data=data)) as url:
        lab = external(url, "lab", "a-secret-of-a-lab-0123")
        assert lab.access_key_id == "lab"
        lab.create_hit(TERMS, HitOrder("t1", "konkyo:c:0", LONG))
        with pytest.raises(MarketError):
            external(url, "lab", "not-the-secret-of-the-lab").create_hit(
                TERMS, HitOrder("t2", "konkyo:c:1", LONG)
            )
        assert len(lab.find_hits("konkyo:c:")) == 1


def test_a_page_over_two_mebibytes_is_refused_and_no_hit_is_made(endpoint: str) -> None:
    with pytest.raises(MarketError, match="did not take a page .RequestEntityTooLarge"):
        external(endpoint).create_hit(TERMS, HitOrder("t1", "konkyo:c:0", "x" * 2_150_000))
    assert external(endpoint).find_hits("konkyo:c:") == {}


def test_a_page_that_the_endpoint_refuses_says_so(endpoint: str) -> None:
    with pytest.raises(MarketError, match="did not take a page .SerializationException.: .*empty"):
        external(endpoint).create_hit(TERMS, HitOrder("t1", "konkyo:c:0", "  "))


def test_an_unknown_flavour_names_those_there_are(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="'sideways' does not go.*html, external"):
        MTurk(MarketAccess(endpoint, flavour="sideways"))
    assert MTurk(MarketAccess(endpoint)).flavour == "html"
