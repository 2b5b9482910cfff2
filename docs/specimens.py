"""What the pictures of the gallery show: one made-up item of every study on every kind of thing.

Reviews, statements, drawings and houses are invented here. Items are real records and go through
the studies' own `compose`, as they do at `publish`; only database and model are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scenes import drawn

from db.records import Instance, Item, Rationale
from hits.studies import STUDIES, load_study
from hits.studies.base import Explained, Material
from hits.studies.panels import ShownItem
from pipeline.formats.instances import image_instance, pair_instance, row_instance, text_instance

LABELS: Mapping[str, tuple[str, str]] = {
    "text": ("positive", "negative"),
    "pair": ("follows", "contradicts"),
    "image": ("sailing boat", "lighthouse"),
    "row": ("above the median", "below the median"),
}
"""The two classes of each kind; the thing itself is of the second, the picture of the first."""
REVIEW = (
    "Booking was easy and our room looked out over the harbour, but the walls are paper thin "
    "and nobody at the desk cared that we slept badly for three nights."
)
OTHER_REVIEWS = (
    "Quiet rooms, warm staff, and the best breakfast of our whole trip.",
    "The shower was cold and the lift broke twice. Never again.",
)
PREMISE = "Two women in raincoats wait at a bus stop while a dog sleeps under the bench."
HYPOTHESIS = "Nobody is outside in the rain."
OTHER_PAIRS = (
    ("A boy throws a ball to his sister.", "Two children are playing."),
    ("A man reads alone on a train.", "The carriage is full of people."),
)
HOUSE: Mapping[str, str | float] = {
    "living area (square metres)": 84.0,
    "built": 1962.0,
    "rooms": 4.0,
    "way to the station (minutes)": 38.0,
    "heating": "oil",
    "garden": "none",
}
OTHER_HOUSES = (
    {"living area (square metres)": 142.0, "built": 2016.0, "heating": "heat pump"},
    {"living area (square metres)": 58.0, "built": 1957.0, "heating": "coal"},
)
GRID = (8, 12)
COUNTED: Mapping[str, tuple[Mapping[Any, float], Mapping[Any, float]]] = {
    "text": (
        {"thin": 5, "nobody": 4, "badly": 4, "slept": 3, "paper": 2, "but": 1, "walls": 1},
        {"harbour,": 5, "nights.": 4, "Booking": 3, "the": 2, "three": 1, "desk": 1},
    ),
    "pair": (
        {"Nobody": 5, "outside": 4, "wait": 3, "raincoats": 2, "rain.": 2, "Two": 1},
        {"dog": 5, "bench.": 3, "is": 3, "sleeps": 2, "the": 1},
    ),
    "row": (
        {"way to the station (minutes)": 5, "heating": 3, "built": 2, "garden": 1},
        {"rooms": 5, "garden": 4, "living area (square metres)": 1},
    ),
}
"""What counted and how much: in a rationale that makes sense, and in one that hardly does."""
HOT_SPOTS = ((115.0, 62.0, 30.0), (190.0, 34.0, 22.0))
"""Middle and width, in pixels, of what the two rationales of the picture point to."""
WORDS: Mapping[str, list[str]] = {
    "text": ["thin walls", "noise", "bad sleep", "careless staff", "view"],
    "pair": ["people outdoors", "waiting", "rain", "nobody", "denial"],
    "image": ["sail", "mast", "water", "hull", "horizon"],
    "row": ["old", "far from trains", "small", "no garden", "oil"],
}
INTRUDERS: Mapping[str, list[str]] = {
    "text": ["noisy", "dirty", "rude", "spotless", "broken", "cold"],
    "pair": ["outdoors", "street", "rain", "bus stop", "kitchen", "umbrella"],
    "row": ["far from trains", "oil heating", "no garden", "new roof", "old windows", "small"],
}
OUTPUTS: Mapping[str, tuple[str, str]] = {
    "text": (
        "A fine view, but thin walls, careless staff and three bad nights.",
        "The guests enjoyed the harbour and slept well.",
    ),
    "pair": (
        "They contradict: two women are waiting outside.",
        "They agree, because both speak of the weather.",
    ),
    "image": (
        "A white sailing boat on calm water under a low sun.",
        "A red car parked beside a beach.",
    ),
    "row": (
        "An older flat with oil heating, far from the station.",
        "A modern house with a large garden near the station.",
    ),
}
OWN: Mapping[str, Any] = {
    "name": "usefulness",
    "title": "Would this review help you?",
    "instructions": "Imagine that you are looking for a place to stay. Say how useful you find it.",
    "fields": ["review"],
    "questions": [
        {
            "name": "useful",
            "text": "How useful is it?",
            "level": "ordinal",
            "values": ["not useful", "somewhat useful", "very useful"],
        },
        {"name": "why", "text": "Why?", "form": "text", "optional": True},
    ],
    "html": """<blockquote>${review}</blockquote>
<fieldset><legend>How useful is it?</legend>
<label><input type="radio" name="useful" value="1"> not useful</label>
<label><input type="radio" name="useful" value="2"> somewhat useful</label>
<label><input type="radio" name="useful" value="3"> very useful</label></fieldset>
<label>Why? <input type="text" name="why"></label>""",
}


@dataclass(frozen=True)
class Specimen:
    """A study on a kind of thing, as one item on a page."""

    study: str
    kind: str

    @property
    def settings(self) -> dict[str, Any]:
        """The study's defaults, with what a campaign on this kind would say."""
        study = load_study(self.study)
        more: dict[str, Any] = {
            "labels": list(LABELS[self.kind]),
            "form": "compare",
            **(OWN if self.study == "own" else {}),
        }
        allowed = {"output": {"form"}, "own": set(OWN)}.get(self.study, {"labels"})
        known = set(study.defaults) & allowed
        return study.check_settings({name: more[name] for name in known})

    def item(self) -> ShownItem:
        """The item, composed by its study."""
        instance, others = _instance(self.kind), _others(self.kind)
        first = self.kind != "image"  # the class that the sensible rationale speaks for
        names = (LABELS[self.kind][first], LABELS[self.kind][first])
        if self.study == "choose":
            names = (LABELS[self.kind][first], LABELS[self.kind][not first])
        explained = [
            Explained(_rationale(instance, at), names[at]) for at in range(_wanted(self.study))
        ]
        examples = {name: [others[at].id] for at, name in enumerate(LABELS[self.kind])}
        settings = self.settings
        item = Item(
            id="1",
            campaign_id="gallery",
            instance_id=instance.id,
            hit_id="1",
            position=0,
            rationale_ids=tuple(one.rationale.id for one in explained),
            presentation=settings.get("presentation", "plain") if explained else "plain",
            shown=_shown(self.study, self.kind, instance, examples),
            phase="learn" if self.study == "simulate" else "",
        )
        known = {one.id: one for one in (instance, *others)}
        return load_study(self.study).compose(item, Material(instance, explained, known), settings)


def _wanted(study: str) -> int:
    return {"rate": 1, "guess": 1, "simulate": 1, "compare": 2, "choose": 2}.get(study, 0)


def _shown(study: str, kind: str, instance: Instance, examples: Any) -> dict[str, Any]:
    """What `plan` writes beside instance and rationales."""
    patches = [(84, 30), (108, 54), (120, 66), (190, 14), (96, 66), (108, 30)]
    boxes = [{"instance": instance.id, "box": [x, y, x + 40, y + 40]} for x, y in patches]
    words = [{"text": word} for word in INTRUDERS.get(kind, ())]
    by_study: Mapping[str, dict[str, Any]] = {
        "guess": {"k": 10 if kind == "image" else 3 if kind == "row" else 6},
        "verify": {"words": WORDS[kind]},
        "intrude": {"choices": words or boxes, "intruder": 3},
        "choose": {"examples": examples},
        "simulate": {"target": LABELS[kind][1]},
        "output": {"outputs": [{"text": text} for text in OUTPUTS[kind]]},
        "name": {"words": WORDS[kind]} if kind == "text" else {},
    }
    return by_study.get(study, {})


def _instance(kind: str) -> Instance:
    about: Any = {"label": LABELS[kind][1], "attributes": {"review": REVIEW}}
    if kind == "text":
        return text_instance(REVIEW, about)
    if kind == "pair":
        return pair_instance(PREMISE, HYPOTHESIS, about)
    return row_instance(HOUSE, about) if kind == "row" else image_instance(drawn(boat=True), about)


def _others(kind: str) -> list[Instance]:
    """An example of each class."""
    about: Any = [{"label": label} for label in LABELS[kind]]
    if kind == "text":
        return [text_instance(text, a) for text, a in zip(OTHER_REVIEWS, about, strict=True)]
    if kind == "pair":
        return [pair_instance(*pair, a) for pair, a in zip(OTHER_PAIRS, about, strict=True)]
    if kind == "row":
        return [row_instance(house, a) for house, a in zip(OTHER_HOUSES, about, strict=True)]
    scenes = (drawn(boat=True, far=True), drawn(boat=False))
    return [image_instance(scene, a) for scene, a in zip(scenes, about, strict=True)]


def _rationale(instance: Instance, at: int) -> Rationale:
    """Scores by hand: the first rationale makes sense, the second hardly does."""
    if instance.kind == "image":
        x, y, width = HOT_SPOTS[at]
        rows, columns = GRID
        down, across = np.mgrid[0:rows, 0:columns]
        apart = ((across + 0.5) * 20 - x) ** 2 + ((down + 0.5) * 20 - y) ** 2
        scores = np.exp(-apart / (2 * width**2)).ravel()
    else:
        units = list(instance.features) if instance.kind == "row" else instance.tokens
        scores = np.array([COUNTED[instance.kind][at].get(unit, -0.5) for unit in units])
    made = Rationale(
        id=f"r{at}",
        run_id="gallery",
        explainer="by hand",
        instance_id=instance.id,
        target=at,
        scores=scores.astype(np.float32),
        baseline="none",
        reduction="none",
    )
    return replace(made, shape=GRID) if instance.kind == "image" else made


SPECIMENS = [
    Specimen(study, kind)
    for study in STUDIES
    # A template of one's own looks as it says, whatever the kind.
    for kind in (["text"] if study == "own" else load_study(study).kinds)
]
