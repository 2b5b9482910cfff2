"""What an experiment teaches, and the recipe by which an arm of it is trained with a seed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from analysis.aggregation import MASK_AGGREGATORS
from db.errors import DataError, UsageError
from db.records import Campaign, Instance, Marks
from pipeline.config import TeachSettings
from pipeline.crowd_labels import GIVEN, CrowdLabels, LabelChoice, crowd_labels
from pipeline.models.training import check_suited, parts_of
from pipeline.project import Project
from pipeline.teaching.arms import TAUGHT, VANILLA, Arm, Row, check_names, rows
from pipeline.teaching.domains import check_domain
from pipeline.teaching.human import CONTROLS, Human, fraction_of, soft_rationales
from pipeline.teaching.measures import check_covers
from pipeline.train import Recipe, model_settings
from pipeline.unlabelled import unlabelled_for


@dataclass(frozen=True)
class TeachRequest:
    """What the user asked for; what is None is as [teach] has it.

    `weight`: of the human term, where the settings name no objectives; `labels`, `method`: whose
    labels every arm learns; `certainty`: whether a text counts in the human term by how sure its
    marks are; `rationales`: how workers' marks become one; `fractions`: how much of them is learned
    from, for a curve; `engine`: where runs are trained.
    """

    seeds: int | None = None
    weight: float | None = None
    labels: str | None = None
    method: str | None = None
    certainty: bool | None = None
    rationales: str | None = None
    fractions: Sequence[float] = ()
    engine: str | None = None


@dataclass(frozen=True)
class Lesson:
    """An experiment as it will be: its rows, seeds, controls, and what all arms share."""

    rows: tuple[Row, ...]
    seeds: tuple[int, ...]
    controls: tuple[str, ...]
    fractions: tuple[float, ...]
    labels: LabelChoice
    certainty: bool
    rationales: str

    @property
    def recorded(self) -> dict[str, Any]:
        """What all arms share, for the record of the experiment."""
        labels = self.labels
        whose = {} if labels.kind == GIVEN else {"labels_method": labels.method}
        return {
            "labels": labels.kind,
            **whose,
            "certainty": self.certainty,
            "rationales": self.rationales,
        }


def lesson(project: Project, request: TeachRequest) -> Lesson:
    """The request on top of the settings; refused where both contradict each other."""
    settings = project.settings.teach
    labels = LabelChoice(request.labels or settings.labels, request.method or settings.method)
    if request.method and labels.kind == GIVEN:
        raise UsageError("--method belongs to --labels consensus or --labels soft")
    certainty = settings.certainty if request.certainty is None else request.certainty
    first = project.settings.project.seed
    number = settings.seeds if request.seeds is None else request.seeds
    rationales = request.rationales or settings.rationales
    MASK_AGGREGATORS.load(rationales)
    return Lesson(
        rows=rows(settings, request.weight, certainty),
        seeds=tuple(range(first, first + number)),
        controls=settings.controls,
        fractions=_fractions(request, settings),
        labels=labels,
        certainty=certainty,
        rationales=rationales,
    )


def _fractions(request: TeachRequest, settings: TeachSettings) -> tuple[float, ...]:
    found = tuple(request.fractions) or settings.fractions
    wrong = next((one for one in found if not 0 < one <= 1), None)
    if wrong is not None:
        raise UsageError(f"a fraction of the rationales is above 0 and at most 1, not {wrong:g}")
    return found


@dataclass(frozen=True, eq=False)
class Classroom:
    """Everything that recipes are made of: the data, what people marked, and the lesson."""

    project: Project
    campaign: Campaign
    data: Sequence[Instance]
    marks: Marks
    lesson: Lesson
    _made: dict[tuple[str, float, int], Human] = field(default_factory=dict, repr=False)
    _said: dict[int, CrowdLabels | None] = field(default_factory=dict, repr=False)

    def check(self, arms: Sequence[Arm]) -> None:
        """Refuse what training, or measuring what was trained, would refuse of these arms later."""
        check_names(arms)
        check_domain(self.data, self.project.settings.teach.domain)
        settings, seeds = model_settings(self.project), self.lesson.seeds
        losses = [arm.terms for arm in arms]
        check_suited(self.data, settings=settings, losses=losses, seed=seeds[0])
        for seed in seeds:
            parts = parts_of(self.data, settings, seed)
            check_covers(self.marks, parts.test)
            if any(arm.needs_human for arm in arms) and not self._human(seed):
                raise DataError(
                    f"people marked none of the {len(parts.train)} training instances of seed "
                    f"{seed}; plan a campaign that covers them"
                )
        self.recipes(arms)

    def recipes(self, arms: Sequence[Arm]) -> list[Recipe]:
        """One for every seed and arm, seed by seed, so that an interruption leaves whole seeds."""
        return [recipe for seed in self.lesson.seeds for recipe in self._of_seed(arms, seed)]

    @cached_property
    def _unlabelled(self) -> tuple[Instance, ...]:
        """What the terms that read no label learn from besides."""
        terms = [term for row in self.lesson.rows for term in row.choices[0]]
        kind = model_settings(self.project).kind
        return unlabelled_for(self.project, kind, self.data, terms)

    def _of_seed(self, arms: Sequence[Arm], seed: int) -> list[Recipe]:
        settings = model_settings(self.project)
        return [
            Recipe(
                settings,
                seed,
                objectives=arm.terms,
                human=self._learned(arm, seed),
                extra=self._extra(arm),
                crowd=self._crowd(seed),
                unlabelled=self._unlabelled,
            )
            for arm in arms
        ]

    def _learned(self, arm: Arm, seed: int) -> Human:
        """What an arm learns from people."""
        return self._human(seed, arm.control, arm.fraction) if arm.needs_human else {}

    def _human(self, seed: int, control: str = "", fraction: float = 1.0) -> Human:
        """What people marked of the training part, what a control makes of it, or a fraction of it,
        as if nobody had marked the rest; made once."""
        key = control, fraction, seed
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, control: str, fraction: float, seed: int) -> Human:
        if control:
            return CONTROLS[control](self._human(seed), seed)
        if fraction < 1:
            kept: Collection[str] = fraction_of(self._human(seed), fraction, seed)
        else:
            kept = parts_of(self.data, model_settings(self.project), seed).train
        return soft_rationales(self.marks, kept, self.lesson.rationales)

    def _crowd(self, seed: int) -> CrowdLabels | None:
        """What people said of the labels of the training part, made once for a seed."""
        if seed not in self._said:
            self._said[seed] = crowd_labels(
                self.project,
                self.campaign,
                self.lesson.labels,
                self.data,
                model_settings(self.project),
                seed,
            )
        return self._said[seed]

    def _extra(self, arm: Arm) -> dict[str, Any]:
        """What stands in a run's settings of the arm it was trained for."""
        if arm.role == "baseline":
            return {"teach": VANILLA}
        row = arm.of or arm.name
        said: dict[str, Any] = {"teach": arm.control or row}
        if arm.needs_human:
            said["campaign"] = self.campaign.id
        if len(arm.terms) == 1:
            said["weight"] = arm.terms[0].weight
        if arm.needs_human and self.lesson.certainty:
            said["certainty"] = True
        if arm.needs_human and self.lesson.rationales != "mean":
            said["rationales"] = self.lesson.rationales
        if arm.control and row != TAUGHT:
            said["row"] = row
        if arm.fraction < 1:
            said["fraction"] = arm.fraction
        return said
