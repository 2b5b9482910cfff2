"""What konkyo asks of any place where people find work.

A market converts its own shapes into these once, at the edge; nothing foreign travels further.
Every call either did what it says or raises: `MarketError` where trying again later may help,
`SafetyError` where money or a person could be harmed by going on.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from db.errors import ConfigError
from db.records import AssignmentStatus
from hits.money import FeeRule


@dataclass(frozen=True)
class MarketAccess:
    """Where the market is, as whom we speak to it, and in which flavour it gets its pages.

    A market on disk is a `folder`, written as the settings have it and found from `base`. An
    empty flavour is the market's first.
    """

    endpoint_url: str
    access_key_id: str = ""
    secret_access_key: str = ""
    flavour: str = ""
    folder: str = ""
    base: Path = Path()


@dataclass(frozen=True)
class HitTerms:
    """What all HITs of a campaign have in common: how they are announced and paid."""

    title: str
    description: str
    keywords: str
    reward: Decimal
    assignments_per_hit: int
    lifetime_s: int
    duration_s: int
    auto_approval_s: int


@dataclass(frozen=True)
class HitOrder:
    """One HIT to be made. `token` makes the order unique, `annotation` says whose it is.

    `question` is what the market's flavour sends of it: the HTMLQuestion's XML for "html", the
    whole page for "external", the data's JSON alone for "fragment".
    """

    token: str
    annotation: str
    question: str


@dataclass(frozen=True)
class Submission:
    """One worker's answer as the market reports it."""

    market_id: str
    platform_worker_id: str
    status: AssignmentStatus
    answer: str
    accepted_at: datetime | None
    submitted_at: datetime | None


class Market(Protocol):
    """A marketplace of HITs.

    `flavours` are the forms in which it takes a page, the first unless another is asked for.
    `flavour` is the one in use: "html" (the page stands in the question), "external" (the page is
    uploaded and the question holds its address) or "fragment" (one template for all HITs, filled
    in by the site with each HIT's data).
    """

    flavours: ClassVar[tuple[str, ...]]

    @property
    def flavour(self) -> str:
        """The form in which it gets its pages."""

    @property
    def endpoint_url(self) -> str:
        """Where it is."""

    @property
    def access_key_id(self) -> str:
        """The account we use there."""

    @property
    def fee(self) -> FeeRule:
        """What it takes."""

    def balance(self) -> Decimal | None:
        """Money that can still be reserved; None where the market holds none."""

    def prepare(self, template: str, orders: Sequence[HitOrder]) -> None:
        """Whatever has to be there before the first HIT is made; may be repeated.

        `orders` are the HITs to be made; where the flavour is "fragment", all of the campaign,
        made or not, and `template` is what they have in common (elsewhere it is empty).
        """

    def create_hit(self, terms: HitTerms, order: HitOrder) -> str:
        """Make the HIT exactly once, however often it is asked; returns the market's id."""

    def find_hits(self, annotation_prefix: str) -> dict[str, str]:
        """Annotation → market id of every HIT whose annotation begins so."""

    def submissions(self, market_hit_id: str) -> Iterator[Submission]:
        """Everything submitted for a HIT so far, oldest first."""

    def approve(self, market_assignment_id: str) -> None:
        """Approve and pay a submission; one that is approved already stays so."""


def flavour_of(access: MarketAccess, flavours: Sequence[str]) -> str:
    """The flavour asked for, else the first; ConfigError where the market has no such."""
    if access.flavour and access.flavour not in flavours:
        raise ConfigError(
            f"[market] flavour {access.flavour!r} does not go with this market "
            f"(it takes: {', '.join(flavours)})"
        )
    return access.flavour or flavours[0]


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
