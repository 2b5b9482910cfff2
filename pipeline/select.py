"""`konkyo select`: which instances people should see next, and why each of them.

A proposal is a file that `konkyo plan --chosen` takes. It says of every instance whether it belongs
to the random stratum, so that what is measured there can be told from what was sought out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from analysis.aggregation.aggregate import aggregate
from db.columns import VALUE
from db.errors import NotFound, UsageError
from db.ragged import Ragged
from db.records import Campaign, Instance, ModelRun
from db.store import campaigns, rationales, runs
from pipeline.acquisition import ACQUISITIONS
from pipeline.acquisition.base import FEATURES, MAPS, PEOPLE, Acquisition, Floats, Learned, Pool
from pipeline.acquisition.batch import Proposal, Proposed, propose
from pipeline.arguments.penultimate import penultimate
from pipeline.crowd_labels import GIVEN, QUESTION
from pipeline.drawing.base import FLOORS
from pipeline.judged import by_instance, judged_campaign, regular
from pipeline.learned import known_of
from pipeline.models.predict import passed
from pipeline.models.trained import TrainedModel
from pipeline.planted import replaced_token
from pipeline.project import Project
from pipeline.readable import readable
from pipeline.run_model import model_of

SEEN = "instance that people were asked about already"
NO_PREDICTION = "instance without a prediction of the run"
NOT_EXPLAINED = "instance that an explainer has not explained"


@dataclass(frozen=True)
class SelectRequest:
    """What the user asked for.

    `by`: a name of `ACQUISITIONS`; `seen`: instances that people were asked about may come again,
    as they always may where people's own answers are what is looked at; `campaign`: whose answers.
    """

    by: str
    n: int
    run: str | None = None
    split: str | None = None
    random_share: float = 0.2
    diverse: bool = True
    seen: bool = False
    campaign: str | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Selected:
    """The proposal, of how large a pool, and what could not be in it: reason → instances."""

    run: ModelRun
    by: str
    chosen: tuple[Proposed, ...]
    pool: int
    excluded: Mapping[str, int]


def select(project: Project, request: SelectRequest) -> Selected:
    """Score the pool and propose; nothing is stored and nothing is published."""
    way: Acquisition = ACQUISITIONS.load(request.by)()
    run = runs.find(project.engine, request.run)
    said = runs.probabilities(project.engine, run.id)
    everything = [i for i in readable(project, run.kind) if replaced_token(i) is None]
    wanted = [i for i in everything if request.split in (None, i.split)]
    again = request.seen or PEOPLE in way.reads
    seen = set() if again else seen_by_people(project)
    kept = [i for i in wanted if i.id not in seen and i.id in said]
    excluded = {
        SEEN: sum(i.id in seen for i in wanted),
        NO_PREDICTION: sum(i.id not in seen and i.id not in said for i in wanted),
    }
    maps: Mapping[str, Ragged] = {}
    if MAPS in way.reads:
        kept, maps, excluded[NOT_EXPLAINED] = _maps(project, run, kept)
    if not kept:
        raise NotFound(_nothing(request, excluded))
    pool = _pool(project, request, run, way, kept, said, everything, maps)
    seed = project.settings.project.seed if request.seed is None else request.seed
    found = propose(
        pool, way, request.n, random_share=request.random_share, diverse=request.diverse, seed=seed
    )
    excluded[f"instance of which {way.name} says nothing (random stratum alone)"] = found.unknown
    _check_some(found, way, request.n)
    left_out = {reason: n for reason, n in excluded.items() if n}
    return Selected(run, way.name, found.chosen, len(pool), left_out)


def _check_some(found: Proposal, way: Acquisition, n: int) -> None:
    if len(found.chosen) < n:
        raise UsageError(
            f"{way.name} can say something of so few instances that {len(found.chosen)} can be "
            f"proposed, not {n}; ask for fewer, or select by another way"
        )


def seen_by_people(project: Project) -> set[str]:
    """Instances that stand in a campaign of ours, as regular items."""
    ours = [c for c in campaigns.read(project.engine) if c.environment != "imported"]
    return {
        item.instance_id
        for campaign in ours
        for item in campaigns.read_items(project.engine, campaign.id)
        if item.role == "regular"
    }


def _nothing(request: SelectRequest, excluded: Mapping[str, int]) -> str:
    of = f" of the split {request.split!r}" if request.split else ""
    reasons = "; ".join(f"{reason}: {n}" for reason, n in excluded.items() if n)
    why = f" ({reasons})" if reasons else ""
    return f"no instance{of} is left to select from{why}"


def _maps(
    project: Project, run: ModelRun, wanted: Sequence[Instance]
) -> tuple[list[Instance], dict[str, Ragged], int]:
    """Every explainer's scores but the floors', of instances that all of them have explained."""
    names = [e for e in rationales.explainers(project.engine, run.id) if e not in FLOORS]
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in names}
    for one in rationales.read(project.engine, run.id, names):
        found[one.explainer][one.instance_id] = one.scores
    kept = [i for i in wanted if names and all(i.id in of for of in found.values())]
    maps = {n: Ragged.from_rows([found[n][i.id] for i in kept], "float32") for n in names}
    return kept, maps, len(wanted) - len(kept)


def _pool(
    project: Project,
    request: SelectRequest,
    run: ModelRun,
    way: Acquisition,
    kept: Sequence[Instance],
    said: Mapping[str, np.ndarray],
    everything: Sequence[Instance],
    maps: Mapping[str, Ragged],
) -> Pool:
    """What the way reads, and features for diversity."""
    features, learned = None, None
    if FEATURES in way.reads or request.diverse:
        model = model_of(project, run)
        features = features_of(model, kept)
        if FEATURES in way.reads:
            learned = _learned(project, model, run, said, everything)
    people = None
    if PEOPLE in way.reads:
        people = _people(project, judged_campaign(project, request.campaign), run, kept)
    return Pool(
        tuple(i.id for i in kept),
        np.stack([said[i.id] for i in kept]).astype(np.float64),
        features,
        learned,
        maps,
        people,
    )


def features_of(model: TrainedModel, data: Sequence[Instance]) -> Floats:
    """What the last layer reads, (n, H), in the order of the instances."""
    found = passed(model, model.encode(data), lambda *one: penultimate(*one).features)
    return torch.stack(found).double().numpy()


def _learned(
    project: Project,
    model: TrainedModel,
    run: ModelRun,
    said: Mapping[str, np.ndarray],
    everything: Sequence[Instance],
) -> Learned:
    """Instances that the run knew and was not judged by, in their class.

    A run that learned what people said was told nothing of instances that they did not see, and of
    the others not the label given: these count in the class that the run gives them.
    """
    known = known_of(project, run, everything)
    if run.settings.get("labels", GIVEN) == GIVEN:
        known = [i for i in known if i.label in run.labels]
        labels = [run.labels.index(str(i.label)) for i in known]
    else:
        seen = seen_by_people(project)
        known = [i for i in known if i.id in seen]
        labels = [int(said[i.id].argmax()) for i in known]
    return Learned(features_of(model, known), np.array(labels, dtype=np.int64))


def _people(
    project: Project, campaign: Campaign, run: ModelRun, kept: Sequence[Instance]
) -> Floats:
    """(n, C): the shares of the run's labels among what people said; NaN where nobody said one."""
    table = by_instance(regular(project, campaign, QUESTION))
    table = table[table[VALUE].isin(run.labels)]
    found = np.full((len(kept), len(run.labels)), np.nan)
    if table.empty:
        return found
    known = bool(campaign.settings["persons_known"])
    result = aggregate(table, "majority", duplicates="first", persons_known=known, shares=True)
    place = {i.id: at for at, i in enumerate(kept)}
    columns = [run.labels.index(label) for label in result.labels]
    for at, unit in enumerate(result.units):
        if str(unit) in place:
            found[place[str(unit)]] = 0
            found[place[str(unit)], columns] = result.posterior[at]
    return found
