"""What a campaign holds, as the rows of a release: instances, items, judgements, rationales."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from db import frames
from db.records import Campaign, Instance, Item
from db.store import campaigns, instances, rationales, runs
from pipeline.project import Project
from pipeline.release.asked import AskedOf, asked
from pipeline.release.columns import Columns, empty
from pipeline.release.names import Names

_IDENTITY = re.compile(r"\b[0-9a-f]{24}\b")
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True)
class Collected:
    """The tables of several campaigns together, and what was left out of them (reason → count)."""

    instances: Columns
    items: Columns
    judgements: Columns
    rationales: Columns
    excluded: dict[str, int]


def collect(project: Project, found: Sequence[Campaign], names: Names, *, texts: bool) -> Collected:
    """Rows in the order of instances, items and names of workers, never in that of arrival."""
    items = [
        item for campaign in found for item in campaigns.read_items(project.engine, campaign.id)
    ]
    beside = dict.fromkeys(i for item in items for i in _beside(item))
    wanted = dict.fromkeys([*(item.instance_id for item in items), *beside])
    known = instances.read(project.engine, ids=wanted, pictures=False)
    judgements, excluded = _judgements(project, found, names, texts=texts)
    return Collected(
        instances_table(known),
        _items(found, items, _pages(project, found), names),
        judgements,
        _rationales(project, dict.fromkeys(r for i in items for r in i.rationale_ids), names),
        excluded,
    )


def image_path(instance: Instance) -> str | None:
    """Where a release keeps a picture."""
    if instance.kind != "image":
        return None
    return f"images/{instance.id}.{SUFFIXES.get(instance.media_type, 'bin')}"


def instances_table(known: Sequence[Instance]) -> Columns:
    """One row an instance; the tokens of both texts of a pair stand in one list."""
    offsets = [
        i.offsets if i.offsets_pair is None else np.concatenate([i.offsets, i.offsets_pair])
        for i in known
    ]
    sizes = [i.size or (None, None) for i in known]
    return empty("instances") | {
        "id": [i.id for i in known],
        "kind": [i.kind for i in known],
        "text": [i.text for i in known],
        "text_pair": [i.text_pair for i in known],
        "starts": [o[:, 0].tolist() for o in offsets],
        "ends": [o[:, 1].tolist() for o in offsets],
        "tokens_in_text": [len(i.offsets) for i in known],
        "label": [i.label for i in known],
        "split": [i.split for i in known],
        "attributes": [dict(i.attributes) for i in known],
        "features": [dict(i.features) for i in known],
        "image": [image_path(i) for i in known],
        "width": [size[0] for size in sizes],
        "height": [size[1] for size in sizes],
    }


def _beside(item: Item) -> Iterator[str]:
    """Ids in what an item shows: instances that stand beside its own, such as examples."""
    yield from _IDENTITY.findall(json.dumps(dict(item.shown)))


def _pages(project: Project, found: Sequence[Campaign]) -> dict[str, int]:
    return {
        hit.id: hit.position
        for campaign in found
        for hit in campaigns.read_hits(project.engine, campaign.id)
    }


def _items(
    found: Sequence[Campaign], items: Sequence[Item], pages: dict[str, int], names: Names
) -> Columns:
    called = {campaign.id: campaign.name for campaign in found}
    return empty("items") | {
        "id": [names.item(i.id) for i in items],
        "campaign": [called[i.campaign_id] for i in items],
        "instance": [i.instance_id for i in items],
        "role": [i.role for i in items],
        "phase": [i.phase for i in items],
        "condition": [i.condition for i in items],
        "presentation": [i.presentation for i in items],
        "side": [i.side for i in items],
        "page": [pages[i.hit_id] for i in items],
        "position": [i.position for i in items],
        "rationales": [[names.rationale(r) for r in i.rationale_ids] for i in items],
        "shown": [dict(i.shown) for i in items],
    }


def _judgements(
    project: Project, found: Sequence[Campaign], names: Names, *, texts: bool
) -> tuple[Columns, dict[str, int]]:
    rows: list[tuple[Any, ...]] = []
    excluded: dict[str, int] = {}
    for place, campaign in enumerate(found):
        for number, question in enumerate(asked(campaign)):
            answers = list(_answers(project, campaign, question, names))
            if question.free and not texts:
                reason = "answers in words of the worker's own (--texts releases them)"
                excluded[reason] = excluded.get(reason, 0) + len(answers)
                continue
            rows += [(place, campaign.name, number, *row) for row in answers]
    rows.sort(key=lambda row: (row[0], row[3], row[2], row[6] or "", _spelled(row[7])))
    columns = empty("judgements")
    if not rows:
        return columns, {k: n for k, n in excluded.items() if n}
    _, called, _, items, held, question_names, workers, values, roles, simulated = zip(
        *rows, strict=True
    )
    columns |= {
        "campaign": list(called),
        "item": list(items),
        "instance": list(held),
        "question": list(question_names),
        "worker": list(workers),
        "answer": [_answer(value) for value in values],
        "number": [_number(value) for value in values],
        "marks": [list(value) if isinstance(value, list) else None for value in values],
        "mask": [value if is_mask(value) else None for value in values],
        "role": list(roles),
        "simulated": list(simulated),
    }
    return columns, {k: n for k, n in excluded.items() if n}


def _answers(
    project: Project, campaign: Campaign, question: AskedOf, names: Names
) -> Iterator[tuple[Any, ...]]:
    """Item, instance, question, worker, value, role, simulated: one for each judgement."""
    table = frames.answers(project.engine, campaign.id, question.name)
    known = bool(campaign.settings["persons_known"])
    called = {w: names.worker(w) if known else None for w in table["worker"].unique()}
    item_names = {unit: names.item(unit) for unit in table["unit"].unique()}
    columns = ("unit", "instance", "worker", "value", "role", "simulated")
    for unit, held, worker, value, role, simulated in zip(
        *(table[c] for c in columns), strict=True
    ):
        yield (
            item_names[unit],
            held,
            question.name,
            called[worker],
            value,
            role,
            bool(simulated),
        )


def is_mask(value: Any) -> bool:
    """Whether a value is marked pixels, as COCO writes them."""
    return isinstance(value, dict) and {"size", "counts"} <= value.keys()


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _answer(value: Any) -> str | None:
    """Words as they are; true and false in words; anything else that JSON carries as JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, list) or is_mask(value) or _number(value) is not None:
        return None
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _spelled(value: Any) -> str:
    """Anything that JSON carries in an order that does not depend on when it arrived."""
    return json.dumps(value, sort_keys=True)


def _rationales(project: Project, ids: Collection[str], names: Names) -> Columns:
    by_id = rationales.by_id(project.engine, ids)
    found = [by_id[identity] for identity in ids if identity in by_id]
    labels = {run.id: run.labels for run in runs.read(project.engine)} if found else {}
    return empty("rationales") | {
        "id": [names.rationale(r.id) for r in found],
        "instance": [r.instance_id for r in found],
        "explainer": [r.explainer for r in found],
        "target": [labels[r.run_id][r.target] for r in found],
        "unit": [r.unit for r in found],
        "scores": [r.scores.tolist() for r in found],
        "shape": [list(r.shape) for r in found],
    }
