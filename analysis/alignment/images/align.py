"""How far maps of pictures agree with the pixels that people marked, picture after picture.

The pixels of one picture at a time are held. What is kept of it are its maps in order, and once
there are enough of those, scores; intervals reweight scores, as for tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.alignment.align import Scored, per_instance, result_of
from analysis.alignment.base import AlignmentResult
from analysis.alignment.floors import ORACLE
from analysis.alignment.images import IMAGE_SCORES
from analysis.alignment.images.base import ImageScore, Picture
from analysis.alignment.images.checks import check_explainers, check_picture
from analysis.alignment.images.kept import Kept
from analysis.alignment.images.layout import Cut, cut
from analysis.alignment.images.pointing_game_15px import TOLERANCE, PointingGame15px
from analysis.alignment.images.words import ABOUT, BEST, contract_of
from analysis.alignment.prepare import check_choices
from analysis.alignment.scoring import Choices
from analysis.resampling import KINDS, Plan, Units
from db.errors import DataError
from db.records import Over

AT_ONCE = 1_000_000
"""Atoms of maps that wait to be scored together: a picture with more is scored alone."""


def align_images(
    pictures: Iterable[Picture],
    workers: Sequence[str],
    *,
    persons_known: bool = True,
    gold_policy: str = "each",
    scores: Sequence[str] = tuple(IMAGE_SCORES),
    over: Sequence[Over] = KINDS,
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    about: Mapping[str, str] = ABOUT,
) -> AlignmentResult:
    """Score every explainer against people, with random, constant, centre, oracle and people beside.

    `pictures`: read once, one after the other, of any sizes, all with maps of the same explainers;
    `workers`: everybody who was asked about any. `gold_policy`: a name from `GOLD_POLICIES`;
    `scores`: names from `IMAGE_SCORES`; the rest as in `analysis.alignment.align.align`. Equal
    scores always count in expectation. `oracle` takes the cells of all explainers' grids, laid over each
    other, in the order of the share that people marked: it shows what a coarse grid costs.
    """
    settings = (persons_known, tuple(over), bootstrap, seed, confidence)
    kept = score_images(
        pictures,
        workers,
        persons_known=persons_known,
        gold_policy=gold_policy,
        scores=scores,
        seed=seed,
        jackknifes=Plan(Units.single(0), len(workers), *settings).jackknifes,
    )
    units = Units.single(len(kept.ids), noun="instances")
    return _result(kept, Plan(units, len(workers), *settings), about)


def score_images(
    pictures: Iterable[Picture],
    workers: Sequence[str],
    *,
    persons_known: bool = True,
    gold_policy: str = "each",
    scores: Sequence[str] = tuple(IMAGE_SCORES),
    seed: int = 0,
    jackknifes: bool = False,
) -> Kept:
    """The scores of everybody against every gold, as `align_images` takes and makes them, and no
    interval yet. `jackknifes`: whether golds with one more worker left out are scored too."""
    choices = Choices(gold_policy, seed=seed, noun="pixel")
    check_choices(choices)
    chosen: list[ImageScore] = [IMAGE_SCORES.load(name)() for name in scores]
    kept = Kept(chosen, tuple(workers), persons_known, choices, jackknifes)
    for cuts in _together(_cut(pictures, chosen, seed)):
        kept.take(cuts)
    if not kept.ids:
        raise DataError("there are no human marks to align with; collect or import some first")
    return kept


def _cut(pictures: Iterable[Picture], chosen: Sequence[ImageScore], seed: int) -> Iterator[Cut]:
    """Pictures as atoms, checked. Masks are grown only if a score needs that."""
    tolerance = TOLERANCE if any(isinstance(s, PointingGame15px) for s in chosen) else None
    explainers: tuple[str, ...] | None = None
    for number, picture in enumerate(pictures):
        explainers = explainers or check_explainers(picture)
        check_picture(picture, explainers)
        yield cut(picture, tolerance, (seed, number))


def _together(cuts: Iterable[Cut]) -> Iterator[list[Cut]]:
    """So many pictures as may be scored at once; at least one."""
    waiting, load = list[Cut](), 0
    for one in cuts:
        if waiting and load + one.load > AT_ONCE:
            yield waiting
            waiting, load = [], 0
        waiting.append(one)
        load += one.load
    if waiting:
        yield waiting


def _result(kept: Kept, plan: Plan, about: Mapping[str, str]) -> AlignmentResult:
    boards, choices = kept.boards(plan), kept.choices
    contracts = tuple(contract_of(score, choices.gold_policy, about) for score in kept.scores)
    scored = Scored({}, kept.excluded, {}, 0, [], contracts)
    table = per_instance(boards, kept.stub(), scored.metrics)
    found = result_of(scored, boards, choices, plan, table)
    estimates = [
        replace(e, note=BEST) if e.subject == ORACLE and e.n_units else e for e in found.estimates
    ]
    return replace(found, estimates=estimates)
