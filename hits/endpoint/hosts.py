"""Which outside hosts the tasks of a HIT type may reach. None, unless somebody says so.

A host is written as a content security policy has it: ``cdn.example.org``, ``*.example.org``, with
a port if it needs one; ``http://`` in front allows it without TLS. What a task loads from a host
runs in the task's frame and sees all that is typed there, so the worker's page names the hosts.
"""

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint.administration import books
from hits.endpoint.errors import EndpointError
from hits.endpoint.tables import HitType

_HOST = re.compile(
    r"(?:(?:https|http)://)?(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d{1,5})?"
)
_MOST = 20


def allow(hit_type: HitType, named: Iterable[str]) -> None:
    """Let its tasks reach these hosts, and no others."""
    cleaned = list(dict.fromkeys(one.strip().lower() for one in named))
    for one in cleaned:
        if not _HOST.fullmatch(one):
            raise EndpointError(f"{one!r} is not a host such as cdn.example.org or *.example.org")
    if len(cleaned) > _MOST:
        raise EndpointError(f"a HIT type can have at most {_MOST} outside hosts")
    hit_type.hosts = cleaned or None


def sources(hit_type: HitType) -> list[str]:
    """The hosts as sources of a policy."""
    return [one if "://" in one else f"https://{one}" for one in hit_type.hosts or ()]


def set_hosts(data: str, hit_type_id: str, named: Iterable[str]) -> list[str]:
    """Set the hosts of a HIT type; what they are now."""

    def write(session: Session, _now: int) -> list[str]:
        query = select(HitType).where(HitType.hit_type_id == hit_type_id)
        hit_type = session.scalars(query).first()
        if hit_type is None:
            raise EndpointError(f"there is no HIT type {hit_type_id!r}")
        allow(hit_type, named)
        return hit_type.hosts or []

    with books(data, exist=True) as market:
        return market.write(write)
