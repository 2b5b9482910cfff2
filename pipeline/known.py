"""What simulated workers know of a campaign's items: labels, imported evidence, the study's truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db import frames
from db.errors import NotFound
from db.records import Campaign, Instance, Item, Rationale
from db.store import campaigns, instances, rationales
from hits.crowd import Truth
from hits.studies import load_study
from hits.studies.base import Question
from pipeline.drawing import drawing_of
from pipeline.drawing.base import Known
from pipeline.picture_marks import marked_cells
from pipeline.project import Project

NO_EVIDENCE = frozenset[int]()


def truths(project: Project, campaign: Campaign) -> dict[str, Truth]:
    """Item id → what simulated workers know of it.

    What the study's own drawing says of an item comes first; gold answers of check and practice
    items fill what it leaves open. NotFound where nothing is known of any item, but for the study
    `output`: how good an output is nobody knows beforehand, and all answer at random.
    """
    items = campaigns.read_items(project.engine, campaign.id)
    asked = load_study(campaign.study).questions(campaign.settings["options"])
    drawing = drawing_of(campaign.study)
    found = {}
    for item, known in zip(items, _known(project, campaign, items), strict=True):
        answers = {**_region(item, known, asked), **_from_gold(item, asked)}
        answers |= drawing.truth(item, known)
        found[item.id] = Truth(known.instance.label, known.evidence, answers)
    something = any(one.label or one.evidence or one.answers for one in found.values())
    if not something and campaign.study != "output":
        raise NotFound(
            "simulated workers need to know something of the truth, but the instances have no "
            'labels and no imported rationales; import data that has them ("konkyo import")'
        )
    return found


def _known(project: Project, campaign: Campaign, items: Sequence[Item]) -> list[Known]:
    """What is on file of each item, in their order."""
    read = instances.read(project.engine, ids={i.instance_id: None for i in items}, pictures=False)
    shown, evidence = {i.id: i for i in read}, _evidence(project, read)
    wanted = {name: None for item in items for name in item.rationale_ids}
    stored = rationales.by_id(project.engine, wanted)
    known = []
    for item in items:
        instance = shown[item.instance_id]
        mine = [stored[name] for name in item.rationale_ids if name in stored]
        found = _on_grid(instance, evidence.get(instance.id, NO_EVIDENCE), mine)
        known.append(Known(instance, found, mine, campaign.settings["options"]))
    return known


def _on_grid(
    instance: Instance, evidence: frozenset[int], shown: Sequence[Rationale]
) -> frozenset[int]:
    """Evidence of a picture as cells of the map that is shown with it; all else as it is."""
    shape = shown[0].shape if shown else ()
    if instance.size is None or len(shape) != 2 or not evidence:
        return evidence
    cells = marked_cells(_mask(instance.size, evidence), instance.size, (shape[0], shape[1]))
    return frozenset(np.flatnonzero(cells).tolist())


def _region(item: Item, known: Known, asked: Sequence[Question]) -> dict[str, Any]:
    """Evidence of a picture as the region that is to be marked, where no map is shown with it."""
    size = known.instance.size
    if size is None or not known.evidence or item.rationale_ids:
        return {}
    names = (question.name for question in asked if question.form == "marks")
    return dict.fromkeys(names, _mask(size, known.evidence))


def _mask(size: tuple[int, int], marked: frozenset[int]) -> NDArray[np.uint8]:
    """uint8, shape (height, width), from positions of pixels, row by row."""
    flat = np.zeros(size[0] * size[1], np.uint8)
    flat[list(marked)] = 1
    return flat.reshape(size[1], size[0])


def _evidence(project: Project, shown: Sequence[Instance]) -> dict[str, frozenset[int]]:
    """Words that at least half of those marked who are on file for an instance."""
    found: dict[str, frozenset[int]] = {}
    for campaign in campaigns.read(project.engine):
        if campaign.environment != "imported" or campaign.study != "highlight":
            continue
        marks = frames.marks(project.engine, campaign.id, shown, persons_known=False)
        for number, identity in enumerate(marks.instance_ids):
            rows = [marks.masks[row] for row in np.flatnonzero(marks.instance == number).tolist()]
            share = np.mean(np.stack(rows), axis=0)
            found[identity] = frozenset(np.flatnonzero(share >= 0.5).tolist())
    return found


def _from_gold(item: Item, questions: Sequence[Question]) -> dict[str, Any]:
    """The known answers of a check or practice item, as simulated workers take them.

    A point of a scale becomes the quality that it stands for. A range says what would be a wrong
    answer, not what a right one is, and is left out.
    """
    gold, found = item.gold or {}, {}
    for question in questions:
        answer = gold.get(question.name)
        if answer is None or (isinstance(answer, Mapping) and "counts" not in answer):
            continue
        if question.level != "ordinal":
            found[question.name] = answer
        elif answer in question.values and len(question.values) > 1:
            found[question.name] = question.values.index(answer) / (len(question.values) - 1)
    return found
