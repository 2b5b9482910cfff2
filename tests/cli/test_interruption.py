"""Ctrl-C at any moment: exit 130 and a sentence, and the same command ends the work.

The signal is a real one, sent as the n-th transaction of a database is about to be kept, for
n = 1, 2, 3, …: so every command is stopped before each of the things it writes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine, event

from tests.cli.support import Said, done, konkyo, write_reviews, write_settings

SENTENCE = "konkyo: interrupted; the same command continues from what is stored"
SOME = 4
"""How often a command is stopped at most: some write a thing for every item."""


@contextmanager
def interrupted(database: str, after: int) -> Iterator[None]:
    """Send SIGINT as transaction number `after` of the database is about to be kept."""
    seen = 0

    def count(connection: object) -> None:
        nonlocal seen
        if database in str(connection.engine.url):  # type: ignore[attr-defined]
            seen += 1
            if seen == after:
                os.kill(os.getpid(), signal.SIGINT)

    event.listen(Engine, "commit", count)
    try:
        yield
    finally:
        event.remove(Engine, "commit", count)


def stopped_often(*words: str | Path, database: str = "konkyo.db", every: int = 1) -> Said:
    """Stop the command before its 1st, 2nd, … transaction, then let it end."""
    stops = 0
    for number in range(1, SOME + 1):
        with interrupted(database, number * every):
            said = konkyo(*words)
        if said.code == 0:
            break
        stops += 1
        assert said.code == 130, said
        assert SENTENCE in " ".join(said.err.split())
        assert said.out == ""
    assert stops, "the command was never stopped"
    return done(*words)


def test_importing(here: Path) -> None:
    done("init")
    file = write_reviews(here / "reviews.jsonl")
    with interrupted("konkyo.db", 1):
        assert konkyo("import", "jsonl", file).code == 130
    assert done("status", "--json").json["instances"] == 0
    assert "60 new, 0 known already" in done("import", "jsonl", file).out


def test_training_and_explaining(project: Path) -> None:
    stopped_often("train")
    status = done("status", "--json").json
    assert len(status["runs"]) == 1
    stopped_often("explain")
    new, known = (done("explain", "--json").json[key] for key in ("new", "known"))
    assert set(new.values()) == {0}
    assert set(known.values()) == {60}


def test_a_campaign_and_teaching(project: Path) -> None:
    done("plan", "highlight", "pilot", "--items", "40")
    stopped_often("publish")
    hits = done("status", "--json").json["campaign"]["hits"]
    assert hits["planned"] == hits["published"] == 8
    # The market keeps a worker, an assignment, an answer: stopped in the middle of each.
    stopped_often("simulate", database="market.db", every=3)
    stopped_often("collect")
    found = done("status", "--json").json["campaign"]
    assert found["assignments"] == {"expected": 24, "Submitted": 24}
    assert found["workers"] == found["simulated_workers"]
    stopped_often("review")
    assert done("status", "--json").json["campaign"]["money"]["spent"] == "9.60"
    taught = stopped_often("teach", "pilot", "--json").json
    assert taught == done("teach", "pilot", "--json").json
    # Two seeds of three objectives, each trained once.
    assert len(done("status", "--json").json["runs"]) == 6


def test_the_installed_command_ends_with_130_and_no_traceback(here: Path) -> None:
    write_settings(here, "http://127.0.0.1:9")
    settings = (here / "konkyo.toml").read_text().replace("epochs = 3", "epochs = 100000")
    (here / "konkyo.toml").write_text(settings)
    done("init")
    done("import", "jsonl", write_reviews(here / "reviews.jsonl"))
    command = shutil.which("konkyo", path=str(Path(sys.executable).parent))
    assert command is not None
    with subprocess.Popen(
        [command, "train"], cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "epoch" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert SENTENCE in " ".join(err.split())
    assert "Traceback" not in err


def test_at_the_question_about_money(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> bool:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise typer.Abort from None  # as the prompt itself does

    done("plan", "highlight", "a", "--items", "6", "--environment", "production")
    monkeypatch.setattr("typer.confirm", interrupt)
    said = konkyo("publish", "--live")
    assert said.code == 130
    assert SENTENCE in " ".join(said.err.split())
    assert done("status", "--json").json["campaign"]["hits"]["published"] == 0
