"""What a worker wants to see of the queue: words, a least reward, what is open to them, an order."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hits.endpoint.worker_site.groups import Group

_AMOUNT = re.compile(r"[0-9]{1,6}(?:\.[0-9]{0,2})?")
ORDERS: dict[str, tuple[str, Callable[[Group], Any]]] = {
    "newest": ("newest first", lambda group: 0),
    "reward": ("highest reward", lambda group: -group.type.reward_cents),
    "time": ("shortest time", lambda group: group.type.duration_s),
    "available": ("most available", lambda group: -group.available),
}


@dataclass(frozen=True)
class Wanted:
    """A choice; the fields as the form shows them, and what they mean."""

    words: str = ""
    least: str = ""
    qualified: bool = False
    order: str = "newest"

    @property
    def least_cents(self) -> int:
        """The least reward in cents; what cannot be read asks for nothing."""
        return int(Decimal(self.least) * 100) if _AMOUNT.fullmatch(self.least) else 0

    @property
    def is_narrow(self) -> bool:
        """Whether anything may be left out because of it."""
        return bool(self.words or self.least or self.qualified)


def read(query: Mapping[str, str]) -> Wanted:
    """The choice in an address: ``q``, ``least``, ``qualified``, ``order``."""
    order = query.get("order", "newest")
    return Wanted(
        query.get("q", "").strip()[:100],
        query.get("least", "").strip()[:12],
        query.get("qualified") == "1",
        order if order in ORDERS else "newest",
    )


def apply(wanted: Wanted, groups: list[Group]) -> list[Group]:
    """The groups that are wanted, in their order."""
    words = wanted.words.casefold().split()
    kept = [group for group in groups if _fits(wanted, words, group)]
    return sorted(kept, key=ORDERS[wanted.order][1])


def _fits(wanted: Wanted, words: list[str], group: Group) -> bool:
    kind = group.type
    text = f"{kind.title}\n{kind.description}\n{kind.keywords or ''}".casefold()
    return (
        all(word in text for word in words)
        and kind.reward_cents >= wanted.least_cents
        and not (wanted.qualified and group.unmet)
    )
