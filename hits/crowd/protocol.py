"""What simulated workers do on a page beside its questions: agree, read, and take their time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from hits.crowd.asking import n_units
from hits.crowd.temper import Temper

PER_UNIT_MS = {"text": 250, "pair": 250, "words": 600, "row": 1_000}
CHOICE_MS = 1_000
PICTURE_MS = 6_000
ANSWERING_MS = 10_000
CONSENT_MS = 20_000
SCREENS = (390, 1366, 1920)


def reading_time(item: Mapping[str, Any], careless: bool, rng: random.Random) -> int:
    """Milliseconds for an item, spread as people's times are: ten seconds to answer, about 240
    words a minute, a second a feature or choice, six a picture; careless workers take 15%."""
    typical = ANSWERING_MS + sum(_looking(panel) for panel in item["panels"])
    typical += CHOICE_MS * len(item.get("choices", ()))
    share = 0.15 if careless else 1.0
    return int(typical * share * rng.lognormvariate(0, 0.35))


def _looking(panel: Mapping[str, Any]) -> int:
    kind = panel["kind"]
    return PICTURE_MS if kind == "image" else PER_UNIT_MS[kind] * n_units(panel)


def page_facts(html: str, items_ms: int, temper: Temper, rng: random.Random) -> dict[str, int]:
    """The facts that the page's own script would send: time, screen, consent, comprehension.

    A worker agrees where the page asks for it, and passes the questions about the instructions at
    the first attempt if every answer is right (by `accuracy`, or by luck where they are careless),
    else at the second: who fails both has nothing to send.
    """
    parts = _Parts(html)
    facts = {"active_ms": items_ms, "focus_losses": 0, "pastes": 0, "restores": 0}
    facts["width"] = rng.choice(SCREENS)
    facts["coarse"] = int(facts["width"] < 800)
    if parts.asks_consent:
        facts["consented_ms"] = int(CONSENT_MS * rng.lognormvariate(0, 0.35))
        facts["active_ms"] += facts["consented_ms"]
    if parts.n_checks:
        chance = (temper.accuracy if temper.careless < 1 else 0.5) ** parts.n_checks
        facts["comprehension_attempts"] = 1 if rng.random() < chance else 2
        facts["comprehension_passed"] = 1
    return facts


class _Parts(HTMLParser):
    """Whether a page asks for consent, and how many questions it has about the instructions."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.asks_consent = False
        self.n_checks = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("id", "konkyo-agree") in attrs:
            self.asks_consent = True
        if tag == "fieldset" and "data-right" in dict(attrs):
            self.n_checks += 1
