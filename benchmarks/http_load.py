"""Many workers at once over real HTTP, from one process that costs little itself.

A worker keeps one connection and repeats: look at the queue, accept, open the task, submit. The
client speaks just enough HTTP/1.1 for servers on this machine; a general one would spend more
time than the server that is measured.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode, urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r]+)=([^;\r]*)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
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
    """One kept connection and its cookies; opened anew when the server has closed it."""

    def __init__(self, url: str, load: Load, think_s: float = 0.0) -> None:
        self._think_s = think_s
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.cookies: dict[str, str] = {}
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
        if self.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            head += f"Cookie: {pairs}\r\n"
        if line.startswith("POST"):
            head += (
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n"
            )
        if self._think_s:
            await asyncio.sleep(random.expovariate(1 / self._think_s))
        start = time.perf_counter()
        self._out.write(f"{head}\r\n{body}".encode())
        top = await self._in.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(top)
        page = await self._in.readexactly(int(length[1])) if length else b""
        self._load.seconds.append(time.perf_counter() - start)
        for name, value in _COOKIE.findall(top):
            self.cookies[name.decode()] = value.decode()
        if _CLOSE.search(top):
            self.close()
            await self.open()
        place = _LOCATION.search(top)
        return Reply(int(top[9:12]), place[1].decode() if place else "", page.decode())


async def register(browser: Browser, _number: int) -> None:
    """Become a worker of the endpoint."""
    await browser.post("/register")


async def work_on_market(browser: Browser, load: Load) -> bool:
    """One HIT of the endpoint's worker site, from the queue to the submission; False: no more."""
    if not browser.cookies:
        await browser.post("/register")
    queue = (await browser.get("/")).text
    group, csrf = _TYPE.search(queue), _CSRF.search(queue)
    if group is None or csrf is None:
        return False
    return await _accept_and_submit(browser, load, group[1], csrf[1]) in (303, 409)


class OneGroup:
    """Workers of one group who look at the queue only once: the least that a HIT asks for."""

    def __init__(self) -> None:
        self._known: dict[Browser, tuple[str, str]] = {}

    async def step(self, browser: Browser, load: Load) -> bool:
        """One HIT; False: this worker has done them all."""
        if browser not in self._known:
            await browser.post("/register")
            queue = (await browser.get("/")).text
            group, csrf = _TYPE.search(queue), _CSRF.search(queue)
            if group is None or csrf is None:
                return False
            self._known[browser] = group[1], csrf[1]
        return await _accept_and_submit(browser, load, *self._known[browser]) == 303


async def _accept_and_submit(browser: Browser, load: Load, group: str, csrf: str) -> int:
    """The group's next HIT: 303 if it was accepted, 409 if there was none or it was taken."""
    taken = await browser.post(f"/groups/{group}/accept", csrf=csrf)
    if taken.status != 303:
        refuse(load, taken)
        return taken.status
    task = _SUBMIT_TO.search((await browser.get(taken.location)).text)
    assignment = taken.location.rsplit("/", 1)[1]
    address = urlsplit(unquote(task[1] if task else "")).path + "/mturk/externalSubmit"
    done = await browser.post(address, assignmentId=assignment, answer="yes")
    _count(load, done)
    return taken.status


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
        refuse(load, done)


def refuse(load: Load, answer: Reply) -> None:
    """Count what was not done."""
    load.refused[answer.status] = load.refused.get(answer.status, 0) + 1


Step = Callable[[Browser, Load], Awaitable[bool]]
Enter = Callable[[Browser, int], Awaitable[None]]


def run(
    url: str,
    step: Step,
    workers: int,
    submissions: int,
    enter: Enter | None = None,
    think_s: float = 0.0,
) -> Load:
    """Let `workers` work side by side until about `submissions` have been acknowledged.

    `enter` is what each worker does with its number before the clock starts. Workers think for
    `think_s` seconds on average before each request; without it there is always one under way.
    """
    load = Load()

    async def arrive(number: int) -> Browser:
        browser = Browser(url, load, think_s)
        await browser.open()
        if enter is not None:
            await enter(browser, number)
        return browser

    async def work(browser: Browser) -> None:
        while load.submitted < submissions and await step(browser, load):
            pass
        browser.close()

    async def everybody() -> None:
        browsers = await asyncio.gather(*map(arrive, range(workers)))
        load.seconds.clear()
        start = time.perf_counter()
        await asyncio.gather(*map(work, browsers))
        load.elapsed = time.perf_counter() - start

    asyncio.run(everybody())
    return load
