"""`konkyo teach`: train again with what people marked, and measure before and after.

Every seed trains the same encoder several ways on the same split: plainly (vanilla), by every row
of losses that the settings name, and with controls whose rationales say nothing. Where a row has
several weights, validation chooses one of them, and only that one is measured; weights with which
a run diverges in its first epoch are out of the choice. All runs are recorded, so
an interrupted experiment continues with the runs that are missing, and on this machine within the
run that it was at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.errors import KonkyoError
from db.records import ModelRun, TeachingArm, TeachingPlan
from db.store import teachings
from pipeline.engines.base import Engine
from pipeline.engines.opening import open_engine
from pipeline.judged import judged_campaign
from pipeline.models.loop import Diverged
from pipeline.project import Project
from pipeline.teaching.arms import (
    Arm,
    Row,
    Terms,
    baseline,
    candidates,
    controls,
    loss_of,
    parts,
    taught,
)
from pipeline.teaching.experiment import (
    Experiment,
    marks_of_labelled,
    on_validation,
    read_experiment,
)
from pipeline.teaching.lesson import Classroom, Lesson, TeachRequest, lesson
from pipeline.teaching.measures import measure
from pipeline.teaching.training import train_all, try_all
from pipeline.train import labelled, model_settings, run_id

OnRun = Callable[[int, int], None]
AS_SET = TeachRequest()


def teach(
    project: Project,
    name: str | None,
    request: TeachRequest = AS_SET,
    *,
    on_run: OnRun | None = None,
) -> Experiment:
    """Run the experiment on a campaign's rationales, or continue it.

    With labels "consensus" or "soft" every run of the experiment learns them, vanilla and controls
    too, so that arms differ in rationales alone. The runs are trained where the engine says; they
    are kept here, in their order, as they come. `on_run`: is told how many runs there are, of how many.
    """
    campaign = judged_campaign(project, name)
    wanted = lesson(project, request)
    data = labelled(project, model_settings(project).kind)
    marks = marks_of_labelled(project, campaign, data)
    room = Classroom(project, campaign, data, marks, wanted)
    tried = [arm for row in wanted.rows for arm in candidates(row)]
    likely = _measured_arms([taught(row, row.choices[0]) for row in wanted.rows], wanted)
    room.check([*likely, *tried])
    with open_engine(project.settings.engine, request.engine) as where:
        work = _Work(room, where, len(wanted.seeds) * (len(tried) + len(likely)), on_run)
        of_tried = list(zip(tried, work.tried(tried), strict=True))
        chosen = [taught(row, _best(row, of_tried)) for row in wanted.rows]
        arms = _measured_arms(chosen, wanted)
        teachings.put(project.engine, _plan(room, [*arms, *tried]))
        work.measured(arms)
    found = read_experiment(project, campaign)
    if found is None:
        raise KonkyoError("the experiment's runs cannot be read back; train them again")
    return found


@dataclass
class _Work:
    """Trains arms one group after the other, and tells how far it is; `of`: runs in all."""

    room: Classroom
    engine: Engine
    of: int
    on_run: OnRun | None
    done: int = 0

    def tried(self, arms: Sequence[Arm]) -> list[list[ModelRun | None]]:
        """The runs of every arm in the order of the seeds; None where one diverged at once."""
        room = self.room
        found: list[ModelRun | None] = []
        for one in try_all(room.project, room.data, room.recipes(arms), self.engine):
            found.append(None if isinstance(one, Diverged) else one.run)
            self._step()
        return [found[at :: len(arms)] for at in range(len(arms))]

    def measured(self, arms: Sequence[Arm]) -> None:
        """Train the arms of the table, and measure them on the test part."""
        room = self.room
        for one in train_all(room.project, room.data, room.recipes(arms), self.engine):
            test = set(one.run.settings["test"])
            measure(room.project, one.run, [i for i in room.data if i.id in test], room.marks)
            self._step()

    def _step(self) -> None:
        self.done += 1
        if self.on_run is not None:
            self.on_run(self.done, self.of)


def _measured_arms(chosen: Sequence[Arm], wanted: Lesson) -> list[Arm]:
    """The rows of the table: plain, taught, controls, and parts of the rationales."""
    further = (controls(chosen, wanted.controls), parts(chosen, wanted.fractions))
    return [baseline(), *chosen, *(arm for group in further for arm in group)]


def _best(row: Row, tried: Sequence[tuple[Arm, Sequence[ModelRun | None]]]) -> Terms:
    """The choice of weights with the highest mean AUC on validation, then the highest macro F1; an
    error where none is left, because with each of them a run diverged at once."""
    if len(row.choices) == 1:
        return row.choices[0]
    mine = [(on_validation(found), arm) for arm, found in tried if arm.of == row.name]
    left = [(value, arm.terms) for value, arm in mine if value is not None]
    if not left:
        weights = "; ".join(arm.name for _, arm in mine)
        raise Diverged(
            f"row {row.name!r} has no weight to choose: with each a run diverged in its first epoch "
            f"({weights}). Lower the weights in [[teach.objective]], or learning_rate in [model]. "
            "The runs of other weights are kept"
        )
    return max(left, key=lambda one: (one[0].auc or 0.0, one[0].macro_f1))[1]


def _plan(room: Classroom, arms: Sequence[Arm]) -> TeachingPlan:
    """The experiment as it is written down, with every run by the id that it will have."""
    recipes, n = room.recipes(arms), len(arms)
    ids = [run_id(room.data, recipe) for recipe in recipes]
    made = tuple(
        TeachingArm(arm.name, arm.role, loss_of(arm), tuple(ids[at::n]), arm.of, arm.fraction)
        for at, arm in enumerate(arms)
    )
    wanted = room.lesson
    return teachings.planned(
        TeachingPlan("", room.campaign.id, wanted.seeds, made, wanted.recorded)
    )
