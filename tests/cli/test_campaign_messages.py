"""Campaign commands that cannot do their work: exit codes, and sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.support import done, konkyo, write_reviews, write_settings


def refused(code: int, message: str, *words: str, answer: str | None = None) -> None:
    said = konkyo(*words, answer=answer)
    assert (said.code, said.out) == (code, ""), said
    assert message in said.err
    assert "Traceback" not in said.err


def test_an_empty_project_names_the_first_step(here: Path) -> None:
    done("init")
    refused(1, 'run "konkyo import" first', "train")
    refused(1, 'run "konkyo train" first', "explain")
    refused(1, 'run "konkyo import" first', "plan", "highlight", "a")
    for command in ("publish", "simulate", "collect", "review", "preview"):
        refused(1, 'run "konkyo plan" first', command)
    for command in ("agreement", "aggregate", "align", "teach", "report"):
        refused(1, "no campaign has judgements yet", command)
    assert '"konkyo plan" makes one' in done("status").out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["highlght", "a"], 2, "did you mean 'highlight'?"),
        (["highlight", "a b"], 2, "cannot name a campaign"),
        (["highlight", "a", "--items", "0"], 2, "--items 0: 60 instances can be drawn"),
        (["highlight", "a", "--items", "61"], 2, "; give a number from 1 to 60"),
        (["highlight", "a", "--split", "tset"], 1, "(there are: test, train, validation)"),
        (["highlight", "a", "--environment", "moon"], 2, "no environment called 'moon'"),
        (["highlight", "a", "--market", "moon"], 2, "no market called 'moon'"),
        (["highlight", "a", "--source", "moon"], 2, "no source called 'moon'"),
        (["highlight", "a", "--seed", "-1"], 2, "Invalid value for '--seed'"),
        (["highlight", "a", "--explainer", "random"], 2, "shows no rationales"),
        (["rate", "a"], 1, 'run "konkyo train" first'),
    ],
)
def test_plans_that_cannot_be_made(
    project: Path, words: list[str], code: int, message: str
) -> None:
    refused(code, message, "plan", *words)
    assert done("status", "--json").json["campaign"] is None


def test_a_name_is_given_once(project: Path) -> None:
    done("plan", "highlight", "a", "--items", "6")
    refused(1, "there is a campaign 'a' already", "plan", "highlight", "a")


def test_several_open_campaigns_have_to_be_named(project: Path) -> None:
    for name in ("one", "two"):
        done("plan", "highlight", name, "--items", "6")
    for command in ("publish", "simulate", "collect", "status", "review", "preview"):
        refused(2, "several campaigns are open; name one of: one, two", command)
        refused(1, "no campaign is called 'three' (there are:", command, "three")


def test_nothing_is_published_yet(project: Path) -> None:
    done("plan", "highlight", "a", "--items", "6")
    for command in ("simulate", "collect"):
        refused(1, 'run "konkyo publish" first', command)


def test_real_people_are_never_simulated_and_never_paid_unasked(project: Path) -> None:
    done("plan", "highlight", "a", "--items", "6", "--environment", "production")
    refused(3, "simulated workers answer only campaigns that were planned as local", "simulate")
    refused(3, 'say so with "konkyo publish --live"', "publish")
    for answer in ("n\n", ""):
        said = konkyo("publish", "--live", answer=answer)
        assert said.code == 3
        assert "not agreed; nothing was published" in said.err
    said = done("publish", "--live", answer="y\n")
    assert "will pay real people" in said.err
    assert "2 made now" in said.out
    refused(3, "answer only campaigns that were planned as local", "simulate")


def test_the_cap_holds(here: Path, endpoint: str) -> None:
    write_settings(here, endpoint, 'cap = "1.00"\n')
    done("init")
    done("import", "jsonl", write_reviews(here / "r.jsonl"))
    refused(3, "the cap in [market] is 1.00", "plan", "highlight", "a")


def test_an_endpoint_that_moved_is_refused(project: Path) -> None:
    done("plan", "highlight", "a", "--items", "6")
    write_settings(project, "http://127.0.0.1:9")
    refused(3, "set [market] endpoint_url back", "publish")


@pytest.mark.usefixtures("impatient")
def test_an_endpoint_that_does_not_run(here: Path) -> None:
    write_settings(here, "http://127.0.0.1:9")
    done("init")
    done("import", "jsonl", write_reviews(here / "r.jsonl"))
    done("plan", "highlight", "a", "--items", "6")
    refused(1, "does not answer", "publish")


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Some other program's server."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.usefixtures("impatient")
def test_an_endpoint_that_is_something_else(here: Path) -> None:
    with web_server(here) as url:
        write_settings(here, url)
        done("init")
        done("import", "jsonl", write_reviews(here / "r.jsonl"))
        done("plan", "highlight", "a", "--items", "6")
        refused(1, f"{url} refused GetAccountBalance", "publish")


def test_labels_that_do_not_fit_the_data(here: Path, endpoint: str) -> None:
    write_settings(here, endpoint)
    done("init")
    lines = "".join(f'{{"text": "text {n}", "label": "only"}}\n' for n in range(12))
    (here / "one.jsonl").write_text(lines)
    done("import", "jsonl", "one.jsonl")
    refused(1, "every instance has the label 'only'", "train")
    refused(2, "check items have the answer 'only'", "plan", "highlight", "a")
    with (here / "konkyo.toml").open("a") as file:
        file.write('[study.options.highlight]\nlabels = ["only", "other"]\n')
    done("plan", "highlight", "a")


def test_an_unlabelled_campaign_cannot_be_simulated(here: Path, endpoint: str) -> None:
    write_settings(here, endpoint)
    done("init")
    (here / "bare.jsonl").write_text("".join(f'{{"text": "text {n}"}}\n' for n in range(12)))
    done("import", "jsonl", "bare.jsonl")
    done("plan", "highlight", "a")
    done("publish")
    refused(1, "simulated workers need to know something of the truth", "simulate")


def test_imports_that_cannot_be_read(project: Path) -> None:
    (project / "latin.csv").write_bytes(b"text\n\xe9\n")
    refused(2, "did you mean 'jsonl'?", "import", "jsnl", "x")
    refused(1, "there is no such file", "import", "jsonl", "nowhere.jsonl")
    refused(1, "is a folder", "import", "jsonl", ".")
    refused(1, "line 2: is not UTF-8: byte 0xe9", "import", "csv", "latin.csv")


def test_places_that_cannot_be_written(project: Path) -> None:
    refused(1, "nowhere/r.html cannot be written", "report", "--out", "nowhere/r.html")
    refused(1, ". is a folder; name a file in it", "report", "--out", ".")
    refused(2, "cannot make the folder reviews.jsonl", "init", "reviews.jsonl")
    refused(2, "holds something else; name a new folder", "demo", "--out", ".")
    done("plan", "highlight", "a", "--items", "6")
    refused(1, "has the HITs 1 to 2, not 9", "preview", "--hit", "9", "--no-open")
    refused(2, "is not a market's database", "serve", "--data", "konkyo.db", "--port", "0")


def test_a_full_disk_is_a_sentence(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "konkyo.toml")

    monkeypatch.setattr("pipeline.project.write_whole", full)
    refused(1, "konkyo: konkyo.toml: No space left on device", "init")
