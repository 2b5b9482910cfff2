"""The market that the settings name, opened for one campaign."""

from __future__ import annotations

from db.errors import SafetyError
from db.records import Campaign, Environment
from hits.markets import MARKETS
from hits.markets.base import Market, MarketAccess, is_loopback
from pipeline.project import Project

FRAGMENT = "fragment"
FOLDERS = "files"


def open_market(
    project: Project,
    name: str | None,
    environment: Environment,
    *,
    campaign: str,
    flavour: str | None = None,
) -> Market:
    """The market called `name` (without it: the configured one) for the campaign called `campaign`.

    `flavour` is a planned campaign's; without it the settings decide. Refused where the market
    does not fit the environment.
    """
    settings = project.settings.market
    kind = MARKETS.load(name or settings.name)
    if environment == "local" and FRAGMENT not in kind.flavours:
        _check_loopback(settings.endpoint_url)
    access = MarketAccess(
        endpoint_url=settings.endpoint_url,
        access_key_id=settings.access_key_id,
        secret_access_key=settings.secret_access_key,
        flavour=settings.flavour if flavour is None else flavour,
        folder=settings.folder or f"{FOLDERS}/{campaign}",
        base=project.folder,
    )
    market: Market = kind(access)
    return market


def planned_market(project: Project, campaign: Campaign) -> Market:
    """The campaign's own market, refused where the settings now name another."""
    market = open_market(
        project,
        campaign.market,
        campaign.environment,
        campaign=campaign.name,
        flavour=campaign.settings.get("flavour", ""),
    )
    _check_identity(campaign, market)
    return market


def _check_loopback(url: str) -> None:
    if not is_loopback(url):
        raise SafetyError(
            f"environment local means this machine, but [market] endpoint_url is {url}; "
            "plan with --environment sandbox or production for that"
        )


def _check_identity(campaign: Campaign, market: Market) -> None:
    if market.endpoint_url != campaign.endpoint_url:
        setting = "folder" if market.flavour == FRAGMENT else "endpoint_url"
        raise SafetyError(
            f"campaign {campaign.name!r} was planned for {campaign.endpoint_url}, the settings "
            f"now say {market.endpoint_url}; set [market] {setting} back, or plan a new campaign"
        )
    if market.access_key_id != campaign.access_key_id:
        raise SafetyError(
            f"campaign {campaign.name!r} was planned with another access key; "
            "use that one, or plan a new campaign"
        )
