"""`konkyo align` on pictures: maps over grids against the pixels that people marked.

Pictures are read one after the other, and forgotten once they are scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.alignment.base import AlignmentResult
from analysis.alignment.images.align import align_images
from analysis.alignment.images.base import Map, Mask, Picture
from analysis.alignment.scoring import Choices
from db import frames
from db.columns import INSTANCE, VALUE, WORKER
from db.errors import DataError, NotFound, UsageError
from db.masks import decode
from db.records import Campaign, InstanceKind, ModelRun
from db.store import instances, maps, rationales
from pipeline.align import FLOORS, UNMARKED, UNSCORED, Aligned, check_names
from pipeline.config import AnalysisSettings
from pipeline.formats.base import Imported
from pipeline.judged import regular
from pipeline.project import Project
from pipeline.score_maps import maps_of_file

IMAGES: tuple[InstanceKind, ...] = ("image",)
NO_PICTURE = "marked instance that is no picture"


def of_pictures(project: Project, campaign: Campaign) -> bool:
    """Whether people marked pictures in this campaign."""
    known = instances.read(project.engine, kinds=IMAGES, pictures=False)
    if not known:
        return False
    table = frames.answers(project.engine, campaign.id, "marks")
    return bool(table[INSTANCE].isin({i.id for i in known}).any())


def align_pictures(
    project: Project,
    campaign: Campaign,
    run: ModelRun,
    how: Choices,
    *,
    split: str | None,
    bootstrap: int | None,
    seed: int | None,
) -> Aligned:
    """Score every explainer of a run against the people of a campaign on pictures."""
    check_how(how)
    names = [n for n in rationales.explainers(project.engine, run.id) if n not in FLOORS]
    keys = {name: (run.id, name) for name in names}
    marked, lost = marked_pictures(project, campaign, keys, split=split)
    settings = project.settings.analysis
    if bootstrap is not None:
        settings = settings.model_copy(update={"bootstrap": bootstrap})
    chosen = project.settings.project.seed if seed is None else seed
    result = _scored(marked, how, settings, chosen)
    return Aligned(campaign.name, run.id, _counted(result, lost))


def marked_pictures(
    project: Project,
    campaign: Campaign,
    named: Mapping[str, tuple[str, str]],
    *,
    split: str | None = None,
) -> tuple[Marked, dict[str, int]]:
    """The pictures that people marked and all of some maps cover, and what is left out, by reason.

    `named`: what a map is called → its run and explainer. NotFound where there is no such picture.
    """
    table, lost, sizes = _answered(project, campaign, split)
    there = [rationales.done(project.engine, *key) for key in named.values()]
    shared = set(sizes).intersection(*there) if there else set()
    if not shared:
        of = "".join(f" {run}" for run in dict.fromkeys(run for run, _ in named.values()))
        raise NotFound(
            f"run{of} has no rationales for the pictures that people marked; store some with "
            "the shape of their grid (db.store.rationales) first"
        )
    lost |= {UNSCORED: len(sizes) - len(shared)}
    by_run: dict[str, dict[str, str]] = {}
    for name, (run, explainer) in named.items():
        by_run.setdefault(run, {})[explainer] = name

    def grids(identity: str) -> dict[str, Map]:
        found: dict[str, Map] = {}
        for run, names in by_run.items():
            stored = maps.of_picture(project.engine, run, list(names), identity)
            found |= {names[explainer]: grid for explainer, grid in stored.items()}
        return found

    known = bool(campaign.settings["persons_known"])
    return Marked(table[table[INSTANCE].isin(shared)], sizes, known, grids), lost


def align_picture_files(
    human: Path,
    model: Path,
    people: Imported,
    settings: AnalysisSettings,
    how: Choices,
    *,
    seed: int,
) -> Aligned:
    """Score the maps in one file against people's masks, as a reader found them in another."""
    check_how(how)
    table, known = _annotated(human, people)
    found = maps_of_file(model, people.instances)
    check_names(model, found)
    marked = set(table[INSTANCE])
    shared = marked.intersection(*found.values())
    if not shared:
        raise NotFound(f"{model} has no maps for any picture that {human} has masks of")
    lost = {f"{human.name}: {reason}": count for reason, count in people.skipped.items()}
    lost[UNSCORED] = len(marked) - len(shared)
    lost[UNMARKED] = len(set[str]().union(*found.values()) - marked)

    def grids(identity: str) -> dict[str, Map]:
        return {name: by_id[identity] for name, by_id in found.items()}

    table = table[table[INSTANCE].isin(shared)]
    sizes = {i.id: i.size for i in people.instances if i.size is not None}
    result = _scored(Marked(table, sizes, known, grids), how, settings, seed)
    result = replace(result, notes=[*result.notes, *people.notes])
    return Aligned(f"{human.name} and {model.name}", None, _counted(result, lost))


def check_how(how: Choices) -> None:
    """Refuse what has no meaning on pictures."""
    if how.k != "instance":
        raise UsageError(
            "on pictures maps are cut at the area that people marked; leave --k at instance"
        )
    if how.average != "macro":
        raise UsageError("on pictures every picture counts the same; leave --average at macro")


@dataclass(frozen=True, eq=False)
class Marked:
    """Who marked what. `table`: a row a mask, with the columns instance, worker and value (a mask
    as COCO writes it, or positions), rows of a picture in one run; `sizes`: instance → width and
    height; `grids`: gives the maps of an instance."""

    table: pd.DataFrame
    sizes: Mapping[str, tuple[int, int]]
    persons_known: bool
    grids: Callable[[str], Mapping[str, Map]]

    @property
    def workers(self) -> list[str]:
        """Everybody who marked something, in the order of the table."""
        return list(dict.fromkeys(self.table[WORKER]))

    def pictures(self) -> Iterator[Picture]:
        """Picture after picture, each decoded when it is asked for."""
        number = {worker: n for n, worker in enumerate(self.workers)}
        for identity, rows in self.table.groupby(INSTANCE, sort=False):
            name = str(identity)
            masks = tuple(_mask(value, self.sizes[name], name) for value in rows[VALUE])
            who = np.array([number[worker] for worker in rows[WORKER]], np.int64)
            yield Picture(name, masks, who, self.grids(name))


def _scored(asked: Marked, how: Choices, settings: AnalysisSettings, seed: int) -> AlignmentResult:
    return align_images(
        asked.pictures(),
        asked.workers,
        persons_known=asked.persons_known,
        gold_policy=how.gold_policy,
        bootstrap=settings.bootstrap,
        seed=seed,
        confidence=settings.confidence,
    )


def _answered(
    project: Project, campaign: Campaign, split: str | None
) -> tuple[pd.DataFrame, dict[str, int], dict[str, tuple[int, int]]]:
    """Masks of the campaign's regular items, what is left out, and the size of every picture.

    A worker who met a picture several times counts once, with the first answer.
    """
    table = regular(project, campaign, "marks").drop_duplicates([INSTANCE, WORKER], keep="first")
    marked = instances.read(project.engine, ids=dict.fromkeys(table[INSTANCE]), pictures=False)
    wanted = [i for i in marked if split is None or i.split == split]
    if not wanted:
        raise NotFound(f"campaign {campaign.name!r} has no marked instance in split {split!r}")
    sizes = {i.id: i.size for i in wanted if i.kind == "image" and i.size is not None}
    lost = {NO_PICTURE: len(wanted) - len(sizes)}
    return table[table[INSTANCE].isin(sizes)], lost, sizes


def _annotated(human: Path, people: Imported) -> tuple[pd.DataFrame, bool]:
    """The same of a file, and whether it names its workers; else every row is one of its own."""
    marked = [a for a in people.annotations if "marks" in a.values]
    if not marked:
        raise NotFound(f"{human} holds no masks; nothing can be aligned with it")
    known = all(a.worker for a in marked)
    names = [a.worker if known else f"row {n}" for n, a in enumerate(marked)]
    columns = {INSTANCE: [a.instance_id for a in marked], WORKER: names}
    return pd.DataFrame(columns | {VALUE: [a.values["marks"] for a in marked]}), known


def _mask(marked: object, size: tuple[int, int], name: str) -> Mask:
    """A mask of the picture's own size: uint8, shape (height, width)."""
    shape = size[1], size[0]
    if isinstance(marked, Mapping):
        mask = decode(marked)
        if mask.shape != shape:
            raise DataError(
                f"a mask of picture {name!r} is {mask.shape[1]} x {mask.shape[0]} pixels, the "
                f"picture {size[0]} x {size[1]}; import or collect it again"
            )
        return mask
    flat = np.zeros(shape[0] * shape[1], np.uint8)
    flat[np.asarray(marked, np.int64)] = 1
    return flat.reshape(shape)


def _counted(result: AlignmentResult, lost: Mapping[str, int]) -> AlignmentResult:
    """The result with what was left out before anything was scored."""
    there = {reason: count for reason, count in lost.items() if count}
    return replace(result, excluded=there | result.excluded)
