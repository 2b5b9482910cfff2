"""A project whose model is made by hand, so that every drawn item can be foretold.

Sixty reviews with telling words: "evidence" finds them, "noise" marks all other words, "random"
any. The model predicts each instance's label, but for every seventh, of which it says the other.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from db.records import Instance, Item, ModelRun, Prediction, Rationale
from db.store import campaigns, instances, rationales, runs
from hits.page import study_page_data
from pipeline.formats.instances import image_instance, row_instance
from pipeline.pages import Pages
from pipeline.plan import Planned, PlanRequest, plan
from pipeline.project import Project
from tests.support.data import reviews

EXPLAINERS = ("attention", "gradient", "random")
LABELS = ("negative", "positive")
Scores = Callable[[str, Instance], Sequence[float]]


@dataclass(frozen=True)
class Desk:
    """A project with its instances, what the model says of them, and where the evidence is."""

    project: Project
    found: Sequence[Instance]
    predicted: Mapping[str, str]
    evidence: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def plan(self, study: str, name: str = "c", **wanted: Any) -> Planned:
        """What `konkyo plan` writes down."""
        return plan(self.project, PlanRequest(study, name, **wanted))

    def items(self, planned: Planned) -> list[Item]:
        """The items of a campaign."""
        return campaigns.read_items(self.project.engine, planned.campaign.id)

    def pages(self, planned: Planned) -> list[dict[str, Any]]:
        """The data of each page, in the order of the HITs."""
        made = Pages(self.project, planned.campaign)
        hits = campaigns.read_hits(self.project.engine, planned.campaign.id)
        return [study_page_data(made.page(hit)) for hit in hits]

    @property
    def instances(self) -> dict[str, Instance]:
        """Every instance by its id."""
        return {i.id: i for i in self.found}


def settle(
    project: Project,
    found: Sequence[Instance],
    *,
    scores: Scores,
    explainers: Sequence[str] = EXPLAINERS,
    labels: Sequence[str] = LABELS,
    predicted: Mapping[str, str] | None = None,
    shape: tuple[int, ...] = (),
    each: bool = False,
    unexplained: Sequence[str] = (),
) -> Desk:
    """Store instances, a run that predicts their labels, and a rationale by each explainer.

    `each` explains every class; `unexplained` are instances that the last explainer lacks.
    """
    instances.add(project.engine, list(found))
    said = dict(predicted or {i.id: i.label or labels[0] for i in found})
    run = ModelRun("run1", "test", tuple(labels), {}, 0, "h", {}, "models/run1")
    sure = np.eye(len(labels), dtype=np.float32)
    of = [Prediction("run1", i, sure[labels.index(label)]) for i, label in said.items()]
    runs.add(project.engine, run, of)
    made = [
        _rationale(name, one, target, scores(name, one), shape, labels[target] != said[one.id])
        for name in explainers
        for one in found
        for target in (range(len(labels)) if each else [labels.index(said[one.id])])
        if not (name == explainers[-1] and one.id in unexplained)
    ]
    rationales.add(project.engine, made)
    return Desk(project, found, said)


def _rationale(
    name: str,
    one: Instance,
    target: int,
    scores: Sequence[float],
    shape: tuple[int, ...],
    contrast: bool,
) -> Rationale:
    return Rationale(
        f"{name}-{target}-{one.id}",
        "run1",
        name,
        one.id,
        target,
        np.array(scores, dtype=np.float32),
        "none",
        "none",
        shape=shape,
        contrast=contrast,
    )


def texts_desk(project: Project, n: int = 60, unlabelled: int = 0, **more: Any) -> Desk:
    """Reviews: "attention" is on the telling words, "gradient" on all others, "random" anywhere."""
    found, evidence = reviews(n)
    wrong = {i.id: LABELS[i.label == LABELS[0]] for i in found[::7]}
    predicted = {i.id: str(i.label) for i in found} | wrong

    def scores(name: str, one: Instance) -> list[float]:
        on = set(evidence[one.id])
        rng = random.Random(f"{name}{one.id}")
        if name == "random":
            return [rng.random() for _ in one.tokens]
        return [
            rng.uniform(0.5, 1) if (at in on) == (name == "attention") else -0.1
            for at in range(one.n_tokens)
        ]

    found = [replace(i, label=None) for i in found[:unlabelled]] + found[unlabelled:]
    desk = settle(project, found, **{"scores": scores, "predicted": predicted, **more})
    return replace(desk, evidence=evidence)


def picture(colour: tuple[int, int, int], at: int, size: tuple[int, int] = (24, 16)) -> bytes:
    """A picture of one colour with a spot that makes it different from all others."""
    image = Image.new("RGB", size, colour)
    image.putpixel((at % size[0], at // size[0] % size[1]), (255, 255, 255))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def images_desk(project: Project, n: int = 12, **more: Any) -> Desk:
    """Red and blue pictures, explained on a grid of 2 rows and 3 columns."""
    about = [("red", (200, 0, 0)), ("blue", (0, 0, 200))]
    found = [
        image_instance(
            picture(about[at % 2][1], at),
            {"label": about[at % 2][0], "attributes": {"file": f"{about[at % 2][0]}-{at}.png"}},
        )
        for at in range(n)
    ]

    def scores(name: str, one: Instance) -> list[float]:
        rng = random.Random(f"{name}{one.id}")
        return [rng.uniform(0.1, 1) for _ in range(6)]

    return settle(
        project, found, **{"scores": scores, "labels": ("blue", "red"), "shape": (2, 3), **more}
    )


def rows_desk(project: Project, n: int = 12, **more: Any) -> Desk:
    """Loans, kept or not, of five features each."""
    found = [
        row_instance(
            {
                "age": 20.0 + at,
                "job": ("clerk", "smith", "nurse")[at % 3],
                "loan": 100.0 * at,
                "city": ("Kyoto", "Nara")[at % 2],
                "years": float(at % 5),
            },
            {"label": LABELS[at % 2]},
        )
        for at in range(n)
    ]

    def scores(name: str, one: Instance) -> list[float]:
        rng = random.Random(f"{name}{one.id}")
        return [rng.uniform(-0.5, 1) for _ in one.features]

    return settle(project, found, **{"scores": scores, **more})
