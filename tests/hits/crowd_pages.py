"""Pages as simulated workers get them: data of version 2, made by hand, and answers to them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from hits.crowd import Knowledge, Temper, Truth, page_answer
from hits.studies import load_study
from hits.studies.base import Asked

PERFECT = Temper(
    accuracy=1.0, recall=1.0, spread=0.0, noise=0.0, leniency=0.0, careless=0, unsteady=0.0
)
WORDS = [f"w{n}" for n in range(20)]


def text(**more: Any) -> dict[str, Any]:
    """A panel of twenty words."""
    return {"kind": "text", "tokens": WORDS, "gaps": [" "] * 21, "presentation": "plain", **more}


def image(width: int = 64, height: int = 48) -> dict[str, Any]:
    """A panel with a picture."""
    return {"kind": "image", "src": "data:,", "width": width, "height": height, "alt": ""}


def row() -> dict[str, Any]:
    """A panel with a feature row."""
    return {"kind": "row", "names": ["a", "b", "c"], "values": ["1", "2", "3"]}


def words() -> dict[str, Any]:
    """A panel with a list of words."""
    return {"kind": "words", "words": ["sea", "boat", "wave"], "presentation": "plain"}


def choices(n: int) -> list[dict[str, Any]]:
    """`n` choices of an item's own, in words."""
    return [{"text": f"choice {at}"} for at in range(n)]


def item(name: str, *panels: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An item of a page."""
    return {"id": name, "panels": list(panels or [text()]), **more}


def page(
    study: str, items: Sequence[Mapping[str, Any]], settings: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a page carries."""
    complete = load_study(study).check_settings(settings or {})
    return {"v": 2, "study": study, "settings": complete, "items": list(items)}


def answers(
    data: Mapping[str, Any],
    truth: Mapping[str, Truth],
    temper: Temper = PERFECT,
    seed: int = 1,
    done: int = 0,
) -> list[dict[str, Any]]:
    """Question → value for each item, read back as a collection reads it."""
    rng = random.Random(seed)
    sent = page_answer(data, temper, Knowledge(truth), rng, done)
    study = load_study(data["study"])
    shown = zip(sent["items"], data["items"], strict=True)
    return [study.read(given, asked(one), data["settings"]) for given, one in shown]


def asked(one: Mapping[str, Any]) -> Asked:
    """What reading an answer has to know of an item."""
    panel = (one["panels"] or [words()])[0]
    units = panel.get("tokens") or panel.get("names") or panel.get("words") or ()
    size = (panel["width"], panel["height"]) if panel["kind"] == "image" else None
    n_choices = len(one.get("choices", ()))
    return Asked(one["id"], panel["kind"], len(units), n_choices, size, one.get("phase", ""))
