"""Simulated workers of known skill, bias and carelessness, who answer over HTTP as people do.

They register at the worker site, preview, accept, fetch the page in the frame, and post its form;
there is no back door. What they know of the truth is handed to them (`Truth`), never read from a
page. Everything is drawn from the seed: the same crowd gives the same answers.
"""

from __future__ import annotations

import json
import math
import random
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hits.browser import WorkerSession
from hits.page import study_page_data

SUBMIT = "/mturk/externalSubmit"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Truth:
    """What a simulated worker can know of an item: its label and the words that justify it."""

    label: str | None
    evidence: frozenset[int]


@dataclass(frozen=True)
class Temper:
    """How one worker works.

    `accuracy`: chance of the right label; `recall`: chance to mark a word of the evidence;
    `spread`: chance to mark a word beside a marked one too; `noise`: chance to mark any other
    word; `leniency`: points added to every rating; `careless`: answers at random, fast.
    """

    accuracy: float
    recall: float
    spread: float
    noise: float
    leniency: float
    careless: bool


@dataclass(frozen=True)
class SimulatedWorker:
    """One worker: the id under which they register, their number in the crowd, their temper."""

    platform_id: str
    temper: Temper
    number: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a crowd did: assignments submitted, and visits that found nothing to take."""

    submitted: int
    refused: int


def draw_crowd(
    n: int, careless_share: float, seed: int, start: int = 0, campaign: str = ""
) -> list[SimulatedWorker]:
    """`n` workers, of numbers from `start`, which counts those drawn before in the project.

    Tempers follow from seed and start. Ids follow from these and the campaign, so that projects
    which share a worker site do not take each other's.
    """
    tempers = random.Random(f"crowd:{seed}:{start}")
    names = random.Random(f"names:{campaign}:{seed}:{start}")
    n_careless = round(n * careless_share)
    return [
        SimulatedWorker(
            "ASIM" + "".join(names.choices(ALPHABET, k=12)),
            _temper(tempers, i < n_careless),
            start + i,
        )
        for i in range(n)
    ]


def _temper(rng: random.Random, careless: bool) -> Temper:
    return Temper(
        accuracy=rng.uniform(0.86, 0.99),
        recall=rng.uniform(0.55, 0.95),
        spread=rng.uniform(0.02, 0.2),
        noise=rng.uniform(0.005, 0.04),
        leniency=rng.gauss(0, 0.4),
        careless=careless,
    )


def allot(
    hits: Sequence[str], workers: Sequence[SimulatedWorker], per_hit: int, seed: int
) -> dict[str, list[str]]:
    """Worker id → HITs to visit: `per_hit` different workers a HIT, some busier than others."""
    rng = random.Random(f"allot:{seed}")
    zeal = {w.platform_id: rng.gammavariate(2.0, 1.0) + 0.2 for w in workers}
    visits: dict[str, list[str]] = {w.platform_id: [] for w in workers}
    for hit in hits:
        ranked = sorted(zeal, key=lambda w: math.log(1 - rng.random()) / zeal[w], reverse=True)
        for worker in ranked[:per_hit]:
            visits[worker].append(hit)
    return visits


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
    submitted = refused = 0
    for worker in workers:
        mine = visits[worker.platform_id]
        if not mine:
            continue
        with WorkerSession(site) as browser:
            browser.register(worker.platform_id)
            for place, hit in enumerate(mine):
                # Drawn from numbers, not from ids: markets draw those at random.
                rng = random.Random(f"answers:{seed}:{worker.number}:{place}")
                with _page_at_a_time():
                    done = _answer_hit(browser, worker, hit, truth, rng)
                submitted, refused = submitted + done, refused + (not done)
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
    truth: Mapping[str, Truth],
    rng: random.Random,
) -> bool:
    task = browser.accept(hit)
    if task is None:
        return False
    query = parse_qs(urlsplit(task).query)
    data = study_page_data(browser.get(task))
    answer = _page_answer(data, worker.temper, truth, rng)
    form = {"assignmentId": query["assignmentId"][0], "konkyo": json.dumps(answer)}
    return browser.submit(query["turkSubmitTo"][0] + SUBMIT, form)


def _page_answer(
    data: Mapping[str, Any], temper: Temper, truth: Mapping[str, Truth], rng: random.Random
) -> dict[str, Any]:
    respond = RESPONSES[data["study"]]
    items = []
    for position, item in enumerate(data["items"]):
        known = truth.get(item["id"], Truth(None, frozenset()))
        given = respond(item, data["settings"], known, temper, rng)
        milliseconds = _reading_time(len(item["tokens"]), temper, rng)
        items.append({"id": item["id"], "position": position, "ms": milliseconds, **given})
    facts = {"active_ms": sum(i["ms"] for i in items), "focus_losses": 0, "pastes": 0}
    return {"v": 1, "study": data["study"], "items": items, "facts": facts}


def _reading_time(n_tokens: int, temper: Temper, rng: random.Random) -> int:
    """About 240 words a minute and ten seconds to answer, spread as people's times are."""
    typical = n_tokens * 250 + 10_000
    share = 0.15 if temper.careless else 1.0
    return int(typical * share * rng.lognormvariate(0, 0.35))


def _highlight(
    item: Mapping[str, Any],
    settings: Mapping[str, Any],
    known: Truth,
    temper: Temper,
    rng: random.Random,
) -> dict[str, Any]:
    labels = list(settings["labels"])
    right = known.label if known.label in labels else None
    if temper.careless or right is None:
        label = rng.choice(labels)
    elif rng.random() < temper.accuracy:
        label = right
    else:
        label = rng.choice([other for other in labels if other != right] or labels)
    marks = _marks(len(item["tokens"]), known, temper, rng)
    return {"label": label, "marks": marks, "nothing": not marks}


def _marks(n_tokens: int, known: Truth, temper: Temper, rng: random.Random) -> list[int]:
    if temper.careless:
        return sorted(rng.sample(range(n_tokens), k=min(n_tokens, rng.randint(1, 4))))
    seen = {t for t in known.evidence if t < n_tokens and rng.random() < temper.recall}
    beside = {t + step for t in seen for step in (-1, 1) if rng.random() < temper.spread}
    stray = {t for t in range(n_tokens) if rng.random() < temper.noise}
    return sorted(t for t in seen | beside | stray if 0 <= t < n_tokens)


def _rate(
    item: Mapping[str, Any],
    settings: Mapping[str, Any],
    known: Truth,
    temper: Temper,
    rng: random.Random,
) -> dict[str, Any]:
    if temper.careless:
        given: dict[str, Any] = {"convincing": rng.randint(1, 5)}
    else:
        quality = _share_on_evidence(item.get("scores", []), known)
        point = 1.4 + 3.4 * quality + temper.leniency + rng.gauss(0, 0.6)
        given = {"convincing": min(5, max(1, round(point)))}
    if settings.get("confidence"):
        given["confidence"] = rng.choice((2, 3, 3, 4))
    return given


def _share_on_evidence(scores: Sequence[float], known: Truth) -> float:
    """How much of what is shown falls on the evidence, in [0, 1]; half of it is as good as all."""
    total = sum(scores)
    if not total:
        return 0.0
    on = sum(score for token, score in enumerate(scores) if token in known.evidence)
    return min(1.0, 2 * on / total)


Respond = Callable[
    [Mapping[str, Any], Mapping[str, Any], Truth, Temper, random.Random], dict[str, Any]
]
RESPONSES: dict[str, Respond] = {"highlight": _highlight, "rate": _rate}
"""How a simulated worker answers one item of each study type."""
