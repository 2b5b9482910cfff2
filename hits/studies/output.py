"""Rate or compare outputs: captions, dialogue turns, summaries, restored images, depth maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.records import Instance, Item
from hits.studies import settings as ask
from hits.studies.asking import CONFIDENCE, checked_confidence, scale, with_confidence
from hits.studies.base import Material, Question
from hits.studies.compare import better
from hits.studies.composing import content, shown
from hits.studies.panels import Panel, ShownItem, Span, StudyError
from hits.studies.typical import Typical

RATE, COMPARE = "rate", "compare"
CAPTIONS = ("Output A", "Output B")


class Output(Typical):
    """Rating: `quality`, a point of the scale. Comparing: `better`, as in the study `compare`.

    `shown["outputs"]` are the outputs in the order in which they are shown: {"text": …}, or
    {"instance": id} of an image; none where the instance itself is the output. `condition` names
    the system, or the pair of them in one order for all items; `side` is "ab" or "ba".
    """

    name = "output"
    version = 1
    template = "output.html"
    panels = (1, 3)
    title = "Judge what a computer has made"
    instructions = (
        "A computer has made what you see here. Judge **how good it is**, beside what it was made "
        "from where that is shown.\n\nThere is no hurry: we want to know how *you* see it."
    )
    defaults = {
        "form": RATE,
        "outputs": [],
        "source": True,
        "rate_question": "How good is this?",
        "points": ["bad", "poor", "fair", "good", "excellent"],
        "compare_question": "Which of the two is better?",
        "tie": True,
        **CONFIDENCE,
        "confidence": False,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The form, the attributes that hold the outputs, and the words of the questions."""
        return {
            "form": ask.choice(given, "form", (RATE, COMPARE)),
            "outputs": ask.texts(given, "outputs", 0, 20),
            "source": ask.flag(given, "source"),
            "rate_question": ask.text(given, "rate_question"),
            "points": ask.points(given, "points"),
            "compare_question": ask.text(given, "compare_question"),
            "tie": ask.flag(given, "tie"),
            **checked_confidence(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`quality` or `better`, then `confidence` where it is asked for."""
        if given["form"] == RATE:
            first = scale("quality", given["rate_question"], tuple(given["points"]))
        else:
            first = better(given["compare_question"], given["tie"], CAPTIONS)
        return with_confidence([first], given)

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """What the outputs were made from, where that is shown, and the outputs."""
        planned: Sequence[Mapping[str, Any]] = item.shown.get("outputs", ())
        if not planned:
            return shown(item, [content(material.instance)])
        if settings["form"] == COMPARE and len(planned) != 2:
            raise StudyError(f"item {item.id!r}: {len(planned)} outputs to compare, not two")
        captions = CAPTIONS if settings["form"] == COMPARE else ("The output",)
        outputs = [
            _panel(one, caption, material) for one, caption in zip(planned, captions, strict=False)
        ]
        source = [content(material.instance, caption="Made from")] if settings["source"] else []
        return shown(item, [*source, *outputs])


def _panel(planned: Mapping[str, Any], caption: str, material: Material) -> Panel:
    """One output, words or picture."""
    if "instance" in planned:
        others: Mapping[str, Instance] = material.instances or {}
        if planned["instance"] not in others:
            raise StudyError(f"the output {planned['instance']!r} is no instance of the database")
        return content(others[planned["instance"]], caption=caption)
    text = str(planned["text"])
    return Panel(kind="text", text=text, offsets=_whole(text), caption=caption)


def _whole(text: str) -> tuple[Span, ...]:
    """Words between whitespace, so that the text is shown like any other."""
    spans, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return tuple(spans)
