"""`konkyo publish`: the planned HITs, exactly once each, whatever happens on the way.

An intent with a deterministic request token is committed before each call. After a kill, a lost
reply or a throttle the same command ends with exactly the planned HITs: the token makes the
market answer "exists already", and orders whose token the market may have forgotten (after 24
hours) are looked up by their annotation before anything is sent again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from db.errors import NotFound, SafetyError, UsageError
from db.records import Campaign, Hit, Intent, LedgerEntry
from db.store import campaigns, intents, ledger
from db.store.locks import publisher
from db.store.rows import now
from db.words import counted
from hits.markets.base import HitOrder, HitTerms, Market
from hits.money import Quote
from pipeline.config import StudySettings
from pipeline.market import FRAGMENT, planned_market
from pipeline.pages import Pages
from pipeline.plan import quoted
from pipeline.project import Project

CREATE = "CreateHIT"
TOKEN_MEMORY = timedelta(hours=20)
"""Markets remember request tokens for 24 hours; we stop relying on it earlier."""


@dataclass(frozen=True)
class Published:
    """How many HITs are out, how many of them this call made, and the price of all."""

    campaign: Campaign
    hits: int
    made: int
    quote: Quote


def publish(
    project: Project,
    name: str | None,
    *,
    live: bool = False,
    agree: Callable[[Campaign, Quote, Decimal | None], bool] | None = None,
    on_hit: Callable[[int, int], None] | None = None,
) -> Published:
    """Bring every planned HIT of a campaign onto its market, none twice.

    In production `live` must be said and `agree` is asked with the quote and the balance.
    `on_hit(done, planned)` is called as HITs come to exist.
    """
    campaign = campaigns.find(project.engine, name, imported=False)
    _check_state(campaign)
    market = planned_market(project, campaign)
    price = quoted(project, campaign, market)
    with publisher(project.engine, campaign.id):
        hits = campaigns.read_hits(project.engine, campaign.id)
        _plan_intents(project, campaign, hits)
        waiting = _waiting(project, campaign, hits)
        pages = Pages(project, campaign)
        _check_known(market, campaign, hits)
        if waiting:
            _check_money(campaign, market, price, len(waiting), live, agree)
            terms = terms_of(campaign, pages)
            # A folder is written whole: it takes all HITs, whichever of them are known already.
            whole = hits if market.flavour == FRAGMENT else []
            market.prepare(pages.template, list(_orders(campaign, whole, pages)))
            campaigns.set_state(project.engine, campaign.id, "publishing")
            _send(project, campaign, market, terms, waiting, pages, len(hits), on_hit)
        campaigns.set_state(project.engine, campaign.id, "open")
    return Published(campaign, len(hits), len(waiting), price)


def annotation(campaign: Campaign, hit: Hit) -> str:
    """What marks a HIT as ours on the market."""
    return f"{annotation_prefix(campaign)}{hit.position}"


def annotation_prefix(campaign: Campaign) -> str:
    """What marks every HIT of a campaign as ours."""
    return f"konkyo:{campaign.id}:"


def terms_of(campaign: Campaign, pages: Pages) -> HitTerms:
    """How the campaign's HITs are announced and paid."""
    study = StudySettings.model_validate(campaign.settings["study"])
    return HitTerms(
        title=pages.title,
        description=pages.description,
        keywords=study.keywords,
        reward=campaign.reward,
        assignments_per_hit=campaign.assignments_per_hit,
        lifetime_s=study.lifetime_days * 86_400,
        duration_s=study.duration_minutes * 60,
        auto_approval_s=study.auto_approval_days * 86_400,
    )


def _check_state(campaign: Campaign) -> None:
    if campaign.environment == "imported":
        raise UsageError(f"campaign {campaign.name!r} was imported; there is nothing to publish")
    if campaign.state == "closed":
        raise UsageError(f"campaign {campaign.name!r} is closed; plan a new one")


def _orders(campaign: Campaign, hits: Sequence[Hit], pages: Pages) -> Iterator[HitOrder]:
    """What is asked of the market for each HIT, rendered when it is needed."""
    for hit, question in zip(hits, pages.questions(hits), strict=True):
        yield HitOrder(hit.request_token, annotation(campaign, hit), question)


def _plan_intents(project: Project, campaign: Campaign, hits: Sequence[Hit]) -> None:
    namespace = uuid.UUID(campaign.id)
    intents.plan(
        project.engine,
        [
            Intent(
                id=uuid.uuid5(namespace, f"intent:{CREATE}:{hit.position}").hex,
                campaign_id=campaign.id,
                operation=CREATE,
                token=hit.request_token,
                state="pending",
                attempts=0,
                request={"hit": hit.id, "annotation": annotation(campaign, hit)},
            )
            for hit in hits
        ],
    )


def _waiting(project: Project, campaign: Campaign, hits: Sequence[Hit]) -> list[tuple[Hit, Intent]]:
    by_token = {i.token: i for i in intents.read(project.engine, campaign.id, CREATE)}
    pairs = [(hit, by_token[hit.request_token]) for hit in hits]
    return [(hit, intent) for hit, intent in pairs if intent.state != "done"]


def _check_known(market: Market, campaign: Campaign, hits: Sequence[Hit]) -> None:
    ours = [hit for hit in hits if hit.market_id]
    if not ours:
        return
    there = set(market.find_hits(annotation_prefix(campaign)).values())
    lost = [hit for hit in ours if hit.market_id not in there]
    if lost:
        raise SafetyError(
            f"{len(lost)} of {counted(len(ours), 'published HIT')} of {campaign.name!r} are not on "
            f"{market.endpoint_url} any more (the first: {lost[0].market_id}); nothing is "
            "published again: bring back what the market lost, or plan a new campaign"
        )


def _check_money(
    campaign: Campaign,
    market: Market,
    price: Quote,
    waiting: int,
    live: bool,
    agree: Callable[[Campaign, Quote, Decimal | None], bool] | None,
) -> None:
    balance = market.balance()
    needed = price.total * waiting / max(price.hits, 1)
    if balance is not None and needed > balance:
        raise SafetyError(
            f"publishing {counted(waiting, 'HIT')} reserves {needed:.2f} {price.currency}, the balance at "
            f"{market.endpoint_url} is {balance}; nothing was published"
        )
    if campaign.environment != "production":
        return
    if not live:
        raise SafetyError(
            f"campaign {campaign.name!r} pays real people: up to {price.total} {price.currency}; "
            'say so with "konkyo publish --live"'
        )
    if agree is None or not agree(campaign, price, balance):
        raise SafetyError("not agreed; nothing was published")


def _send(
    project: Project,
    campaign: Campaign,
    market: Market,
    terms: HitTerms,
    waiting: Sequence[tuple[Hit, Intent]],
    pages: Pages,
    total: int,
    on_hit: Callable[[int, int], None] | None,
) -> None:
    found = _forgotten(market, campaign, waiting)
    orders = _orders(campaign, [hit for hit, _ in waiting], pages)
    first = total - len(waiting) + 1
    for number, ((hit, intent), order) in enumerate(zip(waiting, orders, strict=True), start=first):
        market_id = found.get(order.annotation)
        if market_id is None:
            intents.begin(project.engine, intent)
            market_id = market.create_hit(terms, order)
        entries = ledger.rows([_reserved(campaign, market, hit)])
        intents.finish(
            project.engine,
            intent,
            {"market_id": market_id},
            entries=entries,
            hit=(hit.id, market_id),
        )
        if on_hit is not None:
            on_hit(number, total)


def _forgotten(
    market: Market, campaign: Campaign, waiting: Sequence[tuple[Hit, Intent]]
) -> dict[str, str]:
    """HITs that exist although we never heard so, where the market may not know our token."""
    oldest = min((i.first_attempt_at for _, i in waiting if i.first_attempt_at), default=None)
    if oldest is None or now() - oldest < TOKEN_MEMORY:
        return {}
    return market.find_hits(annotation_prefix(campaign))


def _reserved(campaign: Campaign, market: Market, hit: Hit) -> LedgerEntry:
    fee = market.fee.per_assignment(campaign.reward, campaign.assignments_per_hit)
    return LedgerEntry(
        campaign_id=campaign.id,
        kind="reserved",
        amount=(campaign.reward + fee) * campaign.assignments_per_hit,
        currency=campaign.currency,
        token=f"reserved:{hit.request_token}",
    )


def published_hits(project: Project, campaign: Campaign) -> dict[str, str]:
    """Our HIT id → the market's; an error where nothing is out yet."""
    found = campaigns.market_ids(project.engine, campaign.id)
    if not found:
        raise NotFound(
            f'campaign {campaign.name!r} has no published HITs; run "konkyo publish" first'
        )
    return found
