"""`konkyo market load | results | hosts | layouts`: a template's whole way on the command line."""

import csv

import httpx
import pytest

from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings
from tests.cli.support import done, konkyo
from tests.hits.endpoint.conftest import Worker


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text("<p>${word}</p><input name='mark'>", "utf-8")
    (tmp_path / "words.csv").write_text("word\nkonkyo\nHIT\n", "utf-8")
    return tmp_path


def test_a_template_goes_out_and_its_results_come_back(here):
    with running(ServeSettings(data=str(here / "market.db"))) as url:
        loaded = done(
            "market", "load", "page.html", "words.csv", "--title", "Mark", "--reward", "0.05",
            "--allow-host", "cdn.example.org",
        )  # fmt: skip
        assert "batch 1: 2 HITs of type 3" in loaded.err
        worker = Worker(url)
        for _ in range(2):
            group = worker.http.get("/").text.partition('data-hit-type-id="')[2].partition('"')[0]
            location = worker.post(f"/groups/{group}/accept").headers["location"]
            worker.submit(location.removeprefix("/assignments/"), mark="x")
        assert "2 assignments in batch_1_results.csv" in done("market", "results", "1").err
        with (here / "batch_1_results.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["Input.word"]: row["Answer.mark"] for row in rows} == {
            "konkyo": "x",
            "HIT": "x",
        }
        hit_id = rows[0]["HITId"]
        assert (
            "cdn.example.org"
            in httpx.get(f"{url}/frame/{hit_id}").headers["content-security-policy"]
        )
        done("market", "hosts", rows[0]["HITTypeId"])
        assert (
            "cdn.example.org"
            not in httpx.get(f"{url}/frame/{hit_id}").headers["content-security-policy"]
        )


def test_a_layout_is_registered_once(here):
    with running(ServeSettings(data=str(here / "market.db"))):
        pass
    first = done("market", "layouts", "add", "page.html")
    assert "variables: word" in first.err
    assert done("market", "layouts", "add", "page.html").out == first.out
    (one,) = done("market", "layouts", "list", "--json").json["layouts"]
    assert one["layout_id"] == first.out.strip()
    assert one["variables"] == ["word"]
    assert "page" in done("market", "layouts", "list").out


def test_what_cannot_be_loaded_is_said(here):
    before = konkyo("market", "load", "page.html", "words.csv", "--title", "T", "--reward", "1")
    assert (before.code, "a server that starts makes it" in before.err) == (2, True)
    done("market", "accounts", "add", "lab", "--balance", "1.00")
    free = ("market", "load", "page.html", "words.csv", "--title", "T", "--account", "lab")
    for reward, said in (("0.60", "insufficient funds"), ("abc", "parameter Reward")):
        refused = konkyo(*free, "--reward", reward)
        assert (refused.code, said in refused.err) == (2, True), refused.err
    assert konkyo("market", "results", "1").code == 2
