"""Every study type on every kind of instance: what `plan` would have stored, composed as `publish` does.

The items are real records and the panels are the study's own; only the database is left out.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from db.records import Instance, Item, Rationale
from hits.studies import STUDIES, load_study
from hits.studies.base import Asked, Explained, Material, Study
from hits.studies.panels import ShownItem
from pipeline.formats.instances import pair_instance, text_instance

OWN = {
    "name": "fluency",
    "title": "How fluent is this?",
    "instructions": "Read it.",
    "noun": "text",
    "fields": ["shown"],
    "questions": [
        {
            "name": "fluent",
            "text": "How fluent is it?",
            "level": "ordinal",
            "values": ["no", "yes"],
        },
        {"name": "why", "text": "Why?", "form": "text"},
    ],
    "html": """<p class="words"><span class="w">${shown}</span></p>
<fieldset><legend>How fluent is it?</legend>
<label><input type="radio" name="fluent" value="1"> no</label>
<label><input type="radio" name="fluent" value="2"> yes</label></fieldset>
<label>Why? <textarea name="why"></textarea></label>""",
}
SETTINGS: Mapping[str, Mapping[str, Any]] = {"intrude": {"k": 2}, "own": OWN}
TEXT = "cold soup , never again"


@dataclass(frozen=True)
class Case:
    """A study with its settings, on one kind of instance."""

    study: str
    kind: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """As pytest names it."""
        return "-".join([self.study, self.kind, *map(str, self.more.values())])

    @property
    def loaded(self) -> Study:
        """The study."""
        return load_study(self.study)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that are complete."""
        return self.loaded.check_settings({**SETTINGS.get(self.study, {}), **self.more})

    def page(self, n: int = 2, text: str = TEXT) -> list[ShownItem]:
        """The items of one page; a study of phases has one in each."""
        phases = ("before", "learn", "after") if self.study == "simulate" else ("",) * n
        return [self.item(f"i{at}", text, phase) for at, phase in enumerate(phases)]

    def item(self, item_id: str = "i1", text: str = TEXT, phase: str | None = None) -> ShownItem:
        """One item, with everything its study shows."""
        if phase is None:
            phase = "before" if self.study == "simulate" else ""
        return self.loaded.compose(*self.stored(item_id, text, phase), self.settings)

    def stored(self, item_id: str, text: str, phase: str = "") -> tuple[Item, Material]:
        """The item as the database would hold it, and what belongs to it."""
        instance = _instance(self.kind, text)
        labels = ("positive", "negative") if self.study == "choose" else ("positive",) * 2
        wanted = _rationales(self.study, self.settings, phase)
        explained = [
            Explained(_rationale(instance, at, self.kind), labels[at]) for at in range(wanted)
        ]
        item = Item(
            id=item_id,
            campaign_id="c",
            instance_id=instance.id,
            hit_id="h",
            position=0,
            rationale_ids=tuple(one.rationale.id for one in explained),
            presentation=self.settings.get("presentation", "plain") if wanted else "plain",
            shown=_shown(self.study, self.kind, instance),
            phase=phase,
        )
        return item, Material(instance, explained, {instance.id: instance})

    def asked(self, shown: ShownItem) -> Asked:
        """What reading its answers has to know, as `collect` finds it."""
        instance = _instance(self.kind, TEXT)
        return Asked(
            shown.id, self.kind, instance.n_units, len(shown.choices), instance.size, shown.phase
        )


def _rationales(study: str, settings: Mapping[str, Any], phase: str) -> int:
    if study == "simulate":
        return 1 if phase == "learn" else 0
    if study == "choose":
        return 1 if settings["form"] == "agreement" else 2
    return {"rate": 1, "guess": 1, "compare": 2}.get(study, 0)


def _shown(study: str, kind: str, instance: Instance) -> dict[str, Any]:
    words = instance.tokens if kind in ("text", "pair") else ["red", "round", "small"]
    if study == "guess":
        return {"k": 2, "target": "positive"}
    if study == "verify":
        return {"words": words, "label": "positive"}
    if study == "intrude":
        if kind == "image":
            boxes = ([0, 0, 8, 8], [8, 0, 16, 8], [16, 8, 24, 16])
            return {"choices": [{"instance": instance.id, "box": box} for box in boxes]}
        three = list(dict.fromkeys(words))[:3]
        return {"choices": [{"text": word} for word in three], "intruder": 1}
    if study == "choose":
        return {"examples": {"positive": [instance.id], "negative": [instance.id]}}
    if study == "simulate":
        return {"target": "negative"}
    if study == "output":
        text = "a fine caption"
        return {"outputs": [{"text": text}, {"text": text}]}
    return {}


def _instance(kind: str, text: str) -> Instance:
    about: Any = {"label": "positive", "attributes": {"shown": text}}
    if kind == "text":
        return text_instance(text, about)
    if kind == "pair":
        return pair_instance(text, "nice\n music", about)
    if kind == "row":
        return Instance("r1", "row", "", _NO_TOKENS, features={"age": 41.0, "job": text}, **about)
    return Instance(
        "p1", "image", "", _NO_TOKENS, image=_png(), media_type="image/png", size=(24, 16), **about
    )


_NO_TOKENS = np.empty((0, 2), dtype=np.int32)


def _png() -> bytes:
    """A small picture: a red disc on a slope of grey."""
    y, x = np.mgrid[0:16, 0:24]
    pixels = np.stack([x * 10, x * 10, x * 10], axis=-1).astype(np.uint8)
    pixels[(x - 6) ** 2 + (y - 8) ** 2 < 20] = (200, 20, 20)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def _rationale(instance: Instance, at: int, kind: str) -> Rationale:
    """Scores of both signs, others for each rationale."""
    n = 6 if kind == "image" else instance.n_units
    scores = [(-1.0) ** place * ((place + 2 * at) % 7) for place in range(n)]
    return Rationale(
        id=f"r{at}",
        run_id="run",
        explainer=f"explainer{at}",
        instance_id=instance.id,
        target=at,
        scores=np.array(scores, dtype=np.float32),
        baseline="none",
        reduction="none",
        shape=(2, 3) if kind == "image" else (),
    )


CASES = [Case(study, kind) for study in STUDIES for kind in load_study(study).kinds]
FORMS = [
    Case("highlight", "text", {"mark_labels": ["for", "against"]}),
    Case("highlight", "row", {"mark_labels": ["for", "against"]}),
    Case("highlight", "pair", {"unit": "sentence"}),
    Case("choose", "text", {"form": "agreement"}),
    Case("choose", "image", {"form": "agreement"}),
    Case("output", "text", {"form": "compare"}),
    Case("verify", "text", {"fits": "label"}),
    Case("guess", "text", {"show": "alone"}),
    Case("name", "text", {"names": ["film", "food"]}),
]
TEXTS = [case for case in CASES if case.kind == "text"]
EVERY = [*CASES, *FORMS]

TRIED = {
    "highlight-image",
    "highlight-row",
    "rate-image",
    "compare-pair",
    "intrude-image",
    "choose-row",
    "choose-text-agreement",
    "output-text-compare",
    "highlight-text-['for', 'against']",
}
IN_BROWSERS = (
    EVERY
    if os.environ.get("KONKYO_EVERY_PAGE")
    else [case for case in EVERY if case in TEXTS or str(case) in TRIED]
)
"""The cases tried by hand, by screen reader and on paper: every study on texts, and each widget;
with KONKYO_EVERY_PAGE=1 every study on every kind."""

SIZES = ("laptop", "phone")
SIZED = [
    (case, size)
    for at, case in enumerate(IN_BROWSERS)
    for size in SIZES
    if os.environ.get("KONKYO_EVERY_PAGE") or size == SIZES[at % 2]
]
"""Each case on one size of screen, in turn; with KONKYO_EVERY_PAGE=1 on both."""
