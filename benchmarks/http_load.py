"""Many workers at once over real HTTP, from one process that costs little itself.

A worker keeps one connection and repeats: look at the queue, accept, open the task, submit. The
client speaks just enough HTTP/1.1 for servers on this machine; a general one would spend more
time than the server that is measured.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode, urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_TYPE = re.compile(r'<article[^>]*data-hit-type-id="([^"]+)"')
_SUBMIT_TO = re.compile(r"turkSubmitTo=([^&\"]+)")


@dataclass
class Load:
    """What a run saw: seconds of every request, submissions acknowledged, refusals by status."""

    seconds: list[float] = field(default_factory=list)
    submitted: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Submissions a second."""
        return self.submitted / self.elapsed

    def quantile(self, share: float) -> float:
        """Seconds below which this share of the requests stayed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Reply:
    """Status, where it leads, and the page."""

    status: int
    location: str
    text: str


class Browser:
    """One kept connection with one cookie."""

    def __init__(self, url: str, load: Load) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.cookie = ""
        self._load = load

    async def open(self) -> None:
        """Connect."""
        self._in, self._out = await asyncio.open_connection(self.host, self.port)

    def close(self) -> None:
        """Hang up."""
        self._out.close()

    async def get(self, path: str) -> Reply:
        """GET."""
        return await self._ask(f"GET {path} HTTP/1.1", "")

    async def post(self, path: str, **fields: str) -> Reply:
        """POST of a form."""
        return await self._ask(f"POST {path} HTTP/1.1", urlencode(fields))

    async def _ask(self, line: str, body: str) -> Reply:
        head = f"{line}\r\nHost: {self.host}:{self.port}\r\n"
        if self.cookie:
            head += f"Cookie: {self.cookie}\r\n"
        if line.startswith("POST"):
            head += (
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n"
            )
        start = time.perf_counter()
        self._out.write(f"{head}\r\n{body}".encode())
        top = await self._in.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(top)
        page = await self._in.readexactly(int(length[1])) if length else b""
        self._load.seconds.append(time.perf_counter() - start)
        if cookie := _COOKIE.search(top):
            self.cookie = cookie[1].decode()
        place = _LOCATION.search(top)
        return Reply(int(top[9:12]), place[1].decode() if place else "", page.decode())


async def work_on_market(browser: Browser, load: Load) -> bool:
    """One HIT of the endpoint's worker site, from the queue to the submission; False: no more."""
    if not browser.cookie:
        await browser.post("/register")
    queue = (await browser.get("/")).text
    group, csrf = _TYPE.search(queue), _CSRF.search(queue)
    if group is None or csrf is None:
        return False
    taken = await browser.post(f"/groups/{group[1]}/accept", csrf=csrf[1])
    if taken.status != 303:
        load.refused[taken.status] = load.refused.get(taken.status, 0) + 1
        return taken.status == 409
    task = _SUBMIT_TO.search((await browser.get(taken.location)).text)
    assignment = taken.location.rsplit("/", 1)[1]
    address = urlsplit(unquote(task[1] if task else "")).path + "/mturk/externalSubmit"
    done = await browser.post(address, assignmentId=assignment, answer="yes")
    _count(load, done)
    return True


async def work_on_bare(browser: Browser, load: Load) -> bool:
    """The same four requests to an application that does nothing but two inserts."""
    await browser.get("/")
    taken = await browser.post("/accept", csrf="x" * 43)
    await browser.get(taken.location)
    done = await browser.post("/submit", assignmentId=taken.location[-30:], answer="yes")
    _count(load, done)
    return True


def _count(load: Load, done: Reply) -> None:
    if done.status == 200:
        load.submitted += 1
    else:
        load.refused[done.status] = load.refused.get(done.status, 0) + 1


Step = Callable[[Browser, Load], Awaitable[bool]]


def run(url: str, step: Step, workers: int, submissions: int) -> Load:
    """Let `workers` work side by side until about `submissions` have been acknowledged."""
    load = Load()

    async def one() -> None:
        browser = Browser(url, load)
        await browser.open()
        while load.submitted < submissions and await step(browser, load):
            pass
        browser.close()

    async def everybody() -> None:
        await asyncio.gather(*(one() for _ in range(workers)))

    start = time.perf_counter()
    asyncio.run(everybody())
    load.elapsed = time.perf_counter() - start
    return load
