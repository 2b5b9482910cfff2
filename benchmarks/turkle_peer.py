"""Turkle as a peer: its server, and a worker's way through its pages.

Turkle runs under any interpreter that has it and gunicorn, with one process and one thread: of
those tried (1 × 1, 1 × 4, 2 × 1, 2 × 4) the fastest, or as fast, and the only one that turns nobody
away. SQLite refuses to let a transaction that began with reading write when another has written
since; Turkle then says that the database is busy, and its worker has to try again.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from http_load import Browser, Load, refuse

HERE = Path(__file__).resolve().parent
PREPARE = "import sys, turkle_site; turkle_site.prepare(*map(int, sys.argv[1:]))"
COMPLETED = "import turkle_site; print(turkle_site.completed())"
MOST_REFUSED = 100_000
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TASK = re.compile(r"^/task/(\d+)/assignment/(\d+)/$")


class Turkle:
    """Turkle under the interpreter `python`, with its database in `folder`."""

    def __init__(self, python: str, folder: Path) -> None:
        self._python = python
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "TURKLE_DATA": str(folder / "turkle.db"),
            "TURKLE_KEY": "only for this run",
            # gunicorn keeps a control socket, which would otherwise stay behind in the home folder.
            "XDG_RUNTIME_DIR": str(folder),
        }

    def prepare(self, workers: int, tasks: int, per_task: int) -> None:
        """Make workers and a batch."""
        self._ask(PREPARE, str(workers), str(tasks), str(per_task))

    def completed(self) -> int:
        """Submissions in its database."""
        return int(self._ask(COMPLETED))

    @contextmanager
    def serving(self) -> Iterator[tuple[str, int]]:
        """Serve on a free port; yields the address and the id of gunicorn's process."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        listener.set_inheritable(True)
        command = [self._python, "-m", "gunicorn", "--log-level", "error", "--keep-alive", "75"]
        command += ["--worker-class", "gthread", "--workers", "1", "--threads", "1"]
        command += ["--bind", f"fd://{listener.fileno()}", "turkle_site:application"]
        process = subprocess.Popen(
            command, env=self._environment, pass_fds=[listener.fileno()], cwd=HERE
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", process.pid
        finally:
            process.terminate()
            process.wait()
            listener.close()

    def _ask(self, program: str, *arguments: str) -> str:
        return subprocess.run(
            [self._python, "-c", program, *arguments],
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def child_of(process: int) -> int:
    """gunicorn's one worker, which is the process that serves."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def missing(python: str) -> str | None:
    """Why Turkle cannot be served by this interpreter; None: it can."""
    asked = [python, "-c", "import turkle, gunicorn"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{python}: {error.strerror}"
    return None if answer.returncode == 0 else answer.stderr.strip().rpartition("\n")[2]


async def sign_in(browser: Browser, number: int) -> None:
    """Sign in as one of the prepared workers."""
    page = await browser.get("/login/")
    answer = await browser.post(
        "/login/",
        csrfmiddlewaretoken=_token(page.text),
        username=f"worker{number}",
        password="bench",
    )
    if answer.status != 302:
        raise SystemExit(f"Turkle did not let worker{number} in: {answer.status}")


async def work(browser: Browser, load: Load) -> bool:
    """One task as a browser asks for it: accept the next, its page, its frame, submit."""
    taken = await browser.get("/batch/1/accept_next_task/")
    found = _TASK.match(taken.location)
    if found is None:
        refuse(load, taken)
        return sum(load.refused.values()) < MOST_REFUSED
    await browser.get(taken.location)
    frame = await browser.get(f"/task/{found[1]}/assignment/iframe/{found[2]}/")
    done = await browser.post(taken.location, csrfmiddlewaretoken=_token(frame.text), answer="yes")
    if done.status == 302:
        load.submitted += 1
    else:
        refuse(load, done)
    return True


def _token(page: str) -> str:
    found = _CSRF.search(page)
    return found[1] if found else ""
