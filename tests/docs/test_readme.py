"""The commands of the README run, in order, on small data, as somebody would type them.

The installed command begins the quick start, and serves; the other commands run in this process,
because every process loads torch anew. That an installed konkyo can do all of it is held by the
test of the wheel.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.support import done
from tests.docs.pages import ROOT, marked_block, read
from tests.support.data import reviews

README = ROOT / "README.md"
QUICK_START = "quick start, run by tests/docs/test_readme.py"
PLAIN_FILES = "plain files, run by tests/docs/test_readme.py"
SETTINGS = """\
[model]
embedding_dim = 8
hidden_dim = 4
epochs = 1
[market]
endpoint_url = "http://127.0.0.1:{port}"
[analysis]
bootstrap = 50
[teach]
seeds = 2
controls = []
"""


def konkyo() -> str:
    """The installed command: beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("konkyo")
    found = str(beside) if beside.exists() else shutil.which("konkyo")
    assert found is not None, "konkyo is not installed"
    return found


def commands(marker: str) -> list[list[str]]:
    """The words of every line of a block, without comments and the sign for the background."""
    block = marked_block(README, marker).replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    return [[word for word in words if word != "&"] for words in lines if words]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KONKYO_")}
    return {**kept, "OMP_NUM_THREADS": "1"}


OWN_PROCESS = ("init",)


def run(words: list[str], folder: Path) -> None:
    """One command in this process or, where it stands in `OWN_PROCESS`, as the installed one."""
    said = run_installed(words, folder) if words[1] in OWN_PROCESS else done(*words[1:]).out
    assert said.strip() or words[1] == "init", f"{' '.join(words)} said nothing"


def run_installed(words: list[str], folder: Path) -> str:
    ended = subprocess.run(
        [konkyo(), *words[1:]],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, f"{' '.join(words)}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except OSError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.1)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder that the commands run in, and nothing that the outside says of konkyo."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("KONKYO_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Holds what the README starts in the background, and ends it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.terminate()
        process.wait(timeout=30)


def write_reviews(folder: Path) -> None:
    """`reviews.csv` with the columns that the README names."""
    made, evidence = reviews(60)
    spans = [json.dumps([i.offsets[t].tolist() for t in evidence[i.id]]) for i in made]
    table = {"text": [i.text for i in made], "label": [i.label for i in made], "rationale": spans}
    pd.DataFrame(table).to_csv(folder / "reviews.csv", index=False)


def test_the_quick_start_runs(tmp_path: Path, server: list[subprocess.Popen[bytes]]) -> None:
    port = free_port()
    write_reviews(tmp_path)
    (tmp_path / "konkyo.toml").write_text(SETTINGS.format(port=port), encoding="utf-8")
    for words in commands(QUICK_START):
        assert words[0] == "konkyo"
        if words[1] == "serve":
            with (tmp_path / "serve.log").open("wb") as log:
                server.append(
                    subprocess.Popen(
                        [konkyo(), "serve", "--port", str(port)],
                        cwd=tmp_path,
                        env=environment(),
                        stderr=log,
                    )
                )
            wait_for(f"http://127.0.0.1:{port}")
        else:
            run(words, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "simulated" in page


def test_the_commands_on_plain_files_run(tmp_path: Path) -> None:
    answers = [
        {"item": f"i{item}", "worker": f"w{worker}", "answer": (item + (worker == 2)) % 2}
        for item in range(8)
        for worker in range(3)
    ]
    known = {f"i{item}": item % 2 for item in range(8)}
    table = pd.DataFrame(answers)
    table.assign(truth=table["item"].map(known)).to_csv(tmp_path / "answers.csv", index=False)
    texts = [f"number {n} was a very good film" for n in range(6)]
    marks = [{"worker": w, "marks": [5]} for w in ("a", "b")]
    human = [{"text": text, "annotations": marks} for text in texts]
    model = [{"text": text, "scores": [0, 0.1, 0, 0, 0.2, 0.9, 0.3]} for text in texts]
    for name, lines in (("marks.jsonl", human), ("scores.jsonl", model)):
        content = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / name).write_text(content, encoding="utf-8")

    for words in commands(PLAIN_FILES):
        run(words, tmp_path)

    consensus = pd.read_csv(tmp_path / "consensus.csv")
    assert dict(zip(consensus["unit"], consensus["consensus"], strict=True)) == known


def test_the_readme_begins_with_the_two_commands() -> None:
    text = read(README)
    assert 0 < text.index("make demo") < text.index("make test") < text.index("## ")
