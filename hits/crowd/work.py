"""A crowd at work: every worker visits their HITs at the worker site, as people's browsers do."""

from __future__ import annotations

import json
import random
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from urllib.parse import parse_qs, urlsplit

from hits.browser import WorkerSession
from hits.crowd.answering import page_answer
from hits.crowd.temper import SimulatedWorker
from hits.crowd.truth import Knowledge, Truth
from hits.page import study_page_data

SUBMIT = "/mturk/externalSubmit"


@dataclass(frozen=True)
class Outcome:
    """What a crowd did: assignments submitted, and visits that found nothing to take."""

    submitted: int
    refused: int


def work(
    site: str,
    workers: Sequence[SimulatedWorker],
    visits: Mapping[str, Sequence[str]],
    truth: Mapping[str, Truth],
    *,
    seed: int,
    on_answer: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Let every worker visit their HITs at `site`; `truth` is by item id."""
    total = sum(len(mine) for mine in visits.values())
    knowledge = Knowledge(truth)
    submitted = refused = 0
    for worker in workers:
        mine = visits[worker.platform_id]
        if not mine:
            continue
        with WorkerSession(site) as browser:
            browser.register(worker.platform_id)
            n_items = 0
            for place, hit in enumerate(mine):
                # Drawn from numbers, not from ids: markets draw those at random.
                rng = random.Random(f"answers:{seed}:{worker.number}:{place}")
                with _page_at_a_time():
                    answered = _answer_hit(browser, worker, hit, knowledge, rng, n_items)
                n_items += answered
                submitted, refused = submitted + (answered > 0), refused + (answered == 0)
                if on_answer is not None:
                    on_answer(submitted + refused, total)
    return Outcome(submitted, refused)


@contextmanager
def _page_at_a_time() -> Iterator[None]:
    """Ctrl-C waits for the page at hand: one left open keeps its place until the deadline.

    A second Ctrl-C does not wait. Other threads hear neither, nor does a process that was started
    with interrupts ignored.
    """
    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    asked = False

    def once(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def _answer_hit(
    browser: WorkerSession,
    worker: SimulatedWorker,
    hit: str,
    knowledge: Knowledge,
    rng: random.Random,
    n_before: int,
) -> int:
    """How many items were answered: none where the HIT could not be taken or was not accepted."""
    task = browser.accept(hit)
    if task is None:
        return 0
    query, html = parse_qs(urlsplit(task).query), browser.get(task)
    answer = page_answer(
        study_page_data(html), worker.temper, knowledge, rng, done=n_before, html=html
    )
    form = {"assignmentId": query["assignmentId"][0], "konkyo": json.dumps(answer)}
    taken = browser.submit(query["turkSubmitTo"][0] + SUBMIT, form)
    return len(answer["items"]) if taken else 0
