"""Servers in processes of their own, their memory, and HITs to work on."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import boto3

SERVE = "from pipeline.cli.main import run; run()"
QUESTION = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/'
    '2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<p><input name="answer"></p>]]>'
    "</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
)


@contextmanager
def server(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Run a server that says its address; yields the address and the process id."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://[\w.]+:\d+", line)
        if found is None:
            raise SystemExit(f"the server did not start: {command[:2]} said {line!r}")
        # A pipe that nobody reads would stop a server that has much to say.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        time.sleep(0.5)
        yield found[0], process.pid
    finally:
        process.terminate()
        process.wait()


def program(text: str, data: Path) -> list[str]:
    """The command of a program given as text, for `server`."""
    return [sys.executable, "-c", text, str(data)]


def konkyo_serve(data: Path) -> list[str]:
    """The command `konkyo serve` with fresh books, for `server`."""
    return [sys.executable, "-c", SERVE, "serve", "--port", "0", "--data", str(data)]


def fill(url: str, hits: int, per_hit: int) -> str:
    """Put `hits` HITs of `per_hit` assignments on the market; returns their HIT type's id."""
    client = boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    hit_type: str = client.create_hit_type(
        Title="Load", Description="Load", Reward="0.01", AssignmentDurationInSeconds=3600
    )["HITTypeId"]
    for _ in range(hits):
        client.create_hit_with_hit_type(
            HITTypeId=hit_type, MaxAssignments=per_hit, LifetimeInSeconds=86400, Question=QUESTION
        )
    return hit_type


def memory_mb(process: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
