"""Alignment scores on pictures, worker by worker: what comparisons and strata of pictures start from.

The same scores as `analysis.alignment.images.align`, which gives every gold its own; under the gold
policy `each` a gold is one worker's mask, so that workers can be drawn again. Golds of several
workers (another policy, the soft mask) say nothing about other workers, as for texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.alignment.floors import CONSTANT, PEOPLE, RANDOM
from analysis.alignment.images import IMAGE_SCORES
from analysis.alignment.images.align import score_images
from analysis.alignment.images.base import CENTRE, ImageScore, Picture
from analysis.alignment.scoring import Column
from analysis.comparison.conditions import Conditions
from analysis.comparison.marked import SHRINKS
from analysis.score_table import ScoreTable
from db.errors import UsageError
from db.records import Marks

FLOORS = (CONSTANT, RANDOM, CENTRE)
"""Maps of nobody that stand beside those of a model, and may be the baseline."""


@dataclass(frozen=True, eq=False)
class OnPictures:
    """`conditions`: metric → the scores of every map; `people`: metric → how like each other two
    workers mark, every ordered pair of a picture; `marks`: who was asked about which picture,
    without the masks, row for row what a score under `each` belongs to."""

    conditions: Mapping[str, Conditions]
    people: Mapping[str, ScoreTable]
    marks: Marks


def picture_conditions(
    pictures: Iterable[Picture],
    workers: Sequence[str],
    *,
    persons_known: bool = True,
    gold_policy: str = "each",
    metrics: Sequence[str] = (),
    floors: Sequence[str] = (),
    seed: int = 0,
) -> OnPictures:
    """Score every map on every picture, read once; `floors`: those of `FLOORS` that are wanted too.

    `metrics`: names from `IMAGE_SCORES`, default all; UsageError where one is unknown.
    """
    kept = score_images(
        pictures,
        workers,
        persons_known=persons_known,
        gold_policy=gold_policy,
        scores=_known(metrics),
        seed=seed,
    )
    by_key = {(c.metric, c.subject): c for c in kept.columns()}
    ours = {PEOPLE, "oracle", *FLOORS} - set(floors)
    names = tuple(dict.fromkeys(s for _, s in by_key if s not in ours))
    n, marks = len(kept.ids), kept.stub()
    excluded = {r: c for r, c in kept.excluded.items() if c and not r.startswith(f"{PEOPLE}: ")}
    conditions = {
        score.metric: Conditions(
            score.metric,
            score.scale,
            names,
            tuple(_table(by_key[score.metric, name], n) for name in names),
            len(workers),
            persons_known,
            no_workers="" if gold_policy == "each" and not score.soft_gold else SHRINKS,
            excluded=excluded,
        )
        for score in kept.scores
    }
    people = {m: _table(c, n) for (m, subject), c in by_key.items() if subject == PEOPLE}
    return OnPictures(conditions, people, marks)


def needs_each(metrics: Sequence[str]) -> None:
    """UsageError where a score is always against the share of all workers: it has no people."""
    for name in _known(metrics):
        score: ImageScore = IMAGE_SCORES.load(name)()
        if score.soft_gold:
            raise UsageError(
                f"{name} is against the share of all workers, and people cannot be compared with "
                "each other by it; take a score against single workers' marks"
            )


def _known(metrics: Sequence[str]) -> tuple[str, ...]:
    for metric in metrics:
        if metric not in IMAGE_SCORES:
            listed = ", ".join(IMAGE_SCORES)
            raise UsageError(f"there is no score {metric!r} on pictures (there are: {listed})")
    return tuple(name for name in IMAGE_SCORES if not metrics or name in metrics)


def _table(column: Column, n: int) -> ScoreTable:
    return ScoreTable(column.parts[0], column.instance, column.workers, n)
