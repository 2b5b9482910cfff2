"""`konkyo plan`: draw the items of a study, spread them over HITs, and say what it will cost.

A plan is written whole and then never changes: what is shown to whom, at what pay, on which
market and in which environment stands in the database before anybody sees it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from db.errors import ConfigError, NotFound, SafetyError, UsageError
from db.records import Campaign, Environment, Instance, Item
from db.store import campaigns, instances, runs
from hits.lint import lint_file
from hits.markets import SOURCES
from hits.markets.base import Market
from hits.money import Quote, quote
from hits.studies import STUDIES, load_study
from hits.studies.base import Study
from hits.studies.own import STUDY_FILE, TEMPLATE_FILE, read_definition
from pipeline.config import StudySettings
from pipeline.drawing import drawing_of
from pipeline.drawing.base import FLOORS, Wanted
from pipeline.drawing.roles import check_room, missing_roles
from pipeline.drawing.spread import placed, sample, spread
from pipeline.explainers import EXPLAINERS
from pipeline.fitting import fitted
from pipeline.market import open_market
from pipeline.planted import CLASS_IMAGES, is_class_image
from pipeline.project import Project
from pipeline.proposal import Chosen, chosen_in
from pipeline.selection import KEY, drawn_from

WRITTEN = ("instructions", "consent_page", "debriefing")
UNANSWERABLE = ("no-question", "unknown-value")
"""Rules of `konkyo lint` that a study of one's own has to keep before it can be planned."""
PLANNABLE: tuple[Environment, ...] = ("local", "sandbox", "production")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class PlanRequest:
    """What the user asked for; None leaves the choice to the settings or to the data.

    `study` is a study type, or the folder of a study of one's own. `items` is how many instances
    are drawn (all without it), `split` from which part. `explainers` say whose rationales a study
    that shows rationales shows; `chosen` is a proposal of `konkyo select`, whose instances are
    shown rather than drawn ones.
    """

    study: str
    name: str
    items: int | None = None
    split: str | None = None
    kind: str | None = None
    run: str | None = None
    explainers: tuple[str, ...] = ()
    market: str | None = None
    source: str | None = None
    environment: Environment = "local"
    seed: int | None = None
    chosen: Path | None = None


@dataclass(frozen=True)
class Planned:
    """A campaign as it was written down, and its price."""

    campaign: Campaign
    quote: Quote
    items: int
    gold: int
    notes: tuple[str, ...]


def plan(project: Project, request: PlanRequest) -> Planned:
    """Write a campaign of `request.study` down and quote it; nothing is sent anywhere."""
    _check_name(request.name)
    study, given = _study(project, request)
    settings = project.settings.study
    check_room(settings)
    everything = _data(instances.read(project.engine, pictures=False), request.split)
    pool = _pool(everything, request, study)
    options = study.check_settings(_with_labels(study, given, pool))
    market = open_market(project, request.market, request.environment, campaign=request.name)
    _check_source(request.source or project.settings.market.source)
    seed = project.settings.project.seed if request.seed is None else request.seed
    proposal = _proposal(request)
    picked = _chosen(pool, request, proposal, seed)
    wanted = _wanted(project, request, study, options, picked, everything, seed)
    request = replace(request, run=wanted.run)
    drawn = drawing_of(study.name).draw(wanted)
    chosen = drawn_from(pool, len(wanted.chosen), request.split) | _proposed(proposal)
    campaign = _campaign(project, request, study, options, market, seed, pool[0].kind, chosen)
    laid, notes = fitted(project, campaign, spread(drawn, settings, seed))
    if not laid:
        raise UsageError("there is nothing to show: no item could be drawn; plan other instances")
    notes = (*missing_roles(settings, laid), *notes)
    pages, shown = placed(campaign, laid)
    price = _price(campaign, settings, len(pages), shown, market)
    _check_cap(project, price)
    _check_gold(shown, study, options)
    campaigns.add(project.engine, campaign, pages, shown)
    n_gold = sum(item.role == "check" for item in shown)
    return Planned(campaign, price, len(shown), n_gold, (*drawn.notes, *notes))


def _wanted(
    project: Project,
    request: PlanRequest,
    study: Study,
    options: Mapping[str, Any],
    chosen: list[Instance],
    everything: Sequence[Instance],
    seed: int,
) -> Wanted:
    """What is to be drawn; an error where a study shows rationales and none are named, or the
    other way round."""
    run, explainers = request.run, _explainers(project, request)
    if drawing_of(study.name).uses_run(options, chosen[0].kind):
        run = runs.find(project.engine, request.run).id
        if not explainers:
            raise UsageError(
                f"the study {study.name!r} shows rationales, and [explain] explainers names only "
                "floors; name one with --explainer"
            )
    elif request.explainers:
        raise UsageError(f"the study {study.name!r} shows no rationales; leave --explainer out")
    return Wanted(
        project=project,
        options=options,
        kind=chosen[0].kind,
        everything=everything,
        chosen=chosen,
        explainers=explainers,
        run=run,
        seed=seed,
    )


def _proposal(request: PlanRequest) -> Chosen | None:
    """What the file of `--chosen` says; None without one."""
    if request.chosen is None:
        return None
    if request.items is not None:
        raise UsageError("--chosen says which instances; leave --items out")
    return chosen_in(request.chosen)


def _chosen(
    pool: Sequence[Instance], request: PlanRequest, proposal: Chosen | None, seed: int
) -> list[Instance]:
    """The instances of a proposal, in its order, or so many drawn at random; never none."""
    if proposal is None:
        return sample(pool, request.items, seed)
    by_id = {i.id: i for i in pool}
    named = proposal.strata
    strange = [name for name in named if name not in by_id]
    if strange or not named:
        what = (
            f"instance {strange[0]}, which is" if strange else "no instance, and there must be one"
        )
        more = " not among those that can be planned here" if strange else ""
        raise UsageError(f"the proposal {request.chosen} names {what}{more}")
    return [by_id[name] for name in named]


def _proposed(proposal: Chosen | None) -> dict[str, Any]:
    """How the instances of a proposal were selected, for the campaign's settings."""
    if proposal is None:
        return {}
    return {"by": proposal.by, "by_run": proposal.run, "at_random": proposal.at_random}


def environment_named(name: str) -> Environment:
    """The environment called `name`; `imported` is not for planning."""
    for environment in PLANNABLE:
        if environment == name:
            return environment
    raise UsageError(f"no environment called {name!r} (there are: {', '.join(PLANNABLE)})")


def quoted(project: Project, campaign: Campaign, market: Market) -> Quote:
    """The price of a planned campaign, as `plan` said it."""
    pages = campaigns.read_hits(project.engine, campaign.id)
    shown = campaigns.read_items(project.engine, campaign.id)
    settings = StudySettings.model_validate(campaign.settings["study"])
    return _price(campaign, settings, len(pages), shown, market)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a campaign: use 1 to 64 letters, digits, dots, dashes and "
            "underscores, beginning with a letter or digit"
        )


def _check_source(source: str) -> None:
    if source not in SOURCES:
        raise UsageError(f"no source called {source!r} (there are: {', '.join(SOURCES)})")


def _study(project: Project, request: PlanRequest) -> tuple[Study, Mapping[str, Any]]:
    """The study type and its options: from the settings, or from a folder of one's own."""
    folder = project.folder / request.study
    if request.study not in STUDIES and (folder / STUDY_FILE).is_file():
        _check_page(folder)
        return load_study("own"), read_definition(folder)
    if request.study == "own":
        raise UsageError(f"a study of one's own is named by its folder, which holds {STUDY_FILE}")
    for name in project.settings.study.options:
        STUDIES.load(name)  # a study type that is not there is worth an error
    return load_study(request.study), project.settings.study.options.get(request.study, {})


def _check_page(folder: Path) -> None:
    """A page of one's own whose controls cannot answer what is asked would lose every answer."""
    wrong = [f for f in lint_file(folder).findings if f.rule in UNANSWERABLE]
    if wrong:
        raise ConfigError(
            f"{folder.name}/{TEMPLATE_FILE}, line {wrong[0].line}: {wrong[0].message} "
            f'("konkyo lint {folder.name}" shows everything)'
        )


def _with_labels(
    study: Study, given: Mapping[str, Any], pool: Sequence[Instance]
) -> Mapping[str, Any]:
    """The options; where the study offers labels, the data say which there are."""
    if "labels" not in study.defaults:
        return given
    labels = {i.label for i in pool if i.label is not None}
    return {"labels": sorted(labels), **given} if len(labels) > 1 else given


def _data(everything: list[Instance], split: str | None) -> list[Instance]:
    """Without the pictures that were made up of classes, unless these are what is asked for."""
    if split == CLASS_IMAGES:
        return everything
    return [i for i in everything if not is_class_image(i)]


def _pool(everything: Sequence[Instance], request: PlanRequest, study: Study) -> list[Instance]:
    """The instances to draw from: one kind, of the split that was asked for."""
    pool = [i for i in everything if request.split in (None, i.split)]
    pool = [i for i in pool if i.kind in study.kinds]
    if not pool:
        raise NotFound(_empty(everything, request.split))
    kinds = dict.fromkeys(i.kind for i in pool)
    if request.kind is not None:
        pool = [i for i in pool if i.kind == request.kind]
        if not pool:
            raise NotFound(
                f"there are no instances of kind {request.kind!r} (there are: {', '.join(kinds)})"
            )
    elif len(kinds) > 1:
        raise UsageError(
            f"there are instances of several kinds ({', '.join(kinds)}); say which with --kind"
        )
    return pool


def _explainers(project: Project, request: PlanRequest) -> tuple[str, ...]:
    for name in request.explainers:
        if name not in EXPLAINERS:
            EXPLAINERS.load(name)  # says which there are; those that are known stay unloaded
    configured = project.settings.explain.explainers
    named = request.explainers or tuple(e for e in configured if e not in FLOORS)
    return tuple(dict.fromkeys(named))


def _campaign(
    project: Project,
    request: PlanRequest,
    study: Study,
    options: Mapping[str, Any],
    market: Market,
    seed: int,
    kind: str,
    chosen: Mapping[str, Any],
) -> Campaign:
    settings = project.settings.study
    return Campaign(
        id=str(uuid.uuid4()),
        name=request.name,
        study=study.name,
        study_version=study.version,
        settings={
            "persons_known": True,
            "study": settings.model_dump(mode="json"),
            "options": dict(options),
            "kind": kind,
            KEY: dict(chosen),
            **{name: _written(project, settings, name) for name in WRITTEN},
            "run": request.run,
            "flavour": market.flavour,
        },
        reward=settings.reward,
        currency=settings.currency,
        assignments_per_hit=settings.workers,
        market=request.market or project.settings.market.name,
        source=request.source or project.settings.market.source,
        environment=request.environment,
        endpoint_url=market.endpoint_url,
        access_key_id=market.access_key_id,
        seed=seed,
    )


def _written(project: Project, settings: StudySettings, name: str) -> str:
    """The Markdown of a file that the settings name, as it is now; "" where they name none."""
    named: str = getattr(settings, name)
    if not named:
        return ""
    path = project.folder / named
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"[study] {name}: {path} cannot be read: {error}") from error


def _empty(everything: Sequence[Instance], split: str | None) -> str:
    if not everything:
        return 'there are no instances; run "konkyo import" first'
    there = ", ".join(sorted({i.split for i in everything if i.split})) or "none"
    return f"there are no instances in split {split!r} (there are: {there})"


def _price(
    campaign: Campaign,
    settings: StudySettings,
    n_hits: int,
    shown: Sequence[Item],
    market: Market,
) -> Quote:
    return quote(
        hits=n_hits,
        assignments_per_hit=campaign.assignments_per_hit,
        reward=campaign.reward,
        minutes=settings.minutes,
        gold_share=sum(i.role == "check" for i in shown) / max(len(shown), 1),
        currency=campaign.currency,
        fee=market.fee,
    )


def _check_gold(shown: Sequence[Item], study: Study, options: Mapping[str, Any]) -> None:
    """A check item whose known answer nobody can choose would fail everybody."""
    known = {str(item.gold["label"]) for item in shown if item.gold and "label" in item.gold}
    missing = sorted(known - set(options.get("labels", known)))
    if missing:
        raise UsageError(
            f"check items have the answer {missing[0]!r}, which [study.options.{study.name}] "
            "labels does not offer; offer it, or set [study] gold_per_hit = 0"
        )


def _check_cap(project: Project, price: Quote) -> None:
    cap = project.settings.market.cap
    if price.total > cap:
        raise SafetyError(
            f"this campaign would cost {price.total} {price.currency}, the cap in [market] is "
            f"{cap}; plan fewer items or raise the cap"
        )
