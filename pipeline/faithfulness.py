"""`konkyo faithfulness`: does the model use what its rationales say? Measured by taking it away."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.faithfulness.base import SHARES, FaithfulnessResult, Probed
from analysis.faithfulness.curves import STEPS, Curves, highest, steps
from analysis.faithfulness.cut import first, rationales
from analysis.faithfulness.means import means, plan_of
from analysis.faithfulness.measure import OF_FRESH, RANDOM, check_compat, measure
from analysis.faithfulness.weights import NAME, REASON, SCALE, same_as
from db.errors import NotFound, UsageError
from db.ragged import Ragged
from db.records import Instance, ModelRun
from db.store import rationales as stored
from db.store import runs
from db.words import counted
from pipeline.controls import UNLEARNED, Scores, explained, fresh_model, random_scores
from pipeline.embedding_scores import embedding_scores, perturbations
from pipeline.engines.base import Engine
from pipeline.engines.inprocess import HERE
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.batching import ExplainSettings
from pipeline.explaining import settings_as_stored
from pipeline.learned import known_to, learned
from pipeline.models.batches import Row
from pipeline.models.seeding import instance_generator
from pipeline.models.trained import TrainedModel
from pipeline.planted import replaced_token
from pipeline.probing import Prober, Wanted
from pipeline.project import Project
from pipeline.readable import readable
from pipeline.removal import REMOVALS
from pipeline.run_model import model_of

MISSING = "instance without rationales of every explainer"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FaithfulnessRequest:
    """What the user asked for; empty or None leaves the choice to the settings or to the data.

    `explainers`: by default all that the run has rationales of; `removal`: by default the first
    that means something to the model; `sample`: how many instances are drawn; `compat`: "carton"
    clips the normalised scores;
    `embeddings`: whether infidelity and sensitivity are measured too.
    """

    run: str | None = None
    explainers: tuple[str, ...] = ()
    removal: str | None = None
    split: str | None = None
    sample: int | None = None
    compat: str | None = None
    embeddings: bool = False


@dataclass(frozen=True)
class Measured:
    """The result, on how many instances it rests, and how many probes were new and known."""

    run: ModelRun
    removal: str
    result: FaithfulnessResult
    n_instances: int
    new: int
    known: int


def faithfulness(
    project: Project,
    request: FaithfulnessRequest,
    on_progress: Progress | None = None,
    where: Engine = HERE,
) -> Measured:
    """Score every explainer of a run, the controls beside; probes are stored as they come.

    The control of random weights takes part in the scores as a subject (its rationale is applied to
    the trained model, which gives a floor on the same scale), and is compared with the trained
    model's own rationale (Adebayo et al. 2018), which is another question. `where`: the engine
    that probes go through the model on; everything else is done here.
    """
    if request.removal is not None:
        REMOVALS.load(request.removal)
    check_compat(request.compat)
    run = runs.find(project.engine, request.run)
    there = stored.explainers(project.engine, run.id)
    names = explainers_of(project, request.explainers or there)
    drawn = instances_of(project, run.kind, request.split, request.sample)
    scores, chosen = _stored(project, run, names, drawn)
    model = model_of(project, run)
    removal = request.removal or model.encoding.removals[0]
    prober = Prober.open(project.engine, run.id, model, removal, where)
    rows = model.encode(chosen)
    whole = _whole(prober, rows)
    targets = {i.id: int(k) for i, k in zip(chosen, whole[0].argmax(axis=1), strict=True)}
    asked = _asked(project, run, model, names, request.embeddings)
    ragged = _subjects(model, chosen, scores, targets, project.settings.project.seed, asked)
    curves = bool(model.encoding.shape)
    seed = project.settings.project.seed
    probed = _probe_all(prober, rows, whole, ragged, seed, on_progress, curves=curves)
    result = _result(project, request, removal, model, chosen, ragged, probed, targets, asked)
    missing = len(drawn) - len(chosen)
    left_out = {MISSING: missing} if missing else {}
    wanted = len(chosen) * (2 + len(ragged) * _probes(rows, curves))
    return Measured(
        run,
        removal,
        replace(result, excluded=left_out | dict(result.excluded)),
        len(chosen),
        prober.measured,
        wanted - prober.measured,
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """How explainers are asked again: as they were for the rationales that are stored.

    `known`: instances that explainers may learn from, none where none of them learns; `learned`:
    what they learned of the trained model, where that is needed.
    """

    settings: ExplainSettings
    known: Sequence[Instance]
    learned: Mapping[str, Any]


def _asked(
    project: Project, run: ModelRun, model: TrainedModel, names: Sequence[str], again: bool
) -> _Asked:
    settings = settings_as_stored(project, run, names)
    explainers = settings.load(names)
    known = known_to(project, run, explainers)
    found = learned(project, run, model, explainers, known) if again else {}
    return _Asked(settings, known, found)


def _subjects(
    model: TrainedModel,
    chosen: Sequence[Instance],
    scores: Mapping[str, Scores],
    targets: Mapping[str, int],
    seed: int,
    asked: _Asked,
) -> dict[str, Ragged]:
    """Scores of the explainers, of chance, and of every explainer that reads weights on fresh
    ones, for the class that the trained model predicts. What learns, learns of the fresh ones."""
    learned = [name for name in scores if name not in UNLEARNED]
    fresh = explained(
        fresh_model(model, seed),
        chosen,
        learned,
        seed,
        targets,
        settings=asked.settings,
        learn_from=asked.known,
    )
    every = {
        **scores,
        RANDOM: random_scores(model, chosen, seed),
        **{name + OF_FRESH: found for name, found in fresh.items()},
    }
    return {name: _ragged(found, chosen) for name, found in every.items()}


def _result(
    project: Project,
    request: FaithfulnessRequest,
    removal: str,
    model: TrainedModel,
    chosen: Sequence[Instance],
    ragged: Mapping[str, Ragged],
    probed: Mapping[str, Probed],
    targets: Mapping[str, int],
    asked: _Asked,
) -> FaithfulnessResult:
    """Everything computed from what was measured; the same seed for every interval."""
    settings, seed = project.settings.analysis, project.settings.project.seed
    plan = plan_of(len(chosen), settings.bootstrap, seed, settings.confidence)
    result = measure(
        probed,
        removal,
        compat=request.compat,
        bootstrap=plan.bootstrap,
        seed=seed,
        confidence=plan.confidence,
    )
    learned = [name for name in ragged if name + OF_FRESH in ragged]
    alike = {name: same_as(ragged[name], ragged[name + OF_FRESH]) for name in learned}
    more = [means(plan, {NAME: alike[name]}, {NAME: SCALE}, name)[0] for name in learned]
    flat = sum(int(np.isnan(values).sum()) for values in alike.values())
    notes = result.notes
    if request.embeddings:
        more += embedding_scores(
            model, chosen, ragged, targets, learned, plan, asked.settings, asked.learned
        )
        notes = (*notes, *perturbations(asked.settings, learned))
    return replace(
        result,
        estimates=(*result.estimates, *more),
        excluded=dict(result.excluded) | ({REASON: flat} if flat else {}),
        notes=notes,
    )


def explainers_of(project: Project, named: Sequence[str]) -> list[str]:
    """The explainers named, or the settings' own; `random` is a control and always there."""
    names = dict.fromkeys(named or project.settings.explain.explainers)
    for name in names:
        EXPLAINERS.load(name)
    return [name for name in names if name != RANDOM]


def instances_of(
    project: Project, kind: str, split: str | None, sample: int | None
) -> list[Instance]:
    """What a model of this kind reads, of a split, a seeded sample; in the order of their import.

    Planted ones are left out: they were made to be odd.
    """
    own = [i for i in readable(project, kind) if replaced_token(i) is None]
    pool = [i for i in own if split in (None, i.split)]
    if not pool:
        where = f" in split {split!r}" if split else ""
        raise NotFound(
            f'there are no instances that {kind} reads{where}; import some ("konkyo import")'
        )
    if sample is None:
        return pool
    if not 1 <= sample <= len(pool):
        raise UsageError(
            f"--sample {sample}: {counted(len(pool), 'instance')} can be drawn; "
            f"give a number from 1 to {len(pool)}"
        )
    seed = project.settings.project.seed
    drawn = random.Random(f"faithfulness:{seed}").sample(range(len(pool)), sample)
    return [pool[at] for at in sorted(drawn)]


def _stored(
    project: Project, run: ModelRun, names: Sequence[str], chosen: Sequence[Instance]
) -> tuple[dict[str, Scores], list[Instance]]:
    """Scores by explainer, and the instances that every explainer has explained."""
    scores: dict[str, Scores] = {name: {} for name in names}
    for one in stored.read(project.engine, run.id, names):
        scores[one.explainer][one.instance_id] = one.scores
    without = [name for name in names if not scores[name]]
    shared = [i for i in chosen if all(i.id in found for found in scores.values())]
    if without or not shared:
        by = f" by {', '.join(without)}" if without else ""
        raise NotFound(
            f'run {run.id} has no rationales{by} for these instances; run "konkyo explain" first'
        )
    return scores, shared


def _ragged(scores: Scores, chosen: Sequence[Instance]) -> Ragged:
    return Ragged.from_rows((scores[i.id] for i in chosen), "float64")


def _whole(prober: Prober, rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities with all tokens and with none: float64, shape (n, C) each."""
    lengths = np.array([len(row.ids) for row in rows])
    offsets = np.concatenate([[0], np.cumsum(np.tile(lengths, 2))])
    removed = np.repeat([False, True], lengths.sum())
    place = np.tile(np.arange(len(rows)), 2)
    found = prober.probe(rows, Wanted(place, Ragged(removed, offsets))).astype(np.float64)
    return found[: len(rows)], found[len(rows) :]


def _probe_all(
    prober: Prober,
    rows: Sequence[Row],
    whole: tuple[np.ndarray, np.ndarray],
    ragged: Mapping[str, Ragged],
    seed: int,
    on_progress: Progress | None,
    *,
    curves: bool,
) -> dict[str, Probed]:
    """Every explainer's probes; those of the curves of pictures too where there are to be any."""
    chance = Ragged.from_rows(
        (instance_generator(seed, "ties", row.instance_id).random(len(row.ids)) for row in rows),
        "float64",
    )
    each = len(rows) * _probes(rows, curves)
    found = {}
    for number, (name, scores) in enumerate(ragged.items()):

        def report(done: int, before: int = number * each) -> None:
            if on_progress is not None:
                on_progress(before + done, each * len(ragged))

        found[name] = _probe(prober, rows, whole, scores, chance, report, curves=curves)
    return found


def _probes(rows: Sequence[Row], curves: bool) -> int:
    """How many probes an explainer takes of each instance."""
    between = len(steps(len(rows[0].ids), STEPS)) - 2 if curves else 0
    return 2 * (len(SHARES) + between) + 1


def _probe(
    prober: Prober,
    rows: Sequence[Row],
    whole: tuple[np.ndarray, np.ndarray],
    scores: Ragged,
    chance: Ragged,
    report: Callable[[int], None],
    *,
    curves: bool,
) -> Probed:
    """The probes of one explainer: without and with only each share, and without the first.

    Of pictures, those of the insertion and deletion curves besides.
    """
    chosen = rationales(scores, chance, SHARES)
    steps_of = highest(scores, chance) if curves else []
    pairs = [*chosen, *steps_of]
    masks = [first(scores, chance), *pairs, *(~one for one in pairs)]
    lengths = np.tile(scores.lengths, len(masks))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    wanted = Wanted(
        np.tile(np.arange(len(rows)), len(masks)), Ragged(np.concatenate(masks), offsets)
    )
    found = prober.probe(rows, wanted, report).astype(np.float64)
    parts = found.reshape(len(masks), len(rows), -1).swapaxes(0, 1)
    without, only = np.split(parts[:, 1:], 2, axis=1)
    k = len(SHARES)
    drawn = _curves(whole, without[:, k:], only[:, k:], len(rows[0].ids)) if curves else None
    return Probed(*whole, without[:, :k], only[:, :k], parts[:, 0], curves=drawn)


def _curves(
    whole: tuple[np.ndarray, np.ndarray], without: np.ndarray, only: np.ndarray, units: int
) -> Curves:
    """What was measured between the ends, with the ends: the whole picture, and none of it."""
    full, empty = (one[:, None] for one in whole)
    return Curves(
        steps(units, STEPS) / units,
        np.concatenate([full, without, empty], axis=1),
        np.concatenate([empty, only, full], axis=1),
    )
