"""How much of a campaign was left out of analysis, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from db.store.engine import reading
from db.tables import exclusions


@dataclass(frozen=True)
class LeftOut:
    """`count` subjects ("judgement" or "worker") that a rule left out; it names none of them."""

    subject: str
    rule: str
    count: int


def by_rule(engine: Engine, campaign_id: str) -> list[LeftOut]:
    """Exclusions of a campaign counted by subject and rule, in alphabetical order."""
    kinds = (exclusions.c.subject, exclusions.c.rule)
    query = (
        select(*kinds, func.count(exclusions.c.subject_id.distinct()))
        .where(exclusions.c.campaign_id == campaign_id)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    with reading(engine) as connection:
        return [LeftOut(subject, rule, int(n)) for subject, rule, n in connection.execute(query)]
