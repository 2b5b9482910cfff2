"""`konkyo plan`: draw the items of a study, spread them over HITs, and say what it will cost.

A plan is written whole and then never changes: what is shown to whom, at what pay, on which
market and in which environment stands in the database before anybody sees it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.errors import NotFound, SafetyError, UsageError
from db.records import Campaign, Environment, Instance, Item
from db.store import campaigns, instances, runs
from hits.markets import MARKETS, SOURCES
from hits.markets.base import Market, MarketAccess, is_loopback
from hits.money import Quote, quote
from hits.studies import STUDIES, load_study
from hits.studies.base import PLAIN, Study
from pipeline.config import StudySettings
from pipeline.drawing import Drawn, draw_rationales, draw_texts, sample, spread
from pipeline.explainers import EXPLAINERS
from pipeline.project import Project

PLANNABLE: tuple[Environment, ...] = ("local", "sandbox", "production")
FLOORS = ("random", "constant")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class PlanRequest:
    """What the user asked for; None leaves the choice to the settings or to the data.

    `items` is how many instances are drawn (all without it), `split` from which part.
    `explainers` say whose rationales a study that shows rationales shows.
    """

    study: str
    name: str
    items: int | None = None
    split: str | None = None
    run: str | None = None
    explainers: tuple[str, ...] = ()
    market: str | None = None
    source: str | None = None
    environment: Environment = "local"
    seed: int | None = None


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
    study: Study = load_study(request.study)
    settings = project.settings.study
    options = study.check_settings(_options(project, request, study))
    market = open_market(project, request.market, request.environment)
    _check_source(request.source or project.settings.market.source)
    seed = project.settings.project.seed if request.seed is None else request.seed
    if study.presentations != (PLAIN,):
        request = replace(request, run=runs.find(project.engine, request.run).id)
    campaign = _campaign(project, request, study, options, market, seed)
    drawn = _draw(project, request, study, seed)
    pages, shown = spread(campaign, drawn, settings, seed)
    price = _price(campaign, settings, len(pages), shown, market)
    _check_cap(project, price)
    _check_gold(shown, study, options)
    campaigns.add(project.engine, campaign, pages, shown)
    n_gold = sum(item.gold is not None for item in shown)
    return Planned(campaign, price, len(shown), n_gold, tuple(drawn.notes))


def open_market(project: Project, name: str | None, environment: Environment) -> Market:
    """The configured market, refused where it does not fit the environment."""
    settings = project.settings.market
    if environment == "local" and not is_loopback(settings.endpoint_url):
        raise SafetyError(
            f"environment local means this machine, but [market] endpoint_url is "
            f"{settings.endpoint_url}; plan with --environment sandbox or production for that"
        )
    access = MarketAccess(settings.endpoint_url, settings.access_key_id, settings.secret_access_key)
    market: Market = MARKETS.load(name or settings.name)(access)
    return market


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


def _options(project: Project, request: PlanRequest, study: Study) -> Mapping[str, Any]:
    """The settings of the study type; where it asks for a label, the data say which there are."""
    for name in project.settings.study.options:
        STUDIES.load(name)  # a study type that is not there is worth an error
    given = project.settings.study.options.get(study.name, {})
    if not any(q.name == "label" for q in study.questions({})):
        return given
    labels = {i.label for i in instances.read(project.engine) if i.label is not None}
    return {"labels": sorted(labels), **given} if len(labels) > 1 else given


def _campaign(
    project: Project,
    request: PlanRequest,
    study: Study,
    options: Mapping[str, Any],
    market: Market,
    seed: int,
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
            "instructions": _instructions(project, settings),
            "run": request.run,
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


def _instructions(project: Project, settings: StudySettings) -> str:
    if not settings.instructions:
        return ""
    path = project.folder / settings.instructions
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"[study] instructions: {path} cannot be read: {error}") from error


def _draw(project: Project, request: PlanRequest, study: Study, seed: int) -> Drawn:
    everything = instances.read(project.engine)
    pool = [i for i in everything if request.split in (None, i.split)]
    if not pool:
        raise NotFound(_empty(everything, request.split))
    chosen = sample(pool, request.items, seed)
    if study.presentations == (PLAIN,):
        if request.explainers:
            raise UsageError(f"the study {study.name!r} shows no rationales; leave --explainer out")
        return draw_texts(everything, chosen)
    for name in request.explainers:
        EXPLAINERS.load(name)
    configured = project.settings.explain.explainers
    names = request.explainers or tuple(e for e in configured if e not in FLOORS)
    return draw_rationales(project, str(request.run), names, chosen)


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
        gold_share=sum(i.gold is not None for i in shown) / max(len(shown), 1),
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
