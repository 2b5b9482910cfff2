"""Maps of pictures to be compared: of one run's explainers, of several runs, of objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from analysis.comparison.conditions import Conditions
from analysis.comparison.pictures import FLOORS, picture_conditions
from db.records import Campaign
from pipeline.align import UNSCORED
from pipeline.align_images import NO_PICTURE, Marked, marked_pictures
from pipeline.comparing.maps import LEFT_OUT, Maps
from pipeline.project import Project


def of_pictures(project: Project, campaign: Campaign, named: Mapping[str, tuple[str, str]]) -> Maps:
    """All of these maps on the pictures that every one of them covers; `named`: what a map is called
    → its run and explainer."""
    marked, lost = marked_pictures(project, campaign, named)
    reasons = {UNSCORED: LEFT_OUT, NO_PICTURE: NO_PICTURE}
    excluded = {reasons[reason]: n for reason, n in lost.items() if n}
    return Maps(tuple(named), _Scored(marked), list(combinations(named, 2)), {}, (), excluded)


class _Scored:
    """Scores pictures when it is asked: see `pipeline.comparing.maps.Scoring`."""

    def __init__(self, marked: Marked) -> None:
        self._marked = marked

    def __call__(
        self, gold_policy: str, metrics: Sequence[str], baseline: str | None, seed: int
    ) -> dict[str, Conditions]:
        found = picture_conditions(
            self._marked.pictures(),
            self._marked.workers,
            persons_known=self._marked.persons_known,
            gold_policy=gold_policy,
            metrics=metrics,
            floors=[baseline] if baseline in FLOORS else [],
            seed=seed,
        )
        return dict(found.conditions)
