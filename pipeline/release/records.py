"""A campaign as the records that a writer of a single format takes, looked through before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db import frames
from db.errors import KonkyoError
from db.records import Campaign, HumanRationale, Instance
from db.store import campaigns, instances, rationales
from db.store.rows import chunks
from pipeline.aggregate import consensus_of
from pipeline.formats.writers.base import Record, Said
from pipeline.project import Project
from pipeline.release.asked import asked
from pipeline.release.checked import Sieve
from pipeline.release.collect import image_path, is_mask
from pipeline.release.images import TOGETHER
from pipeline.release.names import Names
from pipeline.release.people import WORKERS, people
from pipeline.release.pictures import look_at
from pipeline.release.stripped import stripped

METHOD = "majority"
ANSWERED_BY = "answered_by"
SIMULATED_NAME = "simulated-"
"""Before the names of simulated workers, for formats that carry nothing else of them."""
Scores = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Gathered:
    """Records without pictures, in the order of their pages; what was left out, and what to know.

    `pictures`: id of a record's picture → its id in the project; those of `strip` (ids in the
    project) leave without their metadata.
    """

    records: list[Record]
    people: str
    excluded: Mapping[str, int]
    notes: tuple[str, ...]
    pictures: Mapping[str, str]
    strip: Collection[str]


def gathered(
    project: Project,
    campaign: Campaign,
    names: Names,
    sieve: Sieve,
    *,
    texts: bool,
    redact: bool,
    run: str | None,
) -> Gathered:
    """One record for each instance that was judged on regular items.

    `run`: whose model rationales stand beside, by its whole id; None for none.
    """
    said, simulated, excluded = _said(project, campaign, names, sieve, texts=texts)
    who = people(simulated)
    human, notes = _human(project, campaign)
    models = {} if run is None else _models(project, run)
    placed = (i.instance_id for i in campaigns.read_items(project.engine, campaign.id))
    ids = dict.fromkeys(i for i in placed if i in said)
    found = instances.read(project.engine, ids=ids, pictures=False)
    paths = {i.id: way for i in found if (way := image_path(i)) is not None}
    looked = look_at(project, paths, sieve, redact=redact)
    records, sources = [], {}
    for instance in found:
        clean = _marked(cleaned(instance, names, sieve), who)
        if instance.id in looked.strip:
            clean = replace(clean, id=names.instance(instance.id))
        if instance.id in paths:
            sources[clean.id] = instance.id
        of_people = human.get(instance.id)
        if of_people is not None:
            label = of_people.label
            label = None if label is None else sieve.text("consensus label", str(label), "said")
            of_people = replace(of_people, instance_id=clean.id, label=label)
        records.append(
            Record(clean, of_people, tuple(said[instance.id]), models.get(instance.id, {}))
        )
    notes = (*notes, *looked.notes())
    return Gathered(records, who, excluded, notes, sources, looked.strip)


def _marked(instance: Instance, who: str) -> Instance:
    """The instance with an attribute that says so where not only people answered."""
    if who == WORKERS:
        return instance
    return replace(instance, attributes={**instance.attributes, ANSWERED_BY: who})


def cleaned(instance: Instance, names: Names, sieve: Sieve) -> Instance:
    """The instance with its words looked through; another id where its content had to change."""

    def clean(name: str) -> Any:
        return sieve.anything(f"instances, {name}", getattr(instance, name), "data")

    content = {name: clean(name) for name in ("text", "text_pair", "features")}
    same = all(getattr(instance, name) == value for name, value in content.items())
    return replace(
        instance,
        **content,
        id=instance.id if same else names.instance(instance.id),
        label=clean("label"),
        split=clean("split"),
        attributes=clean("attributes"),
    )


def with_pictures(project: Project, made: Gathered) -> Iterator[Record]:
    """The records, each picture read shortly before it is wanted."""
    for some in chunks(made.records, TOGETHER):
        some = list(some)
        ids = [made.pictures[i] for r in some if (i := r.instance.id) in made.pictures]
        found = {i.id: i.image for i in instances.read(project.engine, ids=ids)} if ids else {}
        for record in some:
            source = made.pictures.get(record.instance.id, "")
            image = found.get(source)
            if image is not None and source in made.strip:
                image = stripped(image)
            yield replace(record, instance=replace(record.instance, image=image))


def _said(
    project: Project, campaign: Campaign, names: Names, sieve: Sieve, *, texts: bool
) -> tuple[dict[str, list[Said]], set[bool], dict[str, int]]:
    """Instance → what each person said of it, one for each item, in the order of names.

    Beside it whether programs answered, people, or both; and what was left out.
    """
    values: dict[tuple[str, str, str], dict[str, Any]] = {}
    levels: dict[str, str] = {}
    simulated: set[bool] = set()
    excluded: dict[str, int] = {}
    for question in asked(campaign):
        table = frames.answers(project.engine, campaign.id, question.name)
        table = table[table["role"] == "regular"]
        if question.free and not texts:
            if len(table):
                excluded[f"{question.name}: in words of the worker's own"] = len(table)
            continue
        name = sieve.text("a question's name", question.name, "data")
        levels[name] = "text" if question.free else question.level
        columns = (table[c] for c in ("instance", "worker", "unit", "value", "simulated"))
        for instance, worker, item, value, by_program in zip(*columns, strict=True):
            simulated.add(bool(by_program))
            called = (SIMULATED_NAME if by_program else "") + names.worker(worker)
            place = f"answers to {name!r}"
            clean = value if is_mask(value) else sieve.anything(place, value, "said")
            values.setdefault((instance, called, item), {}).setdefault(name, clean)
    known = bool(campaign.settings["persons_known"])
    shown = _shown(project, campaign, names, sieve)
    made: dict[str, list[Said]] = {}
    for (instance, called, item), answers in sorted(values.items(), key=lambda entry: entry[0]):
        others = {name: level for name, level in levels.items() if name in answers}
        one = Said(called if known else None, answers, others, **shown[item])
        made.setdefault(instance, []).append(one)
    return made, simulated, excluded


def _shown(
    project: Project, campaign: Campaign, names: Names, sieve: Sieve
) -> dict[str, dict[str, str]]:
    """Item → what it was, in the words of `Said`; a name only where an instance has several."""
    items = [i for i in campaigns.read_items(project.engine, campaign.id) if i.role == "regular"]
    several = Counter(item.instance_id for item in items)
    return {
        item.id: {
            "item": names.item(item.id) if several[item.instance_id] > 1 else "",
            "condition": sieve.text("items, column 'condition'", item.condition, "data"),
            "presentation": item.presentation,
            "side": item.side,
        }
        for item in items
    }


def _human(
    project: Project, campaign: Campaign
) -> tuple[dict[str, HumanRationale], tuple[str, ...]]:
    """Soft rationales with the majority's label; none where nothing was marked."""
    try:
        made = consensus_of(project, campaign, METHOD)
    except KonkyoError as error:
        return {}, (f"no consensus: {error}",)
    if made.masks is None:
        return {}, ()
    masks, result = made.masks, made.result
    best = result.posterior.max(axis=1, initial=0.0).tolist()
    labels = dict(zip(result.units, zip(result.consensus, best, strict=True), strict=True))
    return {
        identity: HumanRationale(
            campaign_id=campaign.id,
            instance_id=identity,
            method=METHOD,
            scores=np.asarray(masks.scores[row], dtype=np.float32),
            certainty=np.asarray(masks.certainty[row], dtype=np.float32),
            n_workers=int(masks.n_workers[row]),
            label=labels.get(identity, (None, None))[0],
            label_probability=labels.get(identity, (None, None))[1],
        )
        for row, identity in enumerate(masks.instance_ids)
    }, ()


def _models(project: Project, run: str) -> dict[str, Scores]:
    """Instance → explainer → scores of one run, for the class that it predicts."""
    made: dict[str, dict[str, NDArray[np.float32]]] = {}
    for one in rationales.read(project.engine, run):
        scores = one.scores.reshape(one.shape) if one.shape else one.scores
        made.setdefault(one.instance_id, {})[one.explainer] = scores
    return dict(made)
