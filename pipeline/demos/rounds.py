"""Rounds of the demo: ask people, learn what they said, and let the model say whom to ask about next.

After the first round, whose instances were drawn at random, each one is proposed by `konkyo select`
from the training instances that nobody was asked about, and answered like any other campaign. The
model of a round learns the labels and marks that people gave so far and nothing else of the
training part; all are measured alike, on the test part and against the marks of the first round there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from db.errors import UsageError
from db.records import Campaign, Instance, ModelRun
from db.store import campaigns, ledger
from db.words import counted
from pipeline.acquisition.batch import RANDOM
from pipeline.align import align_campaign, only
from pipeline.crowd_labels import CONSENSUS, CrowdLabels, LabelChoice, crowd_labels
from pipeline.explain import explain_run
from pipeline.files import write_whole
from pipeline.judged import marks_of
from pipeline.models.batches import HumanTarget
from pipeline.models.goals import LabelGoals
from pipeline.models.settings import Settings
from pipeline.objectives.base import Weighted
from pipeline.patch_marks import in_units_of_model
from pipeline.plan import PlanRequest
from pipeline.project import Project
from pipeline.proposal import written
from pipeline.select import SelectRequest, seen_by_people, select
from pipeline.teaching.arms import TAUGHT
from pipeline.teaching.human import Human, soft_rationales
from pipeline.train import Recipe, labelled, model_settings, train_run

TABLE = "rounds.csv"
PROPOSALS = "round-*.jsonl"
BY = "margin"
WEIGHT = 0.2
EXPLAINER, ALIGNMENT = "attention", "auroc"
FEWEST = 5
"""A batch of fewer is not worth a campaign."""


@dataclass(frozen=True)
class Round:
    """What was known after a round, and how well it served.

    `by`: how the round's instances were chosen; `annotated` instances and `spent` rewards, those of
    earlier rounds included; `learned`: training instances whose label people agreed on; `alignment`:
    the mean AUROC of attention against people's marks, in [0, 1], higher is better, None where nobody
    marked a test instance.
    """

    number: int
    campaign: str
    by: str
    run: str
    annotated: int
    learned: int
    spent: Decimal
    currency: str
    macro_f1: float
    alignment: float | None


@dataclass(frozen=True)
class Demonstration:
    """`project` with the campaign `first` that the rounds go on from, `rounds` in all, in `folder`.

    `hold` plans a study and sees it through to pay; `share`: the part of what is left that is put
    before people.
    """

    project: Project
    folder: Path
    first: str
    rounds: int
    share: float
    hold: Callable[[PlanRequest], None]
    say: Callable[[str], None]


def hold_rounds(demo: Demonstration) -> tuple[Round, ...]:
    """Every round from the second on, and what each, the first included, came to.

    They are written to `TABLE` too, each proposal beside it. Too many rounds for the data are a
    UsageError, before anybody is asked again.
    """
    size = _size(demo)
    found = [_learned(demo, [demo.first], 1, "random")]
    names = [demo.first]
    for number in range(2, demo.rounds + 1):
        proposal = demo.folder / PROPOSALS.replace("*", str(number))
        demo.say(f"round {number}: {_propose(demo.project, found[-1].run, size, proposal)}")
        names.append(f"{demo.first}-{number}")
        demo.hold(PlanRequest("highlight", names[-1], chosen=proposal))
        found.append(_learned(demo, names, number, BY))
    write_whole(demo.folder / TABLE, as_csv(found))
    return tuple(found)


def check_rounds(project: Project, first: int, rounds: int, share: float) -> None:
    """Refuse (UsageError) more rounds than the data can fill, before anybody is asked.

    The `first` instances are not drawn yet; at the worst all of them are of the training part.
    What passes here is not refused later.
    """
    if rounds > 1:
        _room(first, max(0, len(_training(project)) - first), share, rounds - 1)


def as_csv(found: Sequence[Round]) -> str:
    """One line a round; an alignment that is undefined is an empty cell."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(
        ("round", "campaign", "selected_by", "run", "annotated", "learned")
        + ("spent", "currency", "test_macro_f1", "alignment")
    )
    for one in found:
        alignment = "" if one.alignment is None else f"{one.alignment:.6f}"
        lines.writerow(
            (one.number, one.campaign, one.by, one.run, one.annotated, one.learned)
            + (one.spent, one.currency, f"{one.macro_f1:.6f}", alignment)
        )
    return out.getvalue()


def _size(demo: Demonstration) -> int:
    """Instances of each further round: as many as the first had, or what the pool can give."""
    seen = seen_by_people(demo.project)
    training = _training(demo.project)
    return _room(len(seen), len(training - seen), demo.share, demo.rounds - 1)


def _room(first: int, left: int, share: float, further: int) -> int:
    """What each of so many further rounds can have; a UsageError where that is too few."""
    size = min(first, int(left * share) // further)
    if first < FEWEST:
        raise UsageError(
            f"{counted(first, 'instance')} in the first round are too few to go on from; "
            "ask for fewer --rounds"
        )
    if size < FEWEST:
        raise UsageError(
            f"{counted(left, 'training instance')} that nobody was asked about are too few for "
            f"{counted(further, 'further round')}; ask for fewer --rounds"
        )
    return size


def _training(project: Project) -> set[str]:
    """Labelled instances of the training part."""
    data = labelled(project, model_settings(project).kind)
    return {one.id for one in data if one.split == "train"}


def _propose(project: Project, run: str, size: int, out: Path) -> str:
    """Write a proposal of the run; what is in it, in words."""
    found = select(project, SelectRequest(BY, size, run=run, split="train"))
    write_whole(out, written(found.by, found.run.id, found.pool, found.chosen))
    at_random = sum(one.stratum == RANDOM for one in found.chosen)
    of = counted(found.pool, "instance")
    return f"{size} of {of} that nobody saw, {at_random} at random and the rest by {found.by}"


def _learned(demo: Demonstration, names: Sequence[str], number: int, by: str) -> Round:
    """Train on what people said in these campaigns, and measure."""
    project = demo.project
    settings, seed = model_settings(project), project.settings.project.seed
    data = labelled(project, settings.kind)
    held = [campaigns.find(project.engine, name) for name in names]
    crowd = _labels(project, held, data, settings, seed)
    human = _marks(project, held, data, settings)
    terms = (Weighted(TAUGHT, WEIGHT),)
    recipe = Recipe(settings, seed, terms, human, {"round": number}, crowd)
    run = train_run(project, data, recipe).run
    spent = [ledger.totals(project.engine, one.id)["spent"] for one in held]
    done = Round(
        number=number,
        campaign=names[-1],
        by=by,
        run=run.id,
        annotated=len(human),
        learned=len(crowd.goals.goals),
        spent=sum(spent, Decimal("0.00")),
        currency=held[0].currency,
        macro_f1=run.metrics["test_macro_f1"],
        alignment=_alignment(project, run, held[0], data),
    )
    aligned = "undefined" if done.alignment is None else f"{done.alignment:.3f}"
    demo.say(
        f"round {number}: {counted(done.annotated, 'instance')} seen by people, {done.spent} "
        f"{done.currency} spent, test macro F1 {done.macro_f1:.3f}, alignment {aligned}"
    )
    return done


def _labels(
    project: Project,
    held: Sequence[Campaign],
    data: Sequence[Instance],
    settings: Settings,
    seed: int,
) -> CrowdLabels:
    """The majority of each campaign; no instance was asked about in two."""
    choice = LabelChoice(CONSENSUS, "majority")
    said = (crowd_labels(project, one, choice, data, settings, seed) for one in held)
    each = [one for one in said if one is not None]  # which it is for the labels given alone
    goals = {name: goal for one in each for name, goal in one.goals.goals.items()}
    recorded = {**each[0].recorded, "labels_campaign": [one.id for one in held]}
    return CrowdLabels(LabelGoals(goals, soft=False), recorded=recorded)


def _marks(
    project: Project, held: Sequence[Campaign], data: Sequence[Instance], settings: Settings
) -> Human:
    """Instance → the share of people who marked each unit, over all campaigns."""
    ids = {one.id for one in data}
    found: dict[str, HumanTarget] = {}
    for campaign in held:
        marks = in_units_of_model(only(marks_of(project, campaign), ids), data, settings)
        found |= soft_rationales(marks, ids, "mean")
    return found


def _alignment(
    project: Project, run: ModelRun, first: Campaign, data: Sequence[Instance]
) -> float | None:
    """Of the run's attention on the test instances that people marked in the first round."""
    judged = set(run.settings["test"]).intersection(marks_of(project, first).instance_ids)
    chosen = [one for one in data if one.id in judged]
    if not chosen:
        return None
    explain_run(project, run, chosen, (EXPLAINER,))
    found = align_campaign(project, first.name, run=run.id, bootstrap=0).result.estimates
    return next(e.value for e in found if (e.subject, e.name) == (EXPLAINER, ALIGNMENT))
